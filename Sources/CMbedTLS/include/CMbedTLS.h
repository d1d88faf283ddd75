#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* mbedTLS as popbell uses it: a TLS client that always verifies, and two digests.
 *
 * Nothing of mbedTLS is seen from outside, so that what differs between 2.28 and 3.6 stays in this
 * target. Nothing here blocks, and after pb_tls_trust_open nothing here opens a file: random bytes
 * come from getrandom(2) at each use, and certificates by pread(2), so that a process may open what
 * it trusts, fork and shut itself in. It forks before it opens a connection: 3.6 keeps a generator of
 * its own from then on. */

/* What a call on a connection returns where it is no count. */
enum {
  PB_TLS_WANTS_READ = -1,
  PB_TLS_WANTS_WRITE = -2,
  PB_TLS_CLOSED = -3,    /* The peer said close_notify. */
  PB_TLS_TRUNCATED = -4, /* The peer's stream ended without it. */

  PB_TLS_EXPIRED = -10,
  PB_TLS_NOT_YET_VALID = -11,
  PB_TLS_UNKNOWN_AUTHORITY = -12,
  PB_TLS_SELF_SIGNED = -13,
  PB_TLS_WRONG_NAME = -14,
  PB_TLS_WEAK_CERTIFICATE = -15,
  PB_TLS_UNSUITABLE_CERTIFICATE = -16,
  PB_TLS_MALFORMED_CERTIFICATE = -17,
  PB_TLS_NOT_PERMITTED = -18,
  PB_TLS_PROTOCOL_TOO_OLD = -20,
  PB_TLS_NOT_TLS = -21,
  PB_TLS_NOTHING_IN_COMMON = -28, /* No cipher suite that both take. */
  PB_TLS_CORRUPTED = -22,
  PB_TLS_ALERT = -23,  /* The detail is the alert's number. */
  PB_TLS_SYSTEM = -24, /* The detail is errno. */
  PB_TLS_BAD_SERVER_NAME = -25,
  PB_TLS_OUT_OF_MEMORY = -26,
  PB_TLS_LIBRARY = -27, /* The detail is mbedTLS's own number. */
};

/* The authorities that are believed. */
typedef struct pb_tls_trust pb_tls_trust;

/* Opens a PEM or DER file, or a folder of at most 256 of them, which are read when a server is
 * verified; `path` ends with a NUL. Returns 0 where there is a certificate in it, or -errno; -EBADMSG
 * says that there is none, -EMFILE that there are too many files, -EKEYREJECTED that everybody may change
 * it. What it gives is released once. */
int32_t pb_tls_trust_open(const uint8_t *path, pb_tls_trust **trust);
void pb_tls_trust_release(pb_tls_trust *trust);

typedef struct pb_tls_connection pb_tls_connection;

/* Prepares TLS over a connected, non-blocking socket that stays the caller's. `server` is a host
 * name or an IP address literal; `takes_old`: also cipher suites without forward secrecy, whose key is
 * RSA's. Keeps `trust` alive. Returns 0, or a reason. */
int32_t pb_tls_open(int32_t descriptor, const uint8_t *server, size_t length, bool takes_old,
                    pb_tls_trust *trust, pb_tls_connection **connection);
void pb_tls_free(pb_tls_connection *connection);

/* Each returns a count (0 for done), or one of the codes above; a failure repeats itself. After
 * PB_TLS_WANTS_WRITE, pb_tls_write is called again with the same bytes. */
int32_t pb_tls_handshake(pb_tls_connection *connection);
int32_t pb_tls_read(pb_tls_connection *connection, uint8_t *bytes, size_t size);
int32_t pb_tls_write(pb_tls_connection *connection, const uint8_t *bytes, size_t count);
int32_t pb_tls_close_notify(pb_tls_connection *connection);

/* The number that goes with the last failure. */
int32_t pb_tls_detail(const pb_tls_connection *connection);

/* The certificate that the last failure is about, or the server's own: seconds since 1970, and names
 * of which the first `size` bytes are given, with `?` for what is not printable ASCII. Nothing and
 * zeros before the server has sent one. */
int64_t pb_tls_not_before(const pb_tls_connection *connection);
int64_t pb_tls_not_after(const pb_tls_connection *connection);
size_t pb_tls_subject(const pb_tls_connection *connection, uint8_t *name, size_t size);
size_t pb_tls_issuer(const pb_tls_connection *connection, uint8_t *name, size_t size);

/* What was agreed on, such as "TLSv1.2 TLS-ECDHE-ECDSA-WITH-AES-256-GCM-SHA384". */
size_t pb_tls_agreed(const pb_tls_connection *connection, uint8_t *text, size_t size);

/* The digests hold no memory of their own, so that they can be dropped at any time. */
typedef struct { uint64_t words[16]; } pb_sha256;
void pb_sha256_start(pb_sha256 *digest);
void pb_sha256_update(pb_sha256 *digest, const uint8_t *bytes, size_t count);
void pb_sha256_finish(pb_sha256 *digest, uint8_t output[32]);

/* For APOP, RFC 1939 section 7, and for nothing else. */
typedef struct { uint64_t words[16]; } pb_md5;
void pb_md5_start(pb_md5 *digest);
void pb_md5_update(pb_md5 *digest, const uint8_t *bytes, size_t count);
void pb_md5_finish(pb_md5 *digest, uint8_t output[16]);
