#include "internal.h"
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

static int argument_count;
static char **arguments;

void pb_arguments(int count, char **values) {
  argument_count = count;
  arguments = values;
  int fd;
  do fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= 2);
  if (fd > 2) close(fd);
}

int32_t pb_argument_count(void) { return argument_count; }

const char *pb_argument(int32_t index) {
  return index >= 0 && index < argument_count ? arguments[index] : NULL;
}

const char *pb_environment(const char *name) { return getenv(name); }

/* What was refused, as the user wrote it: the element, or a letter out of one. */
static const char *refused_option(void) {
  static char letter[3] = "-";
  const char *element = arguments[optind - 1];
  if (optopt == 0 || strncmp(element, "--", 2) == 0) return element;
  letter[1] = (char)optopt;
  return letter;
}

int32_t pb_option_next(const char *letters, const struct pb_option *options, size_t count,
                       const char **argument) {
  struct option table[32] = {{0}};
  if (count >= sizeof table / sizeof table[0]) abort();
  for (size_t i = 0; i < count; i++)
    table[i] = (struct option){options[i].name, options[i].takes_argument, NULL, options[i].code};
  opterr = 0;
  int32_t code = getopt_long(argument_count, arguments, letters, table, NULL);
  bool refused = code == PB_OPTION_UNKNOWN || code == PB_OPTION_NO_ARGUMENT;
  *argument = refused ? refused_option() : optarg;
  return code;
}

int32_t pb_operand_index(void) { return optind; }
