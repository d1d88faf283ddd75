#define _GNU_SOURCE
#include "CSimulator.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static int32_t listen_on(int descriptor, const struct sockaddr *address, socklen_t size) {
  int yes = 1;
  (void)setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(descriptor, address, size) == 0 && listen(descriptor, 64) == 0) return descriptor;
  int error = errno;
  close(descriptor);
  return -error;
}

int32_t sim_listen(uint16_t port, bool ipv6) {
  int descriptor = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -errno;
  if (ipv6) {
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    address.sin6_addr = in6addr_loopback;
    return listen_on(descriptor, (struct sockaddr *)&address, sizeof address);
  }
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return listen_on(descriptor, (struct sockaddr *)&address, sizeof address);
}

uint16_t sim_port(int32_t listener) {
  /* Both families have the port at the same place. */
  struct sockaddr_in6 address = {0};
  socklen_t size = sizeof address;
  return getsockname(listener, (struct sockaddr *)&address, &size) == 0 ? ntohs(address.sin6_port) : 0;
}

int32_t sim_accept(int32_t listener) {
  int descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (descriptor < 0) return -errno;
  int yes = 1;
  (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return descriptor;
}
