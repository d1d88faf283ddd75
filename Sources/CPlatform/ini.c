#include "internal.h"
#include <ini.h>

/* Debian's library lets this be set when the program runs; others are compiled with it. */
extern int ini_max_line __attribute__((weak));

struct parser {
  const uint8_t *next;
  const uint8_t *end;
  pb_ini_handler handler;
  void *context;
  int32_t line;
  int32_t problem;
};

static bool is_blank(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

/* Gives inih a line. What inih would do silently is decided here: blanks at the start of a line
 * mean nothing (to inih they continue the value above); a '#' or ';' after a blank begins a
 * comment; and a line that is too long, or a NUL, ends the parse, where inih would cut. */
static char *read_line(char *line, int capacity, void *stream) {
  struct parser *parser = stream;
  const uint8_t *next = parser->next;
  if (next == parser->end) return NULL;
  size_t limit = capacity - 2 < PB_INI_LINE ? (size_t)capacity - 2 : PB_INI_LINE;
  size_t length = 0, closing = 0;
  bool comment = false;
  parser->line += 1;
  for (; next < parser->end && *next != '\n'; next++) {
    if (*next == 0) parser->problem = PB_INI_NUL;
    if (length == 0 && is_blank(*next)) continue;
    if ((*next == '#' || *next == ';') && (length == 0 || is_blank(next[-1]))) comment = true;
    if (comment) continue;
    if (length == limit) {
      parser->problem = PB_INI_LINE_TOO_LONG;
      break;
    }
    if (*next == ']' && closing == 0) closing = length;
    line[length++] = (char)*next;
  }
  if (length > 0 && line[0] == '[' && closing > PB_INI_SECTION + 1)
    parser->problem = PB_INI_SECTION_TOO_LONG;
  if (parser->problem != PB_INI_OK) return NULL;
  parser->next = next < parser->end ? next + 1 : next;
  line[length] = '\n';
  line[length + 1] = 0;
  return line;
}

static int take_entry(void *user, const char *section, const char *name, const char *value) {
  struct parser *parser = user;
  parser->handler(parser->context, section, name, value, parser->line);
  return 1;
}

int32_t pb_ini_parse(const uint8_t *text, size_t length, pb_ini_handler handler, void *context,
                     int32_t *line) {
  /* A byte order mark, which inih would only know in front of a line that begins at once. */
  if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3, length -= 3;
  struct parser parser = {text, text + length, handler, context, 0, PB_INI_OK};
  if (&ini_max_line) ini_max_line = PB_INI_LINE + 3;
  int error = ini_parse_stream(read_line, &parser, take_entry, &parser);
  *line = error > 0 ? error : parser.line;
  if (error > 0) return PB_INI_SYNTAX;
  return error < 0 ? PB_INI_MEMORY : parser.problem;
}
