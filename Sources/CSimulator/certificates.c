#include "common.h"

#include <mbedtls/ecp.h>
#include <mbedtls/md5.h>
#include <mbedtls/rsa.h>
#include <mbedtls/x509_crt.h>

#include <string.h>
#include <sys/random.h>

int sim_random(void *unused, unsigned char *bytes, size_t count) {
  (void)unused;
  return count <= 256 && getrandom(bytes, count, 0) == (ssize_t)count ? 0 : -1;
}

int sim_key_parse(mbedtls_pk_context *key, const uint8_t *der, size_t count) {
#if MBEDTLS_VERSION_MAJOR >= 3
  return mbedtls_pk_parse_key(key, der, count, NULL, 0, sim_random, NULL);
#else
  return mbedtls_pk_parse_key(key, der, count, NULL, 0);
#endif
}

/* mbedTLS writes DER from the end of the buffer towards its front. */
static int32_t to_front(uint8_t *der, size_t size, int length) {
  if (length > 0) memmove(der, der + size - (size_t)length, (size_t)length);
  return length;
}

int32_t sim_key_generate(bool rsa, uint8_t *der, size_t size) {
  mbedtls_pk_context key;
  mbedtls_pk_init(&key);
  int result = mbedtls_pk_setup(
      &key, mbedtls_pk_info_from_type(rsa ? MBEDTLS_PK_RSA : MBEDTLS_PK_ECKEY));
  if (result == 0 && rsa) {
    result = mbedtls_rsa_gen_key(mbedtls_pk_rsa(key), sim_random, NULL, 2048, 65537);
  } else if (result == 0) {
    result = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(key), sim_random, NULL);
  }
  if (result == 0) result = to_front(der, size, mbedtls_pk_write_key_der(&key, der, size));
  mbedtls_pk_free(&key);
  return result;
}

static int set_serial(mbedtls_x509write_cert *certificate) {
  unsigned char serial[16];
  if (sim_random(NULL, serial, sizeof serial) != 0) return -1;
  serial[0] = (serial[0] & 0x7F) | 1; /* Positive, and not zero. */
#if MBEDTLS_VERSION_MAJOR >= 3
  return mbedtls_x509write_crt_set_serial_raw(certificate, serial, sizeof serial);
#else
  mbedtls_mpi number;
  mbedtls_mpi_init(&number);
  int result = mbedtls_mpi_read_binary(&number, serial, sizeof serial);
  if (result == 0) result = mbedtls_x509write_crt_set_serial(certificate, &number);
  mbedtls_mpi_free(&number);
  return result;
#endif
}

static int set_extensions(mbedtls_x509write_cert *certificate, const uint8_t *names,
                          size_t names_count, const uint8_t *constraints,
                          size_t constraints_count, uint32_t options) {
  static const char alternative_names[] = {0x55, 0x1D, 0x11};
  static const char name_constraints[] = {0x55, 0x1D, 0x1E};
  static const char extended_key_usage[] = {0x55, 0x1D, 0x25};
  /* ExtKeyUsageSyntax of id-kp-clientAuth: RFC 5280 section 4.2.1.12. */
  static const unsigned char for_clients[] = {0x30, 0x0A, 0x06, 0x08, 0x2B, 0x06,
                                              0x01, 0x05, 0x05, 0x07, 0x03, 0x02};
  int result = mbedtls_x509write_crt_set_basic_constraints(certificate, options & SIM_AUTHORITY, -1);
  if (result == 0 && names_count > 0) {
    result = mbedtls_x509write_crt_set_extension(certificate, alternative_names,
                                                 sizeof alternative_names, 0, names, names_count);
  }
  if (result == 0 && constraints_count > 0) {
    result = mbedtls_x509write_crt_set_extension(
        certificate, name_constraints, sizeof name_constraints, options & SIM_CRITICAL, constraints,
        constraints_count);
  }
  if (result == 0 && (options & SIM_FOR_CLIENTS)) {
    result = mbedtls_x509write_crt_set_extension(certificate, extended_key_usage,
                                                 sizeof extended_key_usage, 0, for_clients,
                                                 sizeof for_clients);
  }
  return result;
}

int32_t sim_certificate_write(const char *subject, const uint8_t *subject_key, size_t subject_key_count,
                              const char *issuer, const uint8_t *issuer_key, size_t issuer_key_count,
                              const char *not_before, const char *not_after, const uint8_t *names,
                              size_t names_count, const uint8_t *constraints,
                              size_t constraints_count, uint32_t options, uint8_t *der, size_t size) {
  mbedtls_pk_context subject_pair, issuer_pair;
  mbedtls_x509write_cert certificate;
  mbedtls_pk_init(&subject_pair);
  mbedtls_pk_init(&issuer_pair);
  mbedtls_x509write_crt_init(&certificate);
  mbedtls_x509write_crt_set_version(&certificate, MBEDTLS_X509_CRT_VERSION_3);
  mbedtls_x509write_crt_set_md_alg(&certificate,
                                   options & SIM_SHA1 ? MBEDTLS_MD_SHA1 : MBEDTLS_MD_SHA256);

  int result = sim_key_parse(&subject_pair, subject_key, subject_key_count);
  if (result == 0) result = sim_key_parse(&issuer_pair, issuer_key, issuer_key_count);
  if (result == 0) result = mbedtls_x509write_crt_set_subject_name(&certificate, subject);
  if (result == 0) result = mbedtls_x509write_crt_set_issuer_name(&certificate, issuer);
  if (result == 0) {
    result = mbedtls_x509write_crt_set_validity(&certificate, not_before, not_after);
  }
  if (result == 0) result = set_serial(&certificate);
  if (result == 0) {
    result = set_extensions(&certificate, names, names_count, constraints, constraints_count, options);
  }
  if (result == 0) {
    mbedtls_x509write_crt_set_subject_key(&certificate, &subject_pair);
    mbedtls_x509write_crt_set_issuer_key(&certificate, &issuer_pair);
    result = mbedtls_x509write_crt_der(&certificate, der, size, sim_random, NULL);
    result = to_front(der, size, result);
  }
  mbedtls_x509write_crt_free(&certificate);
  mbedtls_pk_free(&issuer_pair);
  mbedtls_pk_free(&subject_pair);
  return result;
}

void sim_md5(const uint8_t *bytes, size_t count, uint8_t output[16]) {
#if MBEDTLS_VERSION_MAJOR >= 3
  (void)mbedtls_md5(bytes, count, output);
#else
  (void)mbedtls_md5_ret(bytes, count, output);
#endif
}
