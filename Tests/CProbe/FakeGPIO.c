#define _GNU_SOURCE
#include "CProbe.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { LINES = 4 };
static const struct chip {
  const char *name, *label, *lines[LINES];
} chips[] = {
    {"gpiochip0", "pinctrl-rp1", {"GPIO0", "GPIO17", "shared", ""}},
    {"gpiochip1", "gpio-brcmstb", {"relay", "shared", "busy", ""}},
};
static int value; /* Of the one line that is requested at a time. */

void probe_fake_gpio(void) {}

/* The path of `name` in the folder that is the board's /dev; NULL where there is none. */
static const char *on_board(const char *name, char path[static 4096]) {
  const char *folder = getenv("FAKE_BOARD");
  if (!folder) return NULL;
  snprintf(path, 4096, "%s/%s", folder, name);
  return path;
}

static const char *place(const char *path, char board[static 4096]) {
  const char *mapped = NULL;
  if (strcmp(path, "/dev") == 0) mapped = on_board("", board);
  if (strncmp(path, "/dev/gpiochip", 13) == 0) mapped = on_board(path + 5, board);
  return mapped ? mapped : path;
}

/* Also for root a file with no rights is one that may not be opened. */
int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  char board[4096];
  const char *real = place(path, board);
  struct stat status;
  if (real == board && stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
      !(status.st_mode & 0700)) {
    errno = EACCES;
    return -1;
  }
  return (int)syscall(SYS_openat, AT_FDCWD, real, flags, mode);
}

DIR *opendir(const char *path) {
  char looks[4096];
  int log = on_board("looks", looks) ? open(looks, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
  if (log >= 0 && write(log, ".", 1) == 1) close(log);
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd < 0 ? NULL : fdopendir(fd);
}

int stat(const char *path, struct stat *status) {
  char board[4096];
  return fstatat(AT_FDCWD, place(path, board), status, 0);
}

/* Chips whose lines are watched; their descriptors have become pipes. */
static const struct chip *watched[1024];

static const struct chip *chip_of(int fd) {
  if (fd >= 0 && fd < 1024 && watched[fd]) return watched[fd];
  struct stat status;
  if (fstat(fd, &status) < 0 || major(status.st_rdev) != 1) return NULL;
  return minor(status.st_rdev) == 3 ? &chips[0] : minor(status.st_rdev) == 5 ? &chips[1] : NULL;
}

static int refuse(int error) {
  errno = error;
  return -1;
}

static int describe(const struct chip *chip, struct gpiochip_info *info) {
  *info = (struct gpiochip_info){.lines = LINES};
  strcpy(info->name, chip->name);
  strcpy(info->label, chip->label);
  return 0;
}

/* Who holds a line: what the file "held.LINE" says, if there is one. */
static const char *holder(const char *line) {
  static char text[GPIO_MAX_NAME_SIZE];
  char path[4096], name[64];
  if (strcmp(line, "busy") == 0) return "somebody";
  snprintf(name, sizeof name, "held.%s", line);
  FILE *file = on_board(name, path) ? fopen(path, "r") : NULL;
  if (!file) return NULL;
  if (!fgets(text, sizeof text, file)) text[0] = 0;
  fclose(file);
  return text;
}

/* Where there is a file "brief.LINE", who holds it lets it go as soon as somebody else is refused. */
static void let_go(const char *line) {
  char path[4096], name[64];
  snprintf(name, sizeof name, "brief.%s", line);
  if (!on_board(name, path) || unlink(path) < 0) return;
  snprintf(name, sizeof name, "held.%s", line);
  unlink(on_board(name, path));
}

static int describe_line(const struct chip *chip, struct gpio_v2_line_info *info) {
  if (info->offset >= LINES) return refuse(EINVAL);
  strcpy(info->name, chip->lines[info->offset]);
  info->flags = GPIO_V2_LINE_FLAG_INPUT;
  const char *consumer = holder(info->name);
  if (!consumer) return 0;
  info->flags = GPIO_V2_LINE_FLAG_USED | GPIO_V2_LINE_FLAG_OUTPUT | GPIO_V2_LINE_FLAG_ACTIVE_LOW;
  strcpy(info->consumer, consumer);
  return 0;
}

/* From here on the chip's descriptor is the pipe "events", into which a test writes. */
static int watch(int fd, const struct chip *chip, struct gpio_v2_line_info *info) {
  char path[4096];
  if (fd < 1024 && !watched[fd] && on_board("events", path)) {
    int events = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (events < 0 || dup3(events, fd, O_CLOEXEC) < 0) return -1;
    close(events);
    watched[fd] = chip;
  }
  return describe_line(chip, info);
}

/* What a line's descriptor is: with a board, the pipe "plug", which hangs up when the test, who
 * holds its other end, pulls that. */
static int line_file(void) {
  char path[4096];
  int fd = on_board("plug", path) ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
  return fd < 0 ? open("/dev/full", O_RDWR | O_CLOEXEC) : fd;
}

static bool is_unplugged(void) {
  char path[4096];
  return on_board("unplugged", path) && access(path, F_OK) == 0;
}

static int request(const struct chip *chip, struct gpio_v2_line_request *request) {
  const struct gpio_v2_line_config *config = &request->config;
  if (request->num_lines != 1 || config->num_attrs != 1 || config->attrs[0].mask != 1 ||
      config->attrs[0].attr.id != GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES ||
      request->offsets[0] >= LINES)
    return refuse(EINVAL);
  if (holder(chip->lines[request->offsets[0]])) {
    if (getenv("FAKE_BOARD")) dprintf(1, "refused %s %u\n", chip->label, request->offsets[0]);
    let_go(chip->lines[request->offsets[0]]);
    return refuse(EBUSY);
  }
  value = (int)config->attrs[0].attr.values;
  dprintf(1, "%s: request %s %u flags %#llx value %d\n", request->consumer, chip->label,
          request->offsets[0], config->flags, value);
  request->fd = line_file();
  return 0;
}

static int values(unsigned long number, struct gpio_v2_line_values *values) {
  if (is_unplugged()) return refuse(ENODEV);
  if (number == GPIO_V2_LINE_GET_VALUES_IOCTL) values->bits = (unsigned)value;
  else if (number != GPIO_V2_LINE_SET_VALUES_IOCTL || values->mask != 1) return refuse(EINVAL);
  else dprintf(1, "set %d\n", value = (int)values->bits);
  return 0;
}

int ioctl(int fd, unsigned long number, ...) {
  va_list arguments;
  va_start(arguments, number);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  number &= 0xFFFFFFFF;
  if (fd < 0) return refuse(EBADF);
  const struct chip *chip = chip_of(fd);
  if (chip && number == GPIO_GET_CHIPINFO_IOCTL) return describe(chip, argument);
  if (chip && number == GPIO_V2_GET_LINEINFO_IOCTL) return describe_line(chip, argument);
  if (chip && number == GPIO_V2_GET_LINEINFO_WATCH_IOCTL) return watch(fd, chip, argument);
  if (chip && number == GPIO_V2_GET_LINE_IOCTL) return request(chip, argument);
  if (_IOC_TYPE(number) == 0xB4) return values(number, argument);
  return (int)syscall(SYS_ioctl, fd, number, argument);
}
