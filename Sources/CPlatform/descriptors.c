#include "internal.h"
#include <limits.h>
#include <poll.h>
#include <unistd.h>

_Static_assert(sizeof(struct pb_poll_entry) == sizeof(struct pollfd), "struct pollfd");
_Static_assert(offsetof(struct pb_poll_entry, wanted) == offsetof(struct pollfd, events), "pollfd");
_Static_assert(offsetof(struct pb_poll_entry, ready) == offsetof(struct pollfd, revents), "pollfd");
_Static_assert(PB_POLL_READ == POLLIN && PB_POLL_WRITE == POLLOUT, "poll events");

int64_t pb_read(int32_t fd, uint8_t *bytes, size_t count) {
  ssize_t done;
  do done = read(fd, bytes, count);
  while (done < 0 && errno == EINTR);
  return pb_result(done);
}

int64_t pb_write(int32_t fd, const uint8_t *bytes, size_t count) {
  ssize_t done;
  do done = write(fd, bytes, count);
  while (done < 0 && errno == EINTR);
  return pb_result(done);
}

int pb_write_all(int32_t fd, const uint8_t *bytes, size_t count, int64_t limit) {
  int64_t start = pb_clock_milliseconds();
  while (count > 0) {
    struct pb_poll_entry entry = {fd, PB_POLL_WRITE, 0};
    int64_t rest = limit < 0 ? -1 : limit - (pb_clock_milliseconds() - start);
    int ready = pb_poll(&entry, 1, limit >= 0 && rest < 0 ? 0 : rest);
    if (ready <= 0) return ready < 0 ? ready : -ETIMEDOUT;
    /* A pipe that is ready takes this much without waiting. */
    int64_t done = pb_write(fd, bytes, limit >= 0 && count > PIPE_BUF ? PIPE_BUF : count);
    if (done < 0 && done != -EAGAIN) return (int)done;
    if (done > 0) bytes += done, count -= (size_t)done;
  }
  return 0;
}

int pb_close(int32_t fd) {
  /* Linux has closed it when it says EINTR. */
  return close(fd) < 0 && errno != EINTR ? -errno : 0;
}

bool pb_is_terminal(int32_t fd) { return isatty(fd) == 1; }

int pb_poll(struct pb_poll_entry *entries, size_t count, int64_t limit) {
  int64_t start = pb_clock_milliseconds();
  int milliseconds = limit < 0 ? -1 : limit > INT_MAX ? INT_MAX : (int)limit;
  for (;;) {
    int ready = poll((struct pollfd *)entries, count, milliseconds);
    if (ready >= 0 || errno != EINTR) return (int)pb_result(ready);
    if (limit < 0) continue;
    int64_t rest = limit - (pb_clock_milliseconds() - start);
    milliseconds = rest < 0 ? 0 : rest > INT_MAX ? INT_MAX : (int)rest;
  }
}
