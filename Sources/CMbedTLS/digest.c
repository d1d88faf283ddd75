#include "internal.h"

#include <mbedtls/md5.h>
#include <mbedtls/sha256.h>

_Static_assert(sizeof(pb_sha256) >= sizeof(mbedtls_sha256_context), "room for the context");
_Static_assert(sizeof(pb_md5) >= sizeof(mbedtls_md5_context), "room for the context");

/* 2.28 has the functions that return a result under another name. Without hardware engines, which
 * neither Debian nor popbell's own build has, none of them can fail. */
#if MBEDTLS_VERSION_MAJOR < 3
#define mbedtls_sha256_starts mbedtls_sha256_starts_ret
#define mbedtls_sha256_update mbedtls_sha256_update_ret
#define mbedtls_sha256_finish mbedtls_sha256_finish_ret
#define mbedtls_md5_starts mbedtls_md5_starts_ret
#define mbedtls_md5_update mbedtls_md5_update_ret
#define mbedtls_md5_finish mbedtls_md5_finish_ret
#endif

void pb_sha256_start(pb_sha256 *digest) {
  mbedtls_sha256_init((mbedtls_sha256_context *)digest);
  (void)mbedtls_sha256_starts((mbedtls_sha256_context *)digest, 0);
}

void pb_sha256_update(pb_sha256 *digest, const uint8_t *bytes, size_t count) {
  (void)mbedtls_sha256_update((mbedtls_sha256_context *)digest, bytes, count);
}

void pb_sha256_finish(pb_sha256 *digest, uint8_t output[32]) {
  (void)mbedtls_sha256_finish((mbedtls_sha256_context *)digest, output);
}

void pb_md5_start(pb_md5 *digest) {
  mbedtls_md5_init((mbedtls_md5_context *)digest);
  (void)mbedtls_md5_starts((mbedtls_md5_context *)digest);
}

void pb_md5_update(pb_md5 *digest, const uint8_t *bytes, size_t count) {
  (void)mbedtls_md5_update((mbedtls_md5_context *)digest, bytes, count);
}

void pb_md5_finish(pb_md5 *digest, uint8_t output[16]) {
  (void)mbedtls_md5_finish((mbedtls_md5_context *)digest, output);
}
