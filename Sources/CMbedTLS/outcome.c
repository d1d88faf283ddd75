#include "internal.h"

/* What is worst comes first: where the chain cannot be trusted, its name and its dates say nothing. */
static int32_t certificate_reason(const pb_tls_connection *connection, uint32_t flags) {
  if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) {
    return connection->self_signed ? PB_TLS_SELF_SIGNED : PB_TLS_UNKNOWN_AUTHORITY;
  }
  if (flags & MBEDTLS_X509_BADCERT_OTHER) return PB_TLS_NOT_PERMITTED; /* verify.c's. */
  if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) return PB_TLS_WRONG_NAME;
  if (flags & MBEDTLS_X509_BADCERT_FUTURE) return PB_TLS_NOT_YET_VALID;
  if (flags & MBEDTLS_X509_BADCERT_EXPIRED) return PB_TLS_EXPIRED;
  if (flags & (MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK |
               MBEDTLS_X509_BADCERT_BAD_KEY)) {
    return PB_TLS_WEAK_CERTIFICATE;
  }
  return PB_TLS_UNSUITABLE_CERTIFICATE;
}

enum { ALERT_HANDSHAKE_FAILURE = 40, ALERT_PROTOCOL_VERSION = 70 };

#if MBEDTLS_VERSION_MAJOR < 3
#define MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION
#endif

static int32_t failure_reason(pb_tls_connection *connection, int result) {
  uint32_t flags = mbedtls_ssl_get_verify_result(&connection->ssl);
  flags = connection->verdict.flags | (flags == UINT32_MAX ? 0 : flags);
  if (!connection->established && flags != 0) return certificate_reason(connection, flags);

  connection->detail = result;
  switch (result) {
    case PB_SOCKET_FAILED:
      connection->detail = connection->error_number;
      return PB_TLS_SYSTEM;
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
      connection->detail = connection->ssl.in_msg[1];
      if (connection->detail == ALERT_PROTOCOL_VERSION) return PB_TLS_PROTOCOL_TOO_OLD;
      if (connection->detail == ALERT_HANDSHAKE_FAILURE && connection->suites != NULL) {
        return PB_TLS_NOTHING_IN_COMMON;
      }
      return PB_TLS_ALERT;
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION: return PB_TLS_PROTOCOL_TOO_OLD;
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
      return connection->established ? PB_TLS_CORRUPTED : PB_TLS_NOT_TLS;
    case MBEDTLS_ERR_SSL_INVALID_MAC: return PB_TLS_CORRUPTED;
    case MBEDTLS_ERR_SSL_ALLOC_FAILED: return PB_TLS_OUT_OF_MEMORY;
    default: break;
  }
  /* X.509's own numbers: the certificate could not be read. */
  if (result <= MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE && result > MBEDTLS_ERR_X509_FATAL_ERROR) {
    return PB_TLS_MALFORMED_CERTIFICATE;
  }
  return PB_TLS_LIBRARY;
}

int32_t pb_tls_outcome(pb_tls_connection *connection, int result) {
  if (result >= 0) return result;
  switch (result) {
    case MBEDTLS_ERR_SSL_WANT_READ: return PB_TLS_WANTS_READ;
    case MBEDTLS_ERR_SSL_WANT_WRITE: return PB_TLS_WANTS_WRITE;
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY: connection->failure = PB_TLS_CLOSED; break;
    case MBEDTLS_ERR_SSL_CONN_EOF: connection->failure = PB_TLS_TRUNCATED; break;
    default: connection->failure = failure_reason(connection, result); break;
  }
  return connection->failure;
}
