#include "internal.h"
#include <arpa/inet.h>
#include <net/if.h>
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
  char host[INET6_ADDRSTRLEN], zone[IF_NAMESIZE + 1] = "", whole[sizeof host + sizeof zone + 10];
  const struct sockaddr_in *v4 = (const struct sockaddr_in *)address->bytes;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address->bytes;
  bool is_v6 = v4->sin_family == AF_INET6;
  const void *bytes = is_v6 ? (const void *)&v6->sin6_addr : &v4->sin_addr;
  if ((!is_v6 && v4->sin_family != AF_INET) ||
      !inet_ntop(v4->sin_family, bytes, host, sizeof host))
    return 0;
  if (is_v6 && v6->sin6_scope_id != 0 && if_indextoname(v6->sin6_scope_id, zone + 1)) zone[0] = '%';
  size_t length = (size_t)snprintf(whole, sizeof whole, is_v6 ? "[%s%s]:%u" : "%s%s:%u", host, zone,
                                   ntohs(is_v6 ? v6->sin6_port : v4->sin_port));
  if (length > capacity) length = capacity;
  memcpy(text, whole, length);
  return (int)length;
}
