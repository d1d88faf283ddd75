#define _GNU_SOURCE
#include "CProbe.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int calls = -1, failing, failure;
static bool for_good;
static char trace[8192];

void probe_fail_call(int number, int error, bool stays) {
  calls = 0;
  failing = number;
  failure = error;
  for_good = stays;
  trace[0] = 0;
}

int probe_counted_calls(void) {
  int counted = calls;
  calls = -1;
  return counted;
}

const char *probe_trace(void) { return trace; }

static bool fails(const char *call, const char *path) {
  if (calls < 0) return false;
  calls++;
  size_t used = strlen(trace);
  snprintf(trace + used, sizeof trace - used, "%s %s\n", call, path);
  if (for_good ? calls < failing : calls != failing) return false;
  errno = failure;
  return true;
}

static bool fails_on(const char *call, int fd) {
  char link[32], path[4096] = "";
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if (calls >= 0 && readlink(link, path, sizeof path - 1) < 0) return false;
  const char *slash = strrchr(path, '/');
  return fails(call, slash ? slash + 1 : path);
}

int openat(int folder, const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return fails("open", path) ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode);
}

int mkdirat(int folder, const char *path, mode_t mode) {
  return fails("mkdir", path) ? -1 : (int)syscall(SYS_mkdirat, folder, path, mode);
}

int unlinkat(int folder, const char *path, int flags) {
  return fails("unlink", path) ? -1 : (int)syscall(SYS_unlinkat, folder, path, flags);
}

int renameat(int from, const char *path, int to, const char *other) {
  return fails("rename", path) ? -1 : (int)syscall(SYS_renameat2, from, path, to, other, 0);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  return fails_on("write", fd) ? -1 : syscall(SYS_write, fd, bytes, count);
}

int fsync(int fd) { return fails_on("fsync", fd) ? -1 : (int)syscall(SYS_fsync, fd); }

int syncfs(int fd) { return fails_on("syncfs", fd) ? -1 : (int)syscall(SYS_syncfs, fd); }

int probe_mount(const char *folder, const char *options) {
  static bool is_private;
  if (!is_private && unshare(CLONE_NEWNS) < 0) return -errno;
  if (!is_private && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return -errno;
  is_private = true;
  return mount("tmpfs", folder, "tmpfs", 0, options) < 0 ? -errno : 0;
}

int probe_make_read_only(const char *folder) {
  return mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0 ? -errno : 0;
}

int probe_unmount(const char *folder) { return umount(folder) < 0 ? -errno : 0; }
