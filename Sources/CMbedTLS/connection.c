#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#if MBEDTLS_VERSION_MAJOR >= 3 && defined(MBEDTLS_PSA_CRYPTO_C)
#include <psa/crypto.h>
#endif

#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
#define IS_TICKET(result) ((result) == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
#else
#define IS_TICKET(result) false
#endif

static int socket_result(pb_tls_connection *connection, ssize_t result, int wants) {
  if (result >= 0) return (int)result;
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return wants;
  connection->error_number = errno;
  return PB_SOCKET_FAILED;
}

static int send_some(void *context, const unsigned char *bytes, size_t count) {
  pb_tls_connection *connection = context;
  ssize_t sent = send(connection->descriptor, bytes, count, MSG_NOSIGNAL);
  return socket_result(connection, sent, MBEDTLS_ERR_SSL_WANT_WRITE);
}

static int receive_some(void *context, unsigned char *bytes, size_t size) {
  pb_tls_connection *connection = context;
  ssize_t received = recv(connection->descriptor, bytes, size, 0);
  connection->drained = received < 0;
  return socket_result(connection, received, MBEDTLS_ERR_SSL_WANT_READ);
}

/* Whoever gets to know the server's key later reads what went over such a connection. mbedTLS has no other
 * way to ask. */
static bool is_static_rsa(int suite) {
  const char *name = mbedtls_ssl_get_ciphersuite_name(suite);
  static const char prefix[] = "TLS-RSA-WITH-";
  return strncmp(name, prefix, sizeof prefix - 1) == 0;
}

/* All suites but those, in the library's order. */
static int limit_suites(pb_tls_connection *connection) {
  const int *all = mbedtls_ssl_list_ciphersuites();
  int count = 0, kept = 0;
  while (all[count] != 0) count++;
  connection->suites = calloc((size_t)count + 1, sizeof *connection->suites);
  if (connection->suites == NULL) return MBEDTLS_ERR_SSL_ALLOC_FAILED;
  for (int i = 0; i < count; i++) {
    if (!is_static_rsa(all[i])) connection->suites[kept++] = all[i];
  }
  mbedtls_ssl_conf_ciphersuites(&connection->config, connection->suites);
  return 0;
}

static int set_up(pb_tls_connection *connection, bool takes_old) {
  mbedtls_ssl_config *config = &connection->config;
  int result = mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT,
                                           MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
  if (result != 0) return result;
#if MBEDTLS_VERSION_MAJOR >= 3
#if defined(MBEDTLS_PSA_CRYPTO_C)
  if (psa_crypto_init() != PSA_SUCCESS) return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
#endif
  mbedtls_ssl_conf_min_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
#if MBEDTLS_VERSION_NUMBER == 0x03060600 && !defined(POPBELL_MBEDTLS_PATCHED)
  /* 3.6.6 offers RSA-PSS for TLS 1.3 and then refuses it from a server that has only 1.2 (Mbed-TLS
   * pull request 10674). Those are many; servers that have only 1.3 are not. The board's own build
   * has mended it. */
  mbedtls_ssl_conf_max_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
#endif
#else
  mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
  mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
  mbedtls_ssl_conf_ca_chain(config, &connection->nobody, NULL);
  mbedtls_ssl_conf_rng(config, pb_tls_random, NULL);
  mbedtls_ssl_conf_verify(config, pb_tls_verify, connection);

  if (!takes_old) result = limit_suites(connection);
  if (result == 0) result = mbedtls_ssl_setup(&connection->ssl, config);
  if (result != 0) return result;
  bool named = connection->server.address_length == 0;
  mbedtls_ssl_set_bio(&connection->ssl, connection, send_some, receive_some, NULL);
  return mbedtls_ssl_set_hostname(&connection->ssl, named ? connection->server.name : NULL);
}

int32_t pb_tls_open(int32_t descriptor, const uint8_t *server, size_t length, bool takes_old,
                    pb_tls_trust *trust, pb_tls_connection **connection) {
  pb_tls_connection *opened = calloc(1, sizeof *opened);
  if (opened == NULL) return PB_TLS_OUT_OF_MEMORY;
  opened->descriptor = descriptor;
  opened->trust = trust;
  pb_tls_trust_keep(trust);
  mbedtls_ssl_init(&opened->ssl);
  mbedtls_ssl_config_init(&opened->config);
  mbedtls_x509_crt_init(&opened->nobody);

  int32_t outcome = PB_TLS_BAD_SERVER_NAME;
  if (pb_server_parse(&opened->server, server, length)) {
    int result = set_up(opened, takes_old);
    outcome = result == MBEDTLS_ERR_SSL_ALLOC_FAILED ? PB_TLS_OUT_OF_MEMORY
              : result != 0                         ? PB_TLS_LIBRARY
                                                    : 0;
  }
  if (outcome == 0) {
    *connection = opened;
  } else {
    pb_tls_free(opened);
  }
  return outcome;
}

