#define _GNU_SOURCE
#include "CProbe.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdarg.h>
#include <stdio.h>
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
    {"gpiochip0", "fake-a", {"GPIO0", "GPIO17", "shared", ""}},
    {"gpiochip1", "fake-b", {"relay", "shared", "busy", ""}},
};
static int value; /* Of the one line that is requested at a time. */

void probe_fake_gpio(void) {}

static const struct chip *chip_of(int fd) {
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

static int describe_line(const struct chip *chip, struct gpio_v2_line_info *info) {
  if (info->offset >= LINES) return refuse(EINVAL);
  strcpy(info->name, chip->lines[info->offset]);
  info->flags = GPIO_V2_LINE_FLAG_INPUT;
  if (strcmp(info->name, "busy") != 0) return 0;
  info->flags = GPIO_V2_LINE_FLAG_USED | GPIO_V2_LINE_FLAG_OUTPUT;
  strcpy(info->consumer, "somebody");
  return 0;
}

static int request(const struct chip *chip, struct gpio_v2_line_request *request) {
  const struct gpio_v2_line_config *config = &request->config;
  if (request->num_lines != 1 || config->num_attrs != 1 || config->attrs[0].mask != 1 ||
      config->attrs[0].attr.id != GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES ||
      request->offsets[0] >= LINES)
    return refuse(EINVAL);
  if (strcmp(chip->lines[request->offsets[0]], "busy") == 0) return refuse(EBUSY);
  value = (int)config->attrs[0].attr.values;
  dprintf(1, "%s: request %s %u flags %#llx value %d\n", request->consumer, chip->label,
          request->offsets[0], config->flags, value);
  request->fd = open("/dev/full", O_RDWR | O_CLOEXEC);
  return 0;
}

static int values(unsigned long number, struct gpio_v2_line_values *values) {
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
  const struct chip *chip = chip_of(fd);
  if (chip && number == GPIO_GET_CHIPINFO_IOCTL) return describe(chip, argument);
  if (chip && number == GPIO_V2_GET_LINEINFO_IOCTL) return describe_line(chip, argument);
  if (chip && number == GPIO_V2_GET_LINE_IOCTL) return request(chip, argument);
  if (_IOC_TYPE(number) == 0xB4) return values(number, argument);
  return (int)syscall(SYS_ioctl, fd, number, argument);
}
