#include "internal.h"

#include <mbedtls/oid.h>

#include <arpa/inet.h>
#include <string.h>

static bool is_letter(uint8_t byte) { return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'; }

static uint8_t lowercased(uint8_t byte) { return is_letter(byte) ? byte | 0x20 : byte; }

static bool same(const uint8_t *left, const char *right, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (lowercased(left[i]) != lowercased((uint8_t)right[i])) return false;
  }
  return true;
}

/* Underscores are no host names, but people have them. */
static bool is_host_name(const char *name, size_t length) {
  if (length == 0 || name[0] == '.') return false;
  for (size_t i = 0; i < length; i++) {
    uint8_t byte = (uint8_t)name[i];
    bool allowed = is_letter(byte) || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' ||
                   (byte == '.' && name[i - 1] != '.');
    if (!allowed) return false;
  }
  return true;
}

bool pb_server_parse(struct pb_server *server, const uint8_t *text, size_t length) {
  memset(server, 0, sizeof *server);
  if (length == 0 || length >= sizeof server->name || memchr(text, 0, length) != NULL) return false;
  memcpy(server->name, text, length);

  /* A link-local address names its interface behind a `%`, which no certificate can know. */
  char *zone = strchr(server->name, '%');
  if (zone != NULL) *zone = 0;
  if (inet_pton(AF_INET6, server->name, server->address) == 1) {
    server->address_length = 16;
  } else if (zone == NULL && inet_pton(AF_INET, server->name, server->address) == 1) {
    server->address_length = 4;
  }
  if (server->address_length > 0) return true;

  if (server->name[length - 1] == '.') server->name[--length] = 0;
  return zone == NULL && is_host_name(server->name, length);
}

/* A wildcard is the whole left-most label and stands for one label: RFC 6125 section 6.4.3. It must
 * leave two labels, so that nobody is a server for all of `.net`. Names are compared with their
 * lengths, so that a NUL in a certificate's ends nothing. */
static bool name_matches(const mbedtls_x509_buf *presented, const char *name) {
  size_t length = strlen(name);
  if (presented->len == length && same(presented->p, name, length)) return true;

  const char *rest = strchr(name, '.');
  if (rest == NULL || strchr(rest + 1, '.') == NULL) return false;
  size_t rest_length = length - (size_t)(rest - name);
  return presented->len == rest_length + 1 && presented->p[0] == '*' &&
         same(presented->p + 1, rest, rest_length);
}

static unsigned type_of(const mbedtls_x509_sequence *name) {
  return (unsigned)name->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
}

/* GeneralName: RFC 5280 section 4.2.1.6. */
enum { DNS_NAME = 2, IP_ADDRESS = 7 };

static bool address_matches(const struct pb_server *server, const mbedtls_x509_crt *certificate) {
  const mbedtls_x509_sequence *name = &certificate->subject_alt_names;
  for (; name != NULL && name->buf.p != NULL; name = name->next) {
    if (type_of(name) == IP_ADDRESS && name->buf.len == server->address_length &&
        memcmp(name->buf.p, server->address, server->address_length) == 0) {
      return true;
    }
  }
  return false;
}

bool pb_server_matches(const struct pb_server *server, const mbedtls_x509_crt *certificate) {
  if (server->address_length > 0) return address_matches(server, certificate);

  const mbedtls_x509_sequence *name = &certificate->subject_alt_names;
  for (; name != NULL && name->buf.p != NULL; name = name->next) {
    if (type_of(name) == DNS_NAME && name_matches(&name->buf, server->name)) return true;
  }
  if (certificate->subject_alt_names.buf.p != NULL) return false;

  const mbedtls_x509_name *part = &certificate->subject;
  for (; part != NULL; part = part->next) {
    if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &part->oid) == 0 &&
        name_matches(&part->val, server->name)) {
      return true;
    }
  }
  return false;
}

static size_t keep(uint8_t *field, const mbedtls_x509_buf *text) {
  size_t length = text->len < PB_NAME_SIZE ? text->len : PB_NAME_SIZE;
  for (size_t i = 0; i < length; i++) {
    field[i] = text->p[i] >= 0x20 && text->p[i] < 0x7F ? text->p[i] : '?';
  }
  return length;
}

/* The common name; without one, the first part of the name. */
static size_t keep_name(uint8_t *field, const mbedtls_x509_name *name) {
  const mbedtls_x509_name *part = name;
  while (part != NULL && MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &part->oid) != 0) part = part->next;
  return keep(field, part != NULL ? &part->val : &name->val);
}

/* Seconds since 1970; a year has 365 days and its leap days, and begins with March to have them last. */
static int64_t seconds_of(const mbedtls_x509_time *time) {
  int64_t year = time->mon > 2 ? time->year : time->year - 1;
  int64_t month = (time->mon + 9) % 12;
  int64_t days = year * 365 + year / 4 - year / 100 + year / 400;
  days += (153 * month + 2) / 5 + time->day - 1 - 719468;
  return ((days * 24 + time->hour) * 60 + time->min) * 60 + time->sec;
}

void pb_certificate_read(struct pb_certificate *details, const mbedtls_x509_crt *certificate) {
  details->not_before = seconds_of(&certificate->valid_from);
  details->not_after = seconds_of(&certificate->valid_to);
  details->subject_length = keep_name(details->subject, &certificate->subject);
  details->issuer_length = keep_name(details->issuer, &certificate->issuer);
  const mbedtls_x509_sequence *name = &certificate->subject_alt_names;
  if (details->subject_length == 0 && name->buf.p != NULL && type_of(name) == DNS_NAME) {
    details->subject_length = keep(details->subject, &name->buf);
  }
}