void pb_tls_free(pb_tls_connection *connection) {
  mbedtls_ssl_free(&connection->ssl);
  mbedtls_ssl_config_free(&connection->config);
  free(connection->suites);
  pb_tls_trust_release(connection->trust);
  free(connection);
}

int32_t pb_tls_handshake(pb_tls_connection *connection) {
  if (connection->failure != 0) return connection->failure;
  int result = mbedtls_ssl_handshake(&connection->ssl);
  if (result != 0) return pb_tls_outcome(connection, result);
  /* mbedTLS has refused a bad certificate by now; nothing may rest on that alone. */
  uint32_t flags = mbedtls_ssl_get_verify_result(&connection->ssl);
  if (flags != 0 || !connection->verdict.is_good) {
    return pb_tls_outcome(connection, MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
  }
  connection->established = true;
  return 0;
}

/* Without a finished handshake mbedTLS would do one by itself; popbell does not ask for that. */
static int32_t before_data(pb_tls_connection *connection) {
  if (connection->failure != 0 || connection->established) return connection->failure;
  return pb_tls_outcome(connection, MBEDTLS_ERR_SSL_BAD_INPUT_DATA);
}

int32_t pb_tls_read(pb_tls_connection *connection, uint8_t *bytes, size_t size) {
  int32_t ready = before_data(connection);
  if (ready != 0 || size == 0) return ready;
  if (size > INT32_MAX) size = INT32_MAX;
  /* It also wants to be called again where it met a message that is no data, such as a session
   * ticket; only an empty socket is a reason to wait. */
  int result;
  do {
    connection->drained = false;
    result = mbedtls_ssl_read(&connection->ssl, bytes, size);
  } while (!connection->drained && (result == MBEDTLS_ERR_SSL_WANT_READ || IS_TICKET(result)));
  return pb_tls_outcome(connection, result == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : result);
}

int32_t pb_tls_write(pb_tls_connection *connection, const uint8_t *bytes, size_t count) {
  int32_t ready = before_data(connection);
  if (ready != 0 || count == 0) return ready;
  if (count > INT32_MAX) count = INT32_MAX;
  return pb_tls_outcome(connection, mbedtls_ssl_write(&connection->ssl, bytes, count));
}

int32_t pb_tls_close_notify(pb_tls_connection *connection) {
  int32_t ready = before_data(connection);
  if (ready != 0 && ready != PB_TLS_CLOSED) return ready; /* Who was told goodbye says it too. */
  return pb_tls_outcome(connection, mbedtls_ssl_close_notify(&connection->ssl));
}

int32_t pb_tls_detail(const pb_tls_connection *connection) { return connection->detail; }

int64_t pb_tls_not_before(const pb_tls_connection *connection) {
  return connection->verdict.certificate.not_before;
}

int64_t pb_tls_not_after(const pb_tls_connection *connection) {
  return connection->verdict.certificate.not_after;
}

static size_t copy(uint8_t *target, size_t size, const uint8_t *source, size_t length) {
  if (length > size) length = size;
  memcpy(target, source, length);
  return length;
}

size_t pb_tls_subject(const pb_tls_connection *connection, uint8_t *name, size_t size) {
  const struct pb_certificate *certificate = &connection->verdict.certificate;
  return copy(name, size, certificate->subject, certificate->subject_length);
}

size_t pb_tls_issuer(const pb_tls_connection *connection, uint8_t *name, size_t size) {
  const struct pb_certificate *certificate = &connection->verdict.certificate;
  return copy(name, size, certificate->issuer, certificate->issuer_length);
}

size_t pb_tls_agreed(const pb_tls_connection *connection, uint8_t *text, size_t size) {
  if (!connection->established) return 0;
  char agreed[96];
  int length = snprintf(agreed, sizeof agreed, "%s %s", mbedtls_ssl_get_version(&connection->ssl),
                        mbedtls_ssl_get_ciphersuite(&connection->ssl));
  if (length < 0) return 0;
  if ((size_t)length >= sizeof agreed) length = (int)sizeof agreed - 1;
  return copy(text, size, (const uint8_t *)agreed, (size_t)length);
}
