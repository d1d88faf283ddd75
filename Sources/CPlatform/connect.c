#include "internal.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

/* Asks a silent peer after 30 s, and gives it up after three more questions. */
enum { KEEPALIVE_IDLE = 30, KEEPALIVE_INTERVAL = 10, KEEPALIVE_COUNT = 3 };

/* Options that make failures quicker; where one is refused, the connection still works. */
static void set_options(int fd, int user_timeout) {
  const struct {
    int level, name, value;
  } options[] = {
      {IPPROTO_TCP, TCP_NODELAY, 1},
      {SOL_SOCKET, SO_KEEPALIVE, 1},
      {IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE},
      {IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL},
      {IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT},
      {IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout},
  };
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
    setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof(int));
}

int pb_connect(const struct pb_address *address, int32_t user_timeout) {
  const struct sockaddr *target = (const struct sockaddr *)address->bytes;
  int fd = socket(target->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  set_options(fd, user_timeout);
  /* Interrupted, it goes on as it would unblocked. */
  if (connect(fd, target, address->length) < 0 && errno != EINPROGRESS && errno != EINTR) {
    int error = -errno;
    close(fd);
    return error;
  }
  return fd;
}

int pb_connect_result(int32_t fd) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
  return -error;
}
