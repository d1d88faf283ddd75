/* What popbell and the parts of musl that it uses need of functions that musl does for everything:
 * linked before libc.a, this is some 50 KB less. Numbers have no fractions, text is bytes, and a
 * process has one thread. */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
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

/* As regcomp takes them: a byte from 0x80 on is in no class. */
int mbtowc(wchar_t *restrict wide, const char *restrict text, size_t count) {
  if (!text) return 0;
  if (count == 0) return -1;
  if (wide) *wide = *(const signed char *)text & 0xdfff;
  return *text != 0;
}

int mblen(const char *text, size_t count) { return mbtowc(NULL, text, count); }

/* Counts, and does no more. */
size_t mbstowcs(wchar_t *restrict wide, const char *restrict text, size_t count) {
  if (wide) __builtin_trap();
  return strlen(text);
}

static unsigned long long parse(const char *text, char **end, int base, unsigned long long most) {
  const char *at = text, *after = text;
  while (iswspace((unsigned char)*at)) at++;
  int minus = *at == '-';
  if (minus || *at == '+') at++;
  if ((base == 0 || base == 16) && at[0] == '0' && (at[1] | 32) == 'x' &&
      iswxdigit((unsigned char)at[2])) {
    at += 2;
    base = 16;
  }
  if (base == 0) base = *at == '0' ? 8 : 10;
  unsigned long long number = 0;
  int over = 0;
  for (;; after = ++at) {
    int byte = (unsigned char)*at;
    int digit = iswdigit(byte) ? byte - '0' : iswalpha(byte) ? (byte | 32) - 'a' + 10 : base;
    if (digit >= base) break;
    over |= __builtin_mul_overflow(number, (unsigned)base, &number);
    over |= __builtin_add_overflow(number, (unsigned)digit, &number) || number > most;
  }
  if (end) *end = (char *)after;
  if (over) errno = ERANGE;
  return over ? most : minus ? -number : number;
}

unsigned long strtoul(const char *restrict text, char **restrict end, int base) {
  return (unsigned long)parse(text, end, base, ULONG_MAX);
}

unsigned long long strtoull(const char *restrict text, char **restrict end, int base) {
  return parse(text, end, base, ULLONG_MAX);
}

char *strstr(const char *text, const char *wanted) {
  size_t length = strlen(wanted);
  for (; strncmp(text, wanted, length) != 0; text++)
    if (*text == 0) return NULL;
  return (char *)text;
}

/* Some chips, some addresses: each goes down to its place. */
void qsort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *)) {
  char *first = items;
  for (char *next = first; next < first + count * size; next += size)
    for (char *at = next; at > first && compare(at - size, at) > 0; at -= size)
      for (char *byte = at; byte < at + size; byte++) {
        char kept = *byte;
        *byte = byte[-size];
        byte[-size] = kept;
      }
}

/* Ends the first four fields of a line such as those of /etc/passwd; those that it lacks are empty. */
static void split(char *line, char *fields[4]) {
  for (int i = 0; i < 4; i++) {
    fields[i] = line;
    while (*line && *line != ':' && *line != '\n') line++;
    if (*line) *line++ = 0;
  }
}

/* The first four fields of the line in a file such as /etc/passwd that has `wanted` as `field`.
 * Returns whether there is one, or -errno. */
static int find_entry(const char *path, int field, const char *wanted, char *fields[4], char *line,
                      size_t size) {
  FILE *file = fopen(path, "re");
  if (!file) return -errno;
  int found = 0;
  while (!found && fgets(line, (int)size, file)) {
    split(line, fields);
    found = *fields[2] && strcmp(fields[field], wanted) == 0;
  }
  fclose(file);
  return found;
}

static int find_user(int field, const char *wanted, struct passwd *user, char *line, size_t size,
                     struct passwd **found) {
  char *fields[4];
  int result = find_entry("/etc/passwd", field, wanted, fields, line, size);
  *found = result > 0 ? user : NULL;
  if (result > 0) {
    *user = (struct passwd){.pw_name = fields[0],
                            .pw_uid = (uid_t)strtoul(fields[2], NULL, 10),
                            .pw_gid = (gid_t)strtoul(fields[3], NULL, 10)};
  }
  return result < 0 ? -result : 0;
}

int getpwnam_r(const char *name, struct passwd *user, char *line, size_t size,
               struct passwd **found) {
  return find_user(0, name, user, line, size, found);
}

int getpwuid_r(uid_t number, struct passwd *user, char *line, size_t size, struct passwd **found) {
  char text[11];
  snprintf(text, sizeof text, "%u", (unsigned)number);
  return find_user(2, text, user, line, size, found);
}

int getgrgid_r(gid_t number, struct group *group, char *line, size_t size, struct group **found) {
  char *fields[4], text[11];
  snprintf(text, sizeof text, "%u", (unsigned)number);
  int result = find_entry("/etc/group", 2, text, fields, line, size);
  *found = result > 0 ? group : NULL;
  if (result > 0) *group = (struct group){.gr_name = fields[0], .gr_gid = number};
  return result < 0 ? -result : 0;
}

/* Of a line of /etc/group, the first 4 KB count. */
int getgrouplist(const char *user, gid_t own, gid_t *groups, int *count) {
  int room = *count, found = 0;
  size_t length = strlen(user);
  char line[4096], *fields[4];
  if (found++ < room) *groups = own;
  FILE *file = fopen("/etc/group", "re");
  while (file && fgets(line, sizeof line, file)) {
    split(line, fields);
    gid_t group = (gid_t)strtoul(fields[2], NULL, 10);
    for (char *member = fields[3], *end; *member && *fields[2] && group != own; member = end) {
      for (end = member; *end && *end != ',';) end++;
      if ((size_t)(end - member) == length && strncmp(member, user, length) == 0) {
        if (found < room) groups[found] = group;
        found++;
        break;
      }
      if (*end) end++;
    }
  }
  if (file) fclose(file);
  *count = found;
  return found <= room ? found : -1;
}

/* malloc(3) aligns for every type, and Swift asks for no more. */
int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (alignment > 16) return EINVAL;
  *memory = malloc(size);
  return *memory ? 0 : ENOMEM;
}

/* No request of popbell's has another form on older kernels. */
int ioctl(int descriptor, int request, ...) {
  va_list values;
  va_start(values, request);
  void *argument = va_arg(values, void *);
  va_end(values);
  return (int)syscall(SYS_ioctl, descriptor, request, argument);
}

/* There are no other threads that could hold a lock. */
pid_t _Fork(void);
pid_t fork(void) { return _Fork(); }

/* The time is asked for so rarely that the kernel may be asked itself. */
void *__vdsosym(const char *version, const char *name) { return NULL; }

/* musl has each thread change its user or its limits. */
void __synccall(void (*change)(void *), void *context) { change(context); }
