#include "internal.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

_Static_assert(EAI_NONAME < 0 && EAI_AGAIN < 0 && EAI_SYSTEM < 0, "no number of addresses");
_Static_assert(sizeof(struct sockaddr_in) <= sizeof((struct pb_address *)0)->bytes, "IPv4");
_Static_assert(sizeof(struct sockaddr_in6) <= sizeof((struct pb_address *)0)->bytes, "IPv6");

int pb_resolve_failure(int32_t code) {
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

static bool tell(const struct sockaddr *address, uint8_t *host) {
  const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
  memset(host, 0, PB_HOST_SIZE);
  switch (address->sa_family) {
  case AF_INET:
    host[0] = 4;
    memcpy(host + 5, &v4->sin_addr, 4);
    return true;
  case AF_INET6:
    host[0] = 6;
    memcpy(host + 1, &v6->sin6_scope_id, 4);
    memcpy(host + 5, &v6->sin6_addr, 16);
    return true;
  default:
    return false;
  }
}

int pb_resolve(const uint8_t *host, size_t length, bool digits, uint8_t *hosts, size_t capacity) {
  char name[256];
  if (length == 0 || pb_copy_text(name, sizeof name, host, length) < 0) return EAI_NONAME;
  /* Without AI_ADDRCONFIG, which hides loopback addresses on a machine that has no others. */
  struct addrinfo hints = {.ai_flags = digits ? AI_NUMERICHOST : 0, .ai_socktype = SOCK_STREAM};
  struct addrinfo *list;
  int code = getaddrinfo(name, NULL, &hints, &list);
  if (code != 0) return code;
  size_t count = 0;
  for (struct addrinfo *item = list; item && count < capacity / PB_HOST_SIZE; item = item->ai_next)
    if (tell(item->ai_addr, hosts + count * PB_HOST_SIZE)) count += 1;
  freeaddrinfo(list);
  return count > 0 ? (int)count : EAI_NONAME;
}

bool pb_address_make(const uint8_t *host, uint16_t port, struct pb_address *address) {
  struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  memset(address, 0, sizeof *address);
  switch (host[0]) {
  case 4:
    memcpy(&v4.sin_addr, host + 5, 4);
    memcpy(address->bytes, &v4, address->length = sizeof v4);
    return true;
  case 6:
    memcpy(&v6.sin6_scope_id, host + 1, 4);
    memcpy(&v6.sin6_addr, host + 5, 16);
    memcpy(address->bytes, &v6, address->length = sizeof v6);
    return true;
  default:
    return false;
  }
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
