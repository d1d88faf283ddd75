#include "internal.h"
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int pb_user_find(const uint8_t *name, size_t length, uint32_t *user, uint32_t *group) {
  char copy[64], buffer[4096];
  int error = pb_copy_text(copy, sizeof copy, name, length);
  if (error < 0) return error;
  struct passwd entry, *found = NULL;
  do error = getpwnam_r(copy, &entry, buffer, sizeof buffer, &found);
  while (error == EINTR);
  if (!found) return error != 0 ? -error : -ENOENT;
  *user = entry.pw_uid;
  *group = entry.pw_gid;
  return 0;
}

int pb_silence(void) {
  int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0) return -errno;
  return null > 2 ? pb_close(null) : 0;
}

bool pb_is_root(void) { return geteuid() == 0; }

/* For good: all three ids change, and going back is tried and must fail. */
static int become(uid_t user, gid_t group) {
  if (user == 0 || group == 0) return -EINVAL;
  if (setgroups(0, NULL) < 0 || setresgid(group, group, group) < 0) return -errno;
  if (setresuid(user, user, user) < 0) return -errno;
  uid_t real, effective, saved;
  if (getresuid(&real, &effective, &saved) < 0) return -errno;
  if (real != user || effective != user || saved != user) return -EPERM;
  return setuid(0) == 0 || setgid(0) == 0 ? -EPERM : 0;
}

int pb_become_owner(int32_t fd) {
  struct stat info;
  if (fstat(fd, &info) < 0) return -errno;
  uid_t user = info.st_uid;
  gid_t group = info.st_gid;
  if (geteuid() != 0 || user == 0) return 0;
  if (setgroups(0, NULL) < 0 || setresgid(group, group, group) < 0) return -errno;
  return (int)pb_result(setresuid(user, user, user));
}

static int limit(int resource, rlim_t most) {
  struct rlimit both = {most, most};
  return (int)pb_result(setrlimit(resource, &both));
}

/* A fetcher of the board's build has 0.3 MB to write to at the peak of a poll over TLS, one of the
 * host's, in debug, 2 MB of its 20 MB of addresses: whatever a server sends, it needs no more
 * (MemoryTests). Shared memory is not data; the sandbox refuses it. The kernel's tables of addresses
 * are not either: they grow with what is mapped. */
enum { MOST_DATA = 16 << 20, MOST_ADDRESSES = 128 << 20 };

/* A sanitizer takes terabytes of addresses. */
static int limit_memory(void) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return 0;
#endif
#endif
  int error = limit(RLIMIT_DATA, MOST_DATA);
  return error == 0 ? limit(RLIMIT_AS, MOST_ADDRESSES) : error;
}

int pb_privileges_drop(uint32_t user, uint32_t group) {
  int error = geteuid() == 0 ? become(user, group) : 0;
  /* A resolver and a socket need a few descriptors; nobody needs a file or another process. */
  if (error == 0) error = limit(RLIMIT_NOFILE, 16);
  if (error == 0) error = limit(RLIMIT_FSIZE, 0);
  if (error == 0) error = limit(RLIMIT_NPROC, 0);
  if (error == 0) error = limit(RLIMIT_CORE, 0);
  if (error == 0) error = limit_memory();
  if (error == 0) error = (int)pb_result(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
  if (error == 0) error = (int)pb_result(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  /* A change of user makes the kernel forget it. */
  return error == 0 ? pb_die_with_parent() : error;
}
