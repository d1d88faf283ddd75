#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The simulator's C side: listening, the server's side of TLS over a blocking socket, and
 * certificates made at run time. It shares nothing with the client's side. */

/* Sockets on the loopback interface that no child process inherits; each is returned, or -errno. */
int32_t sim_listen(uint16_t port, bool ipv6);
uint16_t sim_port(int32_t listener);
int32_t sim_accept(int32_t listener);

/* Each returns a length, or a negative number. */
int32_t sim_key_generate(bool rsa, uint8_t *der, size_t size); /* EC P-256, or RSA with 2048 bits */

enum {
  SIM_AUTHORITY = 1,   /* may sign certificates */
  SIM_FOR_CLIENTS = 2, /* extended key usage: not for servers */
  SIM_SHA1 = 4,        /* a signature that nobody should believe */
  SIM_CRITICAL = 8,    /* the constraints are critical */
};

/* Names are as in "CN=…"; dates as in 20261231235959; `names` is a DER SubjectAltName or empty,
 * `constraints` a DER NameConstraints or empty. */
int32_t sim_certificate_write(const char *subject, const uint8_t *subject_key, size_t subject_key_count,
                              const char *issuer, const uint8_t *issuer_key, size_t issuer_key_count,
                              const char *not_before, const char *not_after, const uint8_t *names,
                              size_t names_count, const uint8_t *constraints,
                              size_t constraints_count, uint32_t options, uint8_t *der, size_t size);

typedef struct sim_tls sim_tls;

/* Whether this mbedTLS can still be a server of TLS 1.1. */
bool sim_tls_has_1_1(void);

enum {
  SIM_ONLY_1_1 = 1,        /* nothing newer than TLS 1.1 */
  SIM_ONLY_STATIC_RSA = 2, /* cipher suites without forward secrecy */
};

/* `chain` is PEM. Returns NULL where it or the key cannot be used. */
sim_tls *sim_tls_new(int32_t descriptor, const char *chain, const uint8_t *key, size_t key_count,
                     uint32_t options);
int32_t sim_tls_handshake(sim_tls *tls);                              /* 0, or negative */
int32_t sim_tls_read(sim_tls *tls, uint8_t *bytes, size_t size);      /* 0 at the end, or negative */
int32_t sim_tls_write(sim_tls *tls, const uint8_t *bytes, size_t count); /* all or negative */
void sim_tls_close_notify(sim_tls *tls);
void sim_tls_free(sim_tls *tls);

void sim_md5(const uint8_t *bytes, size_t count, uint8_t output[16]);
