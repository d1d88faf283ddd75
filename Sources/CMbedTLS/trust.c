#include "internal.h"

#include <mbedtls/pem.h>

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
/* The longest certificate, as text: those of authorities have 3 KiB, and whoever trusts a server's own
 * may have one with many names. */
#define BLOCK_SIZE (16 << 10)
/* The most files of a folder: Debian's has 150. */
#define MOST_FILES 256

struct pb_tls_trust {
  int owners; /* It and its connections are one thread's. */
  int count;
  struct file {
    int descriptor;
    dev_t device;
    ino_t number;
  } files[MOST_FILES];
  unsigned char block[BLOCK_SIZE + 1];
};

static const char begin_mark[] = "-----BEGIN CERTIFICATE-----";
static const char end_mark[] = "-----END CERTIFICATE-----";
enum { BEGIN_LENGTH = sizeof begin_mark - 1 };

/* Reads what fits of the file from `offset` on, with a NUL behind it, which mbedTLS asks for.
 * Returns the count, or -errno. */
static ssize_t fill(unsigned char *block, int descriptor, off_t offset) {
  ssize_t filled = 0;
  while (filled < BLOCK_SIZE) {
    ssize_t got = pread(descriptor, block + filled, (size_t)(BLOCK_SIZE - filled), offset + filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -errno;
    if (got == 0) break;
    filled += got;
  }
  block[filled] = 0;
  return filled;
}

/* Where the text `mark` begins; -1 where it does not. */
static ssize_t find(const unsigned char *block, ssize_t count, const char *mark) {
  ssize_t length = (ssize_t)strlen(mark);
  for (ssize_t at = 0; at + length <= count; at++) {
    if (memcmp(block + at, mark, (size_t)length) == 0) return at;
  }
  return -1;
}

/* Goes through a file's certificates until `visit` says that it was enough. Returns 1 then, 0 at
 * the end, or -errno. What is no certificate is passed over. A certificate is freed when the next was
 * read: where nothing else is as large, musl would map and unmap a page for each of them. */
static int visit_file(unsigned char *block, int descriptor, pb_certificate_visitor visit,
                      void *context) {
  mbedtls_pem_context text, next;
  bool is_text = false;
  off_t offset = 0;
  int result = 0;
  mbedtls_pem_init(&text);
  while (true) {
    ssize_t count = fill(block, descriptor, offset);
    ssize_t start = count < 0 ? -1 : find(block, count, begin_mark);
    if (start < 0 && count == BLOCK_SIZE) {
      offset += BLOCK_SIZE - BEGIN_LENGTH + 1;
      continue;
    }
    if (start < 0 && count >= 0 && !is_text && offset == 0) {
      result = visit(context, block, (size_t)count);
      break;
    }
    if (start > 0) count = fill(block, descriptor, offset + start);
    if (count < 0) result = (int)count;
    if (start < 0 || count < 0) break;
    is_text = true;
    offset += start;

    size_t length = BEGIN_LENGTH; /* Of what is broken, only this much is known not to be more. */
    mbedtls_pem_init(&next);
    int flaw = mbedtls_pem_read_buffer(&next, begin_mark, end_mark, block, NULL, 0, &length);
    mbedtls_pem_free(&text);
    text = next;
    offset += flaw == 0 ? (off_t)length : BEGIN_LENGTH;
    if (flaw == 0 && visit(context, text.buf, text.buflen)) {
      result = 1;
      break;
    }
  }
  mbedtls_pem_free(&text);
  return result;
}

void pb_trust_visit(pb_tls_trust *trust, pb_certificate_visitor visit, void *context) {
  for (int i = 0; i < trust->count; i++) {
    if (visit_file(trust->block, trust->files[i].descriptor, visit, context) == 1) return;
  }
}

static bool is_certificate(void *unused, const unsigned char *der, size_t length) {
  (void)unused;
  mbedtls_x509_crt certificate;
  mbedtls_x509_crt_init(&certificate);
  int result = pb_authority_parse(&certificate, der, length);
  mbedtls_x509_crt_free(&certificate);
  return result == 0;
}

/* A folder of authorities holds most of them as a file, and as a link that is named after the
 * subject's hash. */
static bool is_known(const pb_tls_trust *trust, const struct stat *status) {
  for (int i = 0; i < trust->count; i++) {
    if (trust->files[i].number == status->st_ino && trust->files[i].device == status->st_dev) {
      return true;
    }
  }
  return false;
}

static int check_file(const pb_tls_trust *trust, int descriptor, struct stat *status) {
  if (fstat(descriptor, status) != 0) return -errno;
  if (!S_ISREG(status->st_mode)) return -EINVAL;
  if (status->st_mode & S_IWOTH) return -EKEYREJECTED;
  if (status->st_size > LARGEST_FILE) return -EFBIG;
  return is_known(trust, status) ? -EEXIST : 0;
}

/* Keeps the descriptor, if there is a certificate behind it, out of the way of those to come: a
 * process that gives up its powers may only have few, with low numbers. */
static int add_file(pb_tls_trust *trust, const char *path) {
  int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (opened < 0) return -errno;
  struct stat status;
  int result = check_file(trust, opened, &status);
  if (result == 0) {
    result = visit_file(trust->block, opened, is_certificate, NULL);
    if (result == 0) result = -EBADMSG;
  }
  if (result > 0 && trust->count == MOST_FILES) result = -EMFILE;
  if (result > 0) {
    int kept = fcntl(opened, F_DUPFD_CLOEXEC, 64);
    result = kept < 0 ? -errno : 0;
    if (kept >= 0) {
      trust->files[trust->count++] = (struct file){kept, status.st_dev, status.st_ino};
    }
  }
  close(opened);
  return result;
}

static int add_folder(pb_tls_trust *trust, const char *path) {
  DIR *folder = opendir(path);
  if (folder == NULL) return -errno;
  struct stat status;
  if (fstat(dirfd(folder), &status) != 0 || (status.st_mode & S_IWOTH)) {
    closedir(folder);
    return -EKEYREJECTED;
  }
  int result = 0, none = -EBADMSG;
  struct dirent *entry;
  while (result != -EMFILE && (entry = readdir(folder)) != NULL) {
    char file[PATH_MAX];
    if (entry->d_name[0] == '.') continue;
    if (snprintf(file, sizeof file, "%s/%s", path, entry->d_name) >= (int)sizeof file) continue;
    result = add_file(trust, file);
    if (result == -EKEYREJECTED) none = result;
  }
  closedir(folder);
  return result == -EMFILE ? result : trust->count > 0 ? 0 : none;
}

int32_t pb_tls_trust_open(const uint8_t *path, pb_tls_trust **trust) {
  pb_tls_trust *opened = calloc(1, sizeof *opened);
  if (opened == NULL) return -ENOMEM;
  opened->owners = 1;

  struct stat status;
  const char *name = (const char *)path;
  int result = stat(name, &status) != 0      ? -errno
               : S_ISDIR(status.st_mode) ? add_folder(opened, name)
                                         : add_file(opened, name);
  if (result != 0) {
    pb_tls_trust_release(opened);
    return result;
  }
  tzset(); /* glibc reads /etc/localtime at the first use of time, even for gmtime. */
  *trust = opened;
  return 0;
}

void pb_tls_trust_keep(pb_tls_trust *trust) { trust->owners += 1; }

void pb_tls_trust_release(pb_tls_trust *trust) {
  trust->owners -= 1;
  if (trust->owners > 0) return;
  for (int i = 0; i < trust->count; i++) close(trust->files[i].descriptor);
  free(trust);
}
