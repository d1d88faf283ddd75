#include "internal.h"

#include <mbedtls/oid.h>

#include <string.h>

/* mbedTLS wants the authorities before it has seen which of them it needs, and all of them are
 * 450 KB. So it first verifies the server's chain against none; then, from its callback, each
 * authority that the chain names is read, tried and dropped. No more than one of them is in memory
 * at a time, however many there are and whatever a server sends. A chain is good if it is with one of
 * them. */

/* Called for each certificate of a chain, the server's own last, at depth 0. mbedTLS's verdict on
 * the name is replaced: it knows neither addresses (2.28) nor certificates whose alternative names
 * hold no host name. */
static void judge(const pb_tls_connection *connection, struct pb_verdict *verdict,
                  const mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  if (depth == 0) {
    *flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_CN_MISMATCH;
    if (!pb_server_matches(&connection->server, certificate)) {
      *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
    }
  }
  /* mbedTLS asks that of the server's own certificate only. */
  if (depth > 0 && mbedtls_x509_crt_check_extended_key_usage(
                       certificate, MBEDTLS_OID_SERVER_AUTH,
                       MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) != 0) {
    *flags |= MBEDTLS_X509_BADCERT_EXT_KEY_USAGE;
  }
  const uint32_t dates = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
  if ((*flags & dates) != 0 || (depth == 0 && (verdict->flags & dates) == 0)) {
    pb_certificate_read(&verdict->certificate, certificate);
  }
  verdict->flags |= *flags;
}

/* The longest chain that mbedTLS follows. */
enum { MOST_CERTIFICATES = MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2 };

struct attempt {
  const pb_tls_connection *connection;
  struct pb_verdict verdict;
  const mbedtls_x509_crt *above[MOST_CERTIFICATES];
  int count;
};

static int judge_attempt(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  struct attempt *attempt = context;
  const struct pb_server *server = depth == 0 ? &attempt->connection->server : NULL;
  for (int i = 0; i < attempt->count; i++) {
    if (!pb_permits(attempt->above[i], certificate, server)) *flags |= MBEDTLS_X509_BADCERT_OTHER;
  }
  if (attempt->count == MOST_CERTIFICATES) return MBEDTLS_ERR_X509_FATAL_ERROR;
  attempt->above[attempt->count++] = certificate;
  judge(attempt->connection, &attempt->verdict, certificate, depth, flags);
  return 0;
}

struct search {
  pb_tls_connection *connection;
  mbedtls_x509_crt *chain;
};

static void try_authority(const struct search *search, mbedtls_x509_crt *authority) {
  struct attempt attempt = {.connection = search->connection};
  uint32_t flags;
  int result = mbedtls_x509_crt_verify_with_profile(
      search->chain, authority, NULL, search->connection->config.cert_profile, NULL, &flags,
      judge_attempt, &attempt);
  struct pb_verdict *best = &search->connection->verdict;
  if (result == 0 && flags == 0) {
    attempt.verdict.is_good = true;
    *best = attempt.verdict;
  } else if ((best->flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0 &&
             (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) == 0) {
    *best = attempt.verdict; /* It says more than that nobody is trusted. */
  }
}

/* TBSCertificate, RFC 5280 section 4.1: [0] version, serial number, signature, issuer, validity,
 * subject. */
static bool find_subject(const unsigned char *der, size_t size, mbedtls_x509_buf *subject) {
  const int sequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
  const int version = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED;
  const int before[] = {MBEDTLS_ASN1_INTEGER, sequence, sequence, sequence};
  unsigned char *at = (unsigned char *)der; /* mbedTLS only reads it. */
  const unsigned char *end = der + size;
  size_t length;
  if (mbedtls_asn1_get_tag(&at, end, &length, sequence) != 0) return false;
  if (mbedtls_asn1_get_tag(&at, end, &length, sequence) != 0) return false;
  if (mbedtls_asn1_get_tag(&at, end, &length, version) == 0) at += length;
  for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
    if (mbedtls_asn1_get_tag(&at, end, &length, before[i]) != 0) return false;
    at += length;
  }
  subject->p = at; /* With its tag and length, as mbedTLS keeps names. */
  if (mbedtls_asn1_get_tag(&at, end, &length, sequence) != 0) return false;
  subject->len = (size_t)(at - subject->p) + length;
  return true;
}

/* Whether two names may be one: at least those that mbedTLS holds to be the same, with letters in
 * either case and with UTF8String for PrintableString. */
static bool may_be_same(const mbedtls_x509_buf *left, const mbedtls_x509_buf *right) {
  if (left->len != right->len) return false;
  for (size_t i = 0; i < left->len; i++) {
    unsigned char a = left->p[i], b = right->p[i];
    bool texts = (a == MBEDTLS_ASN1_UTF8_STRING && b == MBEDTLS_ASN1_PRINTABLE_STRING) ||
                 (b == MBEDTLS_ASN1_UTF8_STRING && a == MBEDTLS_ASN1_PRINTABLE_STRING);
    if (a != b && (a | 0x20) != (b | 0x20) && !texts) return false;
  }
  return true;
}

static bool visit(void *context, const unsigned char *der, size_t size) {
  const struct search *search = context;
  mbedtls_x509_buf subject;
  if (!find_subject(der, size, &subject)) return false;
  const mbedtls_x509_crt *child = search->chain;
  while (child != NULL && !may_be_same(&child->issuer_raw, &subject)) child = child->next;
  if (child == NULL) return false;

  mbedtls_x509_crt authority;
  mbedtls_x509_crt_init(&authority);
  if (pb_authority_parse(&authority, der, size) == 0) {
    try_authority(search, &authority);
  }
  mbedtls_x509_crt_free(&authority);
  return search->connection->verdict.is_good;
}

static bool is_self_signed(const mbedtls_x509_crt *certificate) {
  return certificate->subject_raw.len == certificate->issuer_raw.len &&
         memcmp(certificate->subject_raw.p, certificate->issuer_raw.p,
                certificate->issuer_raw.len) == 0;
}

int pb_tls_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  pb_tls_connection *connection = context;
  judge(connection, &connection->verdict, certificate, depth, flags);
  *flags = 0; /* Until the last one: what counts is said there. */
  if (depth > 0) return 0;

  connection->self_signed = is_self_signed(certificate);
  struct search search = {connection, certificate};
  pb_trust_visit(connection->trust, visit, &search);
  *flags = connection->verdict.flags;
  if (*flags == 0 && !connection->verdict.is_good) *flags = MBEDTLS_X509_BADCERT_NOT_TRUSTED;
  return 0;
}
