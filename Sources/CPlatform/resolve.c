#include "internal.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

_Static_assert(sizeof(struct sockaddr_in) <= sizeof((struct pb_address *)0)->bytes, "IPv4");
_Static_assert(sizeof(struct sockaddr_in6) <= sizeof((struct pb_address *)0)->bytes, "IPv6");

static int failure(int code) {
  switch (code) {
  case EAI_AGAIN:
    return PB_RESOLVE_TRY_AGAIN;
  case EAI_NONAME:
#ifdef EAI_NODATA
  case EAI_NODATA:
#endif
    return PB_RESOLVE_NOT_FOUND;
  default:
    return PB_RESOLVE_OTHER;
  }
}

int pb_resolve(const uint8_t *host, size_t length, uint16_t port, struct pb_address *addresses,
               size_t capacity, int32_t *code) {
  char name[256], service[8];
  if (length == 0 || pb_copy_text(name, sizeof name, host, length) < 0) {
    *code = EAI_NONAME;
    return PB_RESOLVE_NOT_FOUND;
  }
  snprintf(service, sizeof service, "%u", (unsigned)port);
  /* Without AI_ADDRCONFIG, which hides loopback addresses on a machine that has no others. */
  struct addrinfo hints = {.ai_flags = AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  struct addrinfo *list;
  *code = getaddrinfo(name, service, &hints, &list);
  if (*code != 0) return failure(*code);
  size_t count = 0;
  for (struct addrinfo *item = list; item && count < capacity; item = item->ai_next) {
    if (item->ai_addrlen > sizeof addresses->bytes) continue;
    addresses[count].length = item->ai_addrlen;
    memcpy(addresses[count].bytes, item->ai_addr, item->ai_addrlen);
    count += 1;
  }
  freeaddrinfo(list);
  return (int)count;
}

const char *pb_resolve_text(int32_t code) { return gai_strerror(code); }

int pb_address_text(const struct pb_address *address, uint8_t *text, size_t capacity) {
  char host[INET6_ADDRSTRLEN + 16], service[8], whole[sizeof host + sizeof service + 4];
  const struct sockaddr *socket = (const struct sockaddr *)address->bytes;
  if (getnameinfo(socket, address->length, host, sizeof host, service, sizeof service,
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return 0;
  const char *form = socket->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s";
  size_t length = (size_t)snprintf(whole, sizeof whole, form, host, service);
  if (length > capacity) length = capacity;
  memcpy(text, whole, length);
  return (int)length;
}
