#include "internal.h"
#include <ini.h>

/* Debian's library lets this be set when the program runs; others are compiled with it. */
extern int ini_max_line __attribute__((weak));

struct parser {
  const uint8_t *next;
  const uint8_t *end;
  const struct pb_ini_handlers *handlers;
  void *context;
  int32_t line;
};

static bool is_blank(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

/* Copies the next line without its end, the blanks it begins with (to inih they continue the value
 * above) and its comment: a '#' or ';' that begins it, or a ';' after a blank. Returns what is wrong
 * with it. */
static int32_t take_line(struct parser *parser, char *line, size_t limit, size_t *length) {
  int32_t problem = PB_INI_OK;
  bool comment = false;
  *length = 0;
  for (; parser->next < parser->end && *parser->next != '\n'; parser->next++) {
    uint8_t byte = *parser->next;
    if (byte == 0) problem = PB_INI_NUL;
    if (*length == 0 && is_blank(byte)) continue;
    if (*length == 0 ? byte == '#' || byte == ';' : byte == ';' && is_blank(parser->next[-1]))
      comment = true;
    if (comment || problem != PB_INI_OK) continue;
    if (*length == limit)
      problem = PB_INI_LINE_TOO_LONG;
    else
      line[(*length)++] = (char)byte;
  }
  if (parser->next < parser->end) parser->next++;
  return problem;
}

/* What inih would refuse or, worse, cut. */
static int32_t check_line(const char *line, size_t length) {
  if (length == 0) return PB_INI_OK;
  if (line[0] != '[')
    return memchr(line, '=', length) || memchr(line, ':', length) ? PB_INI_OK : PB_INI_SYNTAX;
  const char *closing = memchr(line, ']', length);
  if (!closing) return PB_INI_SYNTAX;
  return closing - line - 1 > PB_INI_SECTION ? PB_INI_SECTION_TOO_LONG : PB_INI_OK;
}

/* Gives inih a line; in the place of one that has a problem, an empty one. */
static char *read_line(char *line, int capacity, void *stream) {
  struct parser *parser = stream;
  if (parser->next == parser->end) return NULL;
  parser->line += 1;
  size_t limit = capacity - 2 < PB_INI_LINE ? (size_t)capacity - 2 : PB_INI_LINE;
  size_t length;
  int32_t problem = take_line(parser, line, limit, &length);
  if (problem == PB_INI_OK) problem = check_line(line, length);
  if (problem != PB_INI_OK) {
    parser->handlers->problem(parser->context, problem, parser->line);
    length = 0;
  }
  if (length > 0 && line[0] == '[') {
    char name[PB_INI_SECTION + 1];
    size_t size = (size_t)((char *)memchr(line, ']', length) - line) - 1;
    memcpy(name, line + 1, size);
    name[size] = 0;
    parser->handlers->section(parser->context, name, parser->line);
  }
  line[length] = '\n';
  line[length + 1] = 0;
  return line;
}

static int take_entry(void *user, const char *section, const char *name, const char *value) {
  struct parser *parser = user;
  parser->handlers->entry(parser->context, section, name, value, parser->line);
  return 1;
}

void pb_ini_parse(const uint8_t *text, size_t length, const struct pb_ini_handlers *handlers,
                  void *context) {
  /* A byte order mark, which inih would only know in front of a line that begins at once. */
  if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3, length -= 3;
  struct parser parser = {text, text + length, handlers, context, 0};
  if (&ini_max_line) ini_max_line = PB_INI_LINE + 3;
  if (ini_parse_stream(read_line, &parser, take_entry, &parser) != 0)
    handlers->problem(context, PB_INI_MEMORY, parser.line);
}
