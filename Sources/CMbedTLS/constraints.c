#include "internal.h"

#include <mbedtls/asn1.h>

#include <string.h>

/* What an authority may speak for: RFC 5280 section 4.2.1.10. mbedTLS passes over the extension, or refuses
 * a certificate in which it is critical. */

/* NameConstraints = SEQUENCE { permitted [0] GeneralSubtrees, excluded [1] GeneralSubtrees }, both optional;
 * GeneralSubtree = SEQUENCE { base GeneralName, minimum [0], maximum [1] } */
enum {
  CONTEXT = MBEDTLS_ASN1_CONTEXT_SPECIFIC,
  CONSTRUCTED = CONTEXT | MBEDTLS_ASN1_CONSTRUCTED,
  SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE,
  PERMITTED = CONSTRUCTED | 0,
  EXCLUDED = CONSTRUCTED | 1,
  DNS_NAME = CONTEXT | 2,
  DIRECTORY_NAME = CONSTRUCTED | 4,
  IP_ADDRESS = CONTEXT | 7,
};

static const unsigned char name_constraints[] = {0x55, 0x1D, 0x1E};

static bool is_name_constraints(const unsigned char *oid, size_t length) {
  return length == sizeof name_constraints && memcmp(oid, name_constraints, length) == 0;
}

struct text {
  unsigned char *at;
  const unsigned char *end;
};

/* Takes the element with this tag from the front; false where another is there. */
static bool take(struct text *text, int tag, struct text *element) {
  size_t length;
  unsigned char *at = text->at;
  if (mbedtls_asn1_get_tag(&at, text->end, &length, tag) != 0) return false;
  *element = (struct text){at, at + length};
  text->at = at + length;
  return true;
}

static size_t length_of(struct text text) { return (size_t)(text.end - text.at); }

static bool same_letters(const unsigned char *left, const unsigned char *right, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char a = left[i], b = right[i];
    if (a >= 'A' && a <= 'Z') a |= 0x20;
    if (b >= 'A' && b <= 'Z') b |= 0x20;
    if (a != b) return false;
  }
  return true;
}

/* A host name is below another that is at its end, where a label begins; some write the dot. A wildcard
 * stands for names that are below what follows it, so that what is said of these is said of it. */
static bool is_below(struct text name, struct text base) {
  if (length_of(name) > 1 && name.at[0] == '*' && name.at[1] == '.') name.at += 2;
  if (length_of(base) > 0 && base.at[0] == '.') base.at += 1;
  size_t length = length_of(base);
  if (length == 0) return true;
  if (length_of(name) < length) return false;
  const unsigned char *tail = name.end - length;
  return same_letters(tail, base.at, length) && (tail == name.at || tail[-1] == '.');
}

/* An address, and one with as long a mask. */
static bool is_in_range(struct text address, struct text base) {
  size_t length = length_of(address);
  if (length_of(base) != 2 * length) return false;
  for (size_t i = 0; i < length; i++) {
    if ((address.at[i] ^ base.at[i]) & base.at[length + i]) return false;
  }
  return true;
}

/* A name begins with what it is below; with letters in either case, and UTF8String for PrintableString, as
 * mbedTLS compares names. */
static bool begins_with(struct text name, struct text base) {
  struct text inside, start;
  if (!take(&name, SEQUENCE, &inside) || !take(&base, SEQUENCE, &start)) return false;
  if (length_of(inside) < length_of(start)) return false;
  for (; start.at < start.end; start.at++, inside.at++) {
    bool texts =
        (*inside.at == MBEDTLS_ASN1_UTF8_STRING && *start.at == MBEDTLS_ASN1_PRINTABLE_STRING) ||
        (*start.at == MBEDTLS_ASN1_UTF8_STRING && *inside.at == MBEDTLS_ASN1_PRINTABLE_STRING);
    if (!texts && !same_letters(inside.at, start.at, 1)) return false;
  }
  return true;
}

static bool is_in(int kind, struct text name, struct text base) {
  switch (kind) {
    case DNS_NAME: return is_below(name, base);
    case IP_ADDRESS: return is_in_range(name, base);
    default: return begins_with(name, base);
  }
}

