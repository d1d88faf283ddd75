#include "internal.h"
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

static int argument_count;
static char **arguments;
static struct option long_options[32];

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

void pb_option_add(const char *name, bool takes_argument, int32_t code) {
  static size_t count;
  if (count + 1 >= sizeof long_options / sizeof long_options[0]) abort();
  long_options[count++] = (struct option){name, takes_argument, NULL, code};
}

int32_t pb_option_next(const char *letters, const char **argument) {
  opterr = 0;
  int32_t code = getopt_long(argument_count, arguments, letters, long_options, NULL);
  bool refused = code == PB_OPTION_UNKNOWN || code == PB_OPTION_NO_ARGUMENT;
  *argument = refused ? refused_option() : optarg;
  return code;
}

int32_t pb_operand_index(void) { return optind; }
