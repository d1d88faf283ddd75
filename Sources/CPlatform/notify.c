#include "internal.h"
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int pb_notify(const uint8_t *name, size_t length, const uint8_t *text, size_t text_length) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int error = pb_copy_text(address.sun_path, sizeof address.sun_path, name, length);
  if (error < 0) return error;
  if (address.sun_path[0] != '/' && address.sun_path[0] != '@') return -EINVAL;
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  if (address.sun_path[0] == '@') address.sun_path[0] = 0; /* An abstract name. */
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  ssize_t sent;
  do sent = sendto(fd, text, text_length, MSG_NOSIGNAL | MSG_DONTWAIT, (void *)&address, size);
  while (sent < 0 && errno == EINTR);
  error = (int)pb_result(sent);
  close(fd);
  return error < 0 ? error : 0;
}
