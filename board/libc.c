/* What popbell and the parts of musl that it uses need of functions that musl does for everything:
 * linked before libc.a, this is some 40 KB less. Numbers have no fractions, text is bytes, and a
 * process has one thread. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <wctype.h>

#undef iswdigit

/* Knows %s %c %d %u %x, and a width that is filled up with zeroes: %02d. Traps at anything else. */
int snprintf(char *restrict text, size_t capacity, const char *restrict format, ...) {
  va_list values;
  va_start(values, format);
  size_t length = 0;
#define PUT(byte) \
  do { \
    char put = (byte); \
    if (length + 1 < capacity) text[length] = put; \
    length += 1; \
  } while (0)
  for (; *format; format++) {
    if (*format != '%') {
      PUT(*format);
      continue;
    }
    int width = 0;
    while (*++format >= '0' && *format <= '9') width = width * 10 + (*format - '0');
    unsigned number, base = 10;
    switch (*format) {
    case 's':
      for (const char *byte = va_arg(values, const char *); *byte; byte++) PUT(*byte);
      continue;
    case 'c':
      PUT((char)va_arg(values, int));
      continue;
    case 'd': {
      int value = va_arg(values, int);
      if (value < 0) {
        PUT('-');
        width -= 1;
      }
      number = value < 0 ? -(unsigned)value : (unsigned)value;
      break;
    }
    case 'x':
      base = 16;
      /* Fall through. */
    case 'u':
      number = va_arg(values, unsigned);
      break;
    default:
      __builtin_trap();
    }
    char digits[10];
    int count = 0;
    do digits[count++] = "0123456789abcdef"[number % base];
    while ((number /= base) > 0);
    for (; width > count; width--) PUT('0');
    while (count > 0) PUT(digits[--count]);
  }
  va_end(values);
  if (capacity > 0) text[length < capacity ? length : capacity - 1] = 0;
  return (int)length;
}

/* In the C locale a character is a byte: those of ASCII, and 128 that are in no class. */
static int within(wint_t c, wint_t first, wint_t last) { return c - first <= last - first; }

int iswupper(wint_t c) { return within(c, 'A', 'Z'); }
int iswlower(wint_t c) { return within(c, 'a', 'z'); }
int iswdigit(wint_t c) { return within(c, '0', '9'); }
int iswalpha(wint_t c) { return within(c | 32, 'a', 'z'); }
int iswalnum(wint_t c) { return iswalpha(c) || iswdigit(c); }
int iswxdigit(wint_t c) { return iswdigit(c) || within(c | 32, 'a', 'f'); }
int iswgraph(wint_t c) { return within(c, '!', '~'); }
int iswprint(wint_t c) { return within(c, ' ', '~'); }
int iswpunct(wint_t c) { return iswgraph(c) && !iswalnum(c); }
int iswblank(wint_t c) { return c == ' ' || c == '\t'; }
int iswspace(wint_t c) { return c == ' ' || within(c, '\t', '\r'); }
int iswcntrl(wint_t c) { return c < ' ' || c == 127; }
wint_t towlower(wint_t c) { return iswupper(c) ? c | 32 : c; }
wint_t towupper(wint_t c) { return iswlower(c) ? c & ~32u : c; }

static const struct {
  char name[8];
  int (*contains)(wint_t);
} classes[] = {
    {"alnum", iswalnum}, {"alpha", iswalpha}, {"blank", iswblank}, {"cntrl", iswcntrl},
    {"digit", iswdigit}, {"graph", iswgraph}, {"lower", iswlower}, {"print", iswprint},
    {"punct", iswpunct}, {"space", iswspace}, {"upper", iswupper}, {"xdigit", iswxdigit},
};

wctype_t wctype(const char *name) {
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    for (const char *a = name, *b = classes[i].name; *a == *b; a++, b++)
      if (*a == 0) return (wctype_t)(i + 1);
  return 0;
}

int iswctype(wint_t c, wctype_t class) { return class && classes[class - 1].contains(c); }

/* malloc(3) aligns for every type, and Swift asks for no more. */
int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (alignment > 16) return EINVAL;
  *memory = malloc(size);
  return *memory ? 0 : ENOMEM;
}

/* musl has each thread change its user or its limits. */
void __synccall(void (*change)(void *), void *context) { change(context); }