/* Whether a name of this kind is within the subtrees: in one of its kind, or, without any of that, as `none`
 * says. What cannot be read permits nothing. */
static bool is_in_any(struct text subtrees, int kind, struct text name, bool none) {
  bool found = none;
  while (subtrees.at < subtrees.end) {
    struct text subtree, base;
    if (!take(&subtrees, SEQUENCE, &subtree)) return !none;
    if (subtree.at == subtree.end || *subtree.at != kind) continue;
    if (!take(&subtree, kind, &base)) return !none;
    if (is_in(kind, name, base)) return true;
    found = false;
  }
  return found;
}

static bool allows(struct text constraints, int kind, struct text name) {
  struct text inside, subtrees;
  if (!take(&constraints, SEQUENCE, &inside)) return false;
  if (take(&inside, PERMITTED, &subtrees) && !is_in_any(subtrees, kind, name, true)) return false;
  if (take(&inside, EXCLUDED, &subtrees) && is_in_any(subtrees, kind, name, false)) return false;
  return inside.at == inside.end;
}

/* Finds the extension: SEQUENCE OF SEQUENCE { OID, critical BOOLEAN DEFAULT FALSE, OCTET STRING }. */
static bool find_constraints(const mbedtls_x509_crt *authority, struct text *constraints) {
  struct text extensions = {authority->v3_ext.p, authority->v3_ext.p + authority->v3_ext.len};
  struct text list, extension, oid, critical;
  if (authority->v3_ext.p == NULL || !take(&extensions, SEQUENCE, &list)) return false;
  while (take(&list, SEQUENCE, &extension)) {
    if (!take(&extension, MBEDTLS_ASN1_OID, &oid)) return false;
    (void)take(&extension, MBEDTLS_ASN1_BOOLEAN, &critical);
    if (is_name_constraints(oid.at, length_of(oid))) {
      return take(&extension, MBEDTLS_ASN1_OCTET_STRING, constraints);
    }
  }
  return false;
}

bool pb_permits(const mbedtls_x509_crt *authority, const mbedtls_x509_crt *certificate,
                const struct pb_server *server) {
  struct text constraints;
  if (!find_constraints(authority, &constraints)) return true;
  const mbedtls_x509_buf *subject = &certificate->subject_raw;
  struct text name = {subject->p, subject->p + subject->len};
  /* An empty name, an empty sequence, is none. */
  if (subject->len > 2 && !allows(constraints, DIRECTORY_NAME, name)) return false;
  const mbedtls_x509_sequence *part = &certificate->subject_alt_names;
  for (; part != NULL && part->buf.p != NULL; part = part->next) {
    int kind = CONTEXT | (part->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK);
    if (kind != DNS_NAME && kind != IP_ADDRESS) continue;
    if (!allows(constraints, kind, (struct text){part->buf.p, part->buf.p + part->buf.len})) {
      return false;
    }
  }
  if (server == NULL) return true;
  /* A wildcard, or a common name, may stand for what it does not say. */
  bool is_name = server->address_length == 0;
  size_t length = is_name ? strlen(server->name) : server->address_length;
  unsigned char *start = (unsigned char *)(is_name ? (void *)server->name : (void *)server->address);
  return allows(constraints, is_name ? DNS_NAME : IP_ADDRESS, (struct text){start, start + length});
}

static int take_extension(void *unused, const mbedtls_x509_crt *certificate,
                          const mbedtls_x509_buf *oid, int critical, const unsigned char *start,
                          const unsigned char *end) {
  (void)unused, (void)certificate, (void)critical, (void)start, (void)end;
  return is_name_constraints(oid->p, oid->len) ? 0 : MBEDTLS_ERR_X509_INVALID_EXTENSIONS;
}

int pb_authority_parse(mbedtls_x509_crt *authority, const unsigned char *der, size_t length) {
  return mbedtls_x509_crt_parse_der_with_ext_cb(authority, der, length, 0, take_extension, NULL);
}
