#include "internal.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(struct gpiochip_info) == 68, "struct gpiochip_info");
_Static_assert(sizeof(struct gpio_v2_line_info) == 256, "struct gpio_v2_line_info");
_Static_assert(sizeof(struct gpio_v2_line_config) == 272, "struct gpio_v2_line_config");
_Static_assert(sizeof(struct gpio_v2_line_request) == 592, "struct gpio_v2_line_request");
_Static_assert(sizeof(struct gpio_v2_line_values) == 16, "struct gpio_v2_line_values");
_Static_assert(sizeof(struct gpio_v2_line_info_changed) == 288, "struct gpio_v2_line_info_changed");
_Static_assert(PB_GPIO_NAME == GPIO_MAX_NAME_SIZE, "name");
#define SAME(ours, kernels) _Static_assert((int)(ours) == (int)(kernels), "flag")
SAME(PB_GPIO_USED, GPIO_V2_LINE_FLAG_USED);
SAME(PB_GPIO_ACTIVE_LOW, GPIO_V2_LINE_FLAG_ACTIVE_LOW);
SAME(PB_GPIO_INPUT, GPIO_V2_LINE_FLAG_INPUT);
SAME(PB_GPIO_OUTPUT, GPIO_V2_LINE_FLAG_OUTPUT);
SAME(PB_GPIO_OPEN_DRAIN, GPIO_V2_LINE_FLAG_OPEN_DRAIN);
SAME(PB_GPIO_OPEN_SOURCE, GPIO_V2_LINE_FLAG_OPEN_SOURCE);
SAME(PB_GPIO_PULL_UP, GPIO_V2_LINE_FLAG_BIAS_PULL_UP);
SAME(PB_GPIO_PULL_DOWN, GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN);
SAME(PB_GPIO_NO_PULL, GPIO_V2_LINE_FLAG_BIAS_DISABLED);
SAME(PB_GPIO_REQUESTED, GPIO_V2_LINE_CHANGED_REQUESTED);
SAME(PB_GPIO_RELEASED, GPIO_V2_LINE_CHANGED_RELEASED);
SAME(PB_GPIO_RECONFIGURED, GPIO_V2_LINE_CHANGED_CONFIG);

static const char prefix[] = "gpiochip";

static int by_number(const void *left, const void *right) {
  const struct pb_gpio_file *a = left, *b = right;
  long difference = atol(a->name + sizeof prefix - 1) - atol(b->name + sizeof prefix - 1);
  return difference < 0 ? -1 : difference > 0;
}

int pb_gpio_list(const uint8_t *folder, size_t length, struct pb_gpio_file *files,
                 size_t capacity) {
  char path[PATH_MAX];
  int error = pb_copy_text(path, sizeof path, folder, length);
  if (error < 0) return error;
  DIR *listing = opendir(path);
  if (!listing) return -errno;
  size_t count = 0;
  for (struct dirent *entry; count < capacity && (entry = readdir(listing));) {
    size_t size = strlen(entry->d_name) + 1;
    if (strncmp(entry->d_name, prefix, sizeof prefix - 1) != 0 || size > PB_GPIO_FILE) continue;
    memcpy(files[count++].name, entry->d_name, size);
  }
  closedir(listing);
  qsort(files, count, sizeof *files, by_number);
  return (int)count;
}

static int ask(int fd, unsigned long request, void *argument) {
  int result;
  do result = ioctl(fd, (int)request, argument);
  while (result < 0 && errno == EINTR);
  return (int)pb_result(result);
}

static int describe(int fd, struct pb_gpio_chip *chip) {
  struct stat status;
  if (fstat(fd, &status) < 0) return -errno;
  struct gpiochip_info info = {0};
  int error = ask(fd, GPIO_GET_CHIPINFO_IOCTL, &info);
  if (error < 0) return error == -ENOTTY || error == -EINVAL ? -ENODEV : error;
  *chip = (struct pb_gpio_chip){.device = status.st_rdev, .lines = info.lines};
  memcpy(chip->name, info.name, PB_GPIO_NAME);
  memcpy(chip->label, info.label, PB_GPIO_NAME);
  return 0;
}

int pb_gpio_open(const uint8_t *path, size_t length, struct pb_gpio_chip *chip) {
  char copy[PATH_MAX];
  int error = pb_copy_text(copy, sizeof copy, path, length);
  if (error < 0) return error;
  int fd = open(copy, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  /* A folder, or a file for a device that is not there, is no chip either. */
  if (fd < 0) return errno == EISDIR || errno == ENXIO ? -ENODEV : -errno;
  error = describe(fd, chip);
  if (error < 0) close(fd);
  return error < 0 ? error : fd;
}

static void take_line(struct pb_gpio_line *line, const struct gpio_v2_line_info *info) {
  line->flags = info->flags;
  memcpy(line->name, info->name, PB_GPIO_NAME);
  memcpy(line->consumer, info->consumer, PB_GPIO_NAME);
}

static int ask_line(int chip, unsigned long request, uint32_t offset, struct pb_gpio_line *line) {
  struct gpio_v2_line_info info = {.offset = offset};
  int error = ask(chip, request, &info);
  /* A kernel before 5.10 does not know the request; of the argument nothing can be wrong. */
  if (error < 0) return error == -EINVAL || error == -ENOTTY ? -ENOSYS : error;
  take_line(line, &info);
  return 0;
}

int pb_gpio_line(int32_t chip, uint32_t offset, struct pb_gpio_line *line) {
  return ask_line(chip, GPIO_V2_GET_LINEINFO_IOCTL, offset, line);
}

int pb_gpio_watch(int32_t chip, uint32_t offset, struct pb_gpio_line *line) {
  return ask_line(chip, GPIO_V2_GET_LINEINFO_WATCH_IOCTL, offset, line);
}

int pb_gpio_next_change(int32_t chip, uint32_t *offset, struct pb_gpio_line *line) {
  struct gpio_v2_line_info_changed change;
  int64_t got = pb_read(chip, (uint8_t *)&change, sizeof change);
  if (got < 0) return (int)got;
  if (got < (int64_t)sizeof change) return -ENODEV;
  *offset = change.info.offset;
  take_line(line, &change.info);
  return (int)change.event_type;
}

int pb_gpio_request(int32_t chip, uint32_t offset, uint64_t flags, bool value) {
  struct gpio_v2_line_request request = {
      .offsets = {offset},
      .consumer = "popbell",
      .num_lines = 1,
      .config = {.flags = GPIO_V2_LINE_FLAG_OUTPUT | flags, .num_attrs = 1},
  };
  request.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
  request.config.attrs[0].attr.values = value;
  request.config.attrs[0].mask = 1;
  int error = ask(chip, GPIO_V2_GET_LINE_IOCTL, &request);
  return error < 0 ? error : request.fd; /* The kernel made it close-on-exec. */
}

int pb_gpio_set(int32_t line, bool value) {
  struct gpio_v2_line_values values = {.bits = value, .mask = 1};
  return ask(line, GPIO_V2_LINE_SET_VALUES_IOCTL, &values);
}

int pb_gpio_get(int32_t line) {
  struct gpio_v2_line_values values = {.mask = 1};
  int error = ask(line, GPIO_V2_LINE_GET_VALUES_IOCTL, &values);
  return error < 0 ? error : (int)(values.bits & 1);
}
