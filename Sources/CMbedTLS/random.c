#include "internal.h"

#include <errno.h>
#include <sys/random.h>

/* getrandom(2) instead of mbedTLS's own generator: nothing to seed, nothing that a fork could copy,
 * and no /dev/urandom, which mbedTLS opens where the libc is musl. */
int pb_tls_random(void *unused, unsigned char *bytes, size_t count) {
  (void)unused;
  while (count > 0) {
    ssize_t got = getrandom(bytes, count, 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    bytes += got;
    count -= (size_t)got;
  }
  return 0;
}

/* TLS 1.3 in 3.x goes through PSA, whose generator is ours where the build's configuration says so. */
#if MBEDTLS_VERSION_MAJOR >= 3 && defined(MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG)
#include <psa/crypto.h>

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
                                             uint8_t *output, size_t size, size_t *length) {
  (void)context;
  if (pb_tls_random(NULL, output, size) != 0) return PSA_ERROR_INSUFFICIENT_ENTROPY;
  *length = size;
  return PSA_SUCCESS;
}
#endif
