#include "internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The largest file that is read: Debian's bundle of all authorities has 0.2 MiB. */
#define LARGEST_FILE (4 << 20)

static int32_t count_of(const mbedtls_x509_crt *chain) {
  int32_t count = 0;
  for (; chain != NULL; chain = chain->next) count += chain->raw.p != NULL;
  return count;
}

/* Reads the open regular file, with a NUL behind it, which mbedTLS asks for. */
static int read_all(int descriptor, unsigned char **bytes, size_t *count) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return -errno;
  if (!S_ISREG(status.st_mode)) return -EINVAL;
  if (status.st_size > LARGEST_FILE) return -EFBIG;

  size_t size = (size_t)status.st_size;
  unsigned char *buffer = malloc(size + 1);
  if (buffer == NULL) return -ENOMEM;
  size_t filled = 0;
  while (filled < size) {
    ssize_t got = read(descriptor, buffer + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      int error = errno;
      free(buffer);
      return -error;
    }
    if (got == 0) break;
    filled += (size_t)got;
  }
  buffer[filled] = 0;
  *bytes = buffer;
  *count = filled;
  return 0;
}

static int load_file(mbedtls_x509_crt *chain, const char *path) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return -errno;
  unsigned char *bytes = NULL;
  size_t count = 0;
  int result = read_all(descriptor, &bytes, &count);
  close(descriptor);
  if (result != 0) return result;

  int32_t before = count_of(chain);
  bool pem = strstr((const char *)bytes, "-----BEGIN CERTIFICATE-----") != NULL;
  result = pem ? mbedtls_x509_crt_parse(chain, bytes, count + 1)
               : mbedtls_x509_crt_parse_der(chain, bytes, count);
  free(bytes);
  if (result == MBEDTLS_ERR_X509_ALLOC_FAILED) return -ENOMEM;
  return count_of(chain) > before ? 0 : -EBADMSG;
}

static bool holds(const mbedtls_x509_crt *chain, const mbedtls_x509_crt *other) {
  for (; chain != NULL; chain = chain->next) {
    if (chain->raw.p != NULL && chain->raw.len == other->raw.len &&
        memcmp(chain->raw.p, other->raw.p, other->raw.len) == 0) {
      return true;
    }
  }
  return false;
}

/* A folder of authorities holds most of them three times: as a file, as a link that is named after
 * the subject's hash, and in a bundle. */
static int add_new(mbedtls_x509_crt *chain, const mbedtls_x509_crt *found) {
  for (; found != NULL; found = found->next) {
    if (found->raw.p == NULL || holds(chain, found)) continue;
    if (mbedtls_x509_crt_parse_der(chain, found->raw.p, found->raw.len) != 0) return -ENOMEM;
  }
  return 0;
}

static int load_folder(mbedtls_x509_crt *chain, const char *path) {
  DIR *folder = opendir(path);
  if (folder == NULL) return -errno;
  int result = 0;
  struct dirent *entry;
  while (result == 0 && (entry = readdir(folder)) != NULL) {
    char file[PATH_MAX];
    if (entry->d_name[0] == '.') continue;
    if (snprintf(file, sizeof file, "%s/%s", path, entry->d_name) >= (int)sizeof file) continue;
    mbedtls_x509_crt found;
    mbedtls_x509_crt_init(&found);
    if (load_file(&found, file) == 0) result = add_new(chain, &found);
    mbedtls_x509_crt_free(&found);
  }
  closedir(folder);
  if (result == 0 && count_of(chain) == 0) result = -EBADMSG;
  return result;
}

int32_t pb_tls_trust_load(const uint8_t *path, pb_tls_trust **trust) {
  pb_tls_trust *loaded = calloc(1, sizeof *loaded);
  if (loaded == NULL) return -ENOMEM;
  mbedtls_x509_crt_init(&loaded->chain);
  atomic_init(&loaded->owners, 1);

  struct stat status;
  const char *name = (const char *)path;
  int result = stat(name, &status) != 0      ? -errno
               : S_ISDIR(status.st_mode) ? load_folder(&loaded->chain, name)
                                         : load_file(&loaded->chain, name);
  if (result != 0) {
    pb_tls_trust_release(loaded);
    return result;
  }
  tzset(); /* glibc reads /etc/localtime at the first use of time, even for gmtime. */
  *trust = loaded;
  return count_of(&loaded->chain);
}

void pb_tls_trust_release(pb_tls_trust *trust) {
  if (atomic_fetch_sub(&trust->owners, 1) != 1) return;
  mbedtls_x509_crt_free(&trust->chain);
  free(trust);
}
