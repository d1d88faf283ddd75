#pragma once

#include "CMbedTLS.h"

/* 3.x hides fields that 2.28 has in the open. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

#include <stdatomic.h>

#if !defined(MBEDTLS_HAVE_TIME_DATE)
#error "without the date, mbedTLS believes expired certificates"
#endif

/* Takes a certificate, which is gone afterwards; returns whether it was enough. */
typedef bool (*pb_certificate_visitor)(void *context, const unsigned char *der, size_t size);

/* Reads the certificates of all files, one after the other. */
void pb_trust_visit(pb_tls_trust *trust, pb_certificate_visitor visit, void *context);

void pb_tls_trust_keep(pb_tls_trust *trust);

/* Enough for a host name in most certificates, and for a common name: 64, RFC 5280 appendix A. */
#define PB_NAME_SIZE 64

struct pb_certificate {
  int64_t not_before, not_after;
  size_t subject_length, issuer_length;
  uint8_t subject[PB_NAME_SIZE], issuer[PB_NAME_SIZE];
};

struct pb_verdict {
  uint32_t flags; /* What is wrong with the chain: MBEDTLS_X509_BADCERT_… */
  bool is_good;   /* Nothing is, and somebody who is trusted has signed it. */
  struct pb_certificate certificate; /* Which the verdict is about. */
};

/* Whom the certificate must name. */
struct pb_server {
  char name[254];       /* As DNS writes it, without the last dot; NUL-terminated. */
  uint8_t address[16];  /* For an IP address literal. */
  size_t address_length; /* 0 for a name. */
};

/* Returns whether `text` is a host name or an IP address literal. */
bool pb_server_parse(struct pb_server *server, const uint8_t *text, size_t length);

/* Whether `certificate` is one for `server`: RFC 6125 section 6.4, RFC 7817 section 3. */
bool pb_server_matches(const struct pb_server *server, const mbedtls_x509_crt *certificate);

/* Reads the certificate of an authority, which stays where it is; a constraint of names may be critical. */
int pb_authority_parse(mbedtls_x509_crt *authority, const unsigned char *der, size_t length);

/* Whether the constraints of names in an authority's certificate, critical or not, let it speak for a
 * certificate below it and, where that is the server's own, for `server`; else `server` is NULL. */
bool pb_permits(const mbedtls_x509_crt *authority, const mbedtls_x509_crt *certificate,
                const struct pb_server *server);

void pb_certificate_read(struct pb_certificate *details, const mbedtls_x509_crt *certificate);

struct pb_tls_connection {
  mbedtls_ssl_context ssl;
  mbedtls_ssl_config config;
  pb_tls_trust *trust;
  struct pb_server server;
  mbedtls_x509_crt nobody; /* No authority at all. */
  int *suites;             /* Which may be agreed on; NULL for all that the library has. */
  struct pb_verdict verdict;
  int descriptor;
  bool established;
  bool drained; /* The socket had nothing when it was last asked. */
  bool self_signed;
  int error_number;
  int32_t failure; /* 0, or what every later call returns. */
  int32_t detail;
};

/* What the socket's callbacks return for errno; mbedTLS hands it through as it is. */
enum { PB_SOCKET_FAILED = -1 };

/* Keeps a failure, and returns the code for what mbedTLS returned. */
int32_t pb_tls_outcome(pb_tls_connection *connection, int result);

/* mbedTLS's callback for each certificate that the server has sent. */
int pb_tls_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags);

int pb_tls_random(void *unused, unsigned char *bytes, size_t count);
