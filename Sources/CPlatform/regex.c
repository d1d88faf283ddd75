#include "internal.h"
#include <regex.h>
#include <stdlib.h>

struct pb_regex_table {
  int32_t count;
  regex_t expressions[PB_REGEX_EXPRESSIONS];
};

struct pb_regex_table *pb_regex_open(void) { return calloc(1, sizeof(struct pb_regex_table)); }

void pb_regex_close(struct pb_regex_table *table) {
  for (int32_t i = 0; i < table->count; i++) regfree(&table->expressions[i]);
  free(table);
}

int pb_regex_compile(struct pb_regex_table *table, const uint8_t *pattern, size_t length,
                     bool case_sensitive, uint8_t *error, size_t error_capacity,
                     size_t *error_length) {
  char copy[PB_REGEX_TEXT + 1];
  *error_length = 0;
  int failure = pb_copy_text(copy, sizeof copy, pattern, length);
  if (failure < 0) return failure;
  if (table->count == PB_REGEX_EXPRESSIONS) return -ENOSPC;
  regex_t *expression = &table->expressions[table->count];
  failure = regcomp(expression, copy, REG_EXTENDED | (case_sensitive ? 0 : REG_ICASE));
  if (failure == 0) return table->count++;
  char reason[128];
  size_t size = regerror(failure, expression, reason, sizeof reason) - 1;
  if (size >= sizeof reason) size = sizeof reason - 1;
  *error_length = size < error_capacity ? size : error_capacity;
  memcpy(error, reason, *error_length);
  return -EINVAL;
}

int pb_regex_match(const struct pb_regex_table *table, int32_t index, const uint8_t *text,
                   size_t length, struct pb_regex_group *groups, size_t count) {
  char copy[PB_REGEX_TEXT + 1];
  int error = pb_copy_text(copy, sizeof copy, text, length);
  if (error < 0) return error;
  if (index < 0 || index >= table->count || count > PB_REGEX_GROUPS) return -EINVAL;
  regmatch_t matches[PB_REGEX_GROUPS];
  errno = 0;
  error = regexec(&table->expressions[index], copy, count, matches, 0);
  /* glibc says REG_NOMATCH for every error: only malloc tells. */
  if (error != 0) return error == REG_NOMATCH && errno != ENOMEM ? 0 : -ENOMEM;
  for (size_t i = 0; i < count; i++)
    groups[i] = (struct pb_regex_group){(int32_t)matches[i].rm_so, (int32_t)matches[i].rm_eo};
  return 1;
}
