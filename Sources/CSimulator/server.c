#include "common.h"

#include <mbedtls/oid.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct sim_tls {
  mbedtls_ssl_context ssl;
  mbedtls_ssl_config config;
  mbedtls_x509_crt chain;
  mbedtls_pk_context key;
  int descriptor;
};

static int send_some(void *context, const unsigned char *bytes, size_t count) {
  sim_tls *tls = context;
  ssize_t sent;
  do {
    sent = send(tls->descriptor, bytes, count, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return (int)sent;
}

static int receive_some(void *context, unsigned char *bytes, size_t size) {
  sim_tls *tls = context;
  ssize_t received;
  do {
    received = recv(tls->descriptor, bytes, size, 0);
  } while (received < 0 && errno == EINTR);
  return (int)received;
}

bool sim_tls_has_1_1(void) {
#if defined(MBEDTLS_SSL_PROTO_TLS1_1)
  return true;
#else
  return false;
#endif
}

static int configure(sim_tls *tls, const char *chain, const uint8_t *key, size_t key_count,
                     uint32_t options) {
  static const int static_rsa[] = {MBEDTLS_TLS_RSA_WITH_AES_128_GCM_SHA256,
                                   MBEDTLS_TLS_RSA_WITH_AES_128_CBC_SHA, 0};
  bool only_1_1 = options & SIM_ONLY_1_1;
  if (only_1_1 && !sim_tls_has_1_1()) return -1;
#if MBEDTLS_VERSION_MAJOR >= 3
  if (psa_crypto_init() != PSA_SUCCESS) return -1;
#endif
  int result = mbedtls_x509_crt_parse(&tls->chain, (const unsigned char *)chain, strlen(chain) + 1);
  /* Shown as it is, also where a server should have no such certificate. */
  tls->chain.ext_types &= ~MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE;
  if (result == 0) result = sim_key_parse(&tls->key, key, key_count);
  if (result == 0) {
    result = mbedtls_ssl_config_defaults(&tls->config, MBEDTLS_SSL_IS_SERVER,
                                         MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
  }
  if (result != 0) return result;
  mbedtls_ssl_conf_rng(&tls->config, sim_random, NULL);
  if (options & SIM_ONLY_STATIC_RSA) mbedtls_ssl_conf_ciphersuites(&tls->config, static_rsa);
#if defined(MBEDTLS_SSL_PROTO_TLS1_1)
  if (only_1_1) {
    mbedtls_ssl_conf_max_version(&tls->config, MBEDTLS_SSL_MAJOR_VERSION_3,
                                 MBEDTLS_SSL_MINOR_VERSION_2);
  }
#endif
  result = mbedtls_ssl_conf_own_cert(&tls->config, &tls->chain, &tls->key);
  return result != 0 ? result : mbedtls_ssl_setup(&tls->ssl, &tls->config);
}

sim_tls *sim_tls_new(int32_t descriptor, const char *chain, const uint8_t *key, size_t key_count,
                     uint32_t options) {
  sim_tls *tls = calloc(1, sizeof *tls);
  if (tls == NULL) return NULL;
  tls->descriptor = descriptor;
  mbedtls_ssl_init(&tls->ssl);
  mbedtls_ssl_config_init(&tls->config);
  mbedtls_x509_crt_init(&tls->chain);
  mbedtls_pk_init(&tls->key);
  if (configure(tls, chain, key, key_count, options) != 0) {
    sim_tls_free(tls);
    return NULL;
  }
  mbedtls_ssl_set_bio(&tls->ssl, tls, send_some, receive_some, NULL);
  return tls;
}

int32_t sim_tls_handshake(sim_tls *tls) { return mbedtls_ssl_handshake(&tls->ssl); }

int32_t sim_tls_read(sim_tls *tls, uint8_t *bytes, size_t size) {
  int result = mbedtls_ssl_read(&tls->ssl, bytes, size);
  return result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ? 0 : result;
}

int32_t sim_tls_write(sim_tls *tls, const uint8_t *bytes, size_t count) {
  size_t written = 0;
  while (written < count) {
    int result = mbedtls_ssl_write(&tls->ssl, bytes + written, count - written);
    if (result <= 0) return -1;
    written += (size_t)result;
  }
  return (int32_t)written;
}

void sim_tls_close_notify(sim_tls *tls) { (void)mbedtls_ssl_close_notify(&tls->ssl); }

void sim_tls_free(sim_tls *tls) {
  mbedtls_ssl_free(&tls->ssl);
  mbedtls_ssl_config_free(&tls->config);
  mbedtls_x509_crt_free(&tls->chain);
  mbedtls_pk_free(&tls->key);
  free(tls);
}
