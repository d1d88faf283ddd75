#include "internal.h"
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

int pb_open_at(int folder, const char *path, int flags) {
  int fd;
  do fd = openat(folder, path, flags | O_CLOEXEC, 0600);
  while (fd < 0 && errno == EINTR);
  return (int)pb_result(fd);
}

int pb_give(int fd, int folder, const char *path) {
  struct stat owner;
  if (fd < 0 || geteuid() != 0) return fd;
  int result;
  do {
    result = fstatat(folder, path, &owner, 0);
    if (result == 0) result = fchown(fd, owner.st_uid, owner.st_gid);
  } while (result < 0 && errno == EINTR);
  if (result == 0) return fd;
  int error = -errno;
  pb_close(fd);
  return error;
}

static int open_text(int folder, const uint8_t *path, size_t length, int flags) {
  char copy[PATH_MAX];
  int error = pb_copy_text(copy, sizeof copy, path, length);
  return error < 0 ? error : pb_open_at(folder, copy, flags);
}

int pb_file_open(const uint8_t *path, size_t length, struct pb_file_status *status) {
  int fd = open_text(AT_FDCWD, path, length, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return fd;
  struct stat info;
  if (fstat(fd, &info) < 0) {
    int error = -errno;
    close(fd);
    return error;
  }
  *status = (struct pb_file_status){info.st_size, info.st_uid, info.st_mode & 07777,
                                    S_ISREG(info.st_mode)};
  return fd;
}

uint32_t pb_effective_user(void) { return geteuid(); }

int64_t pb_file_map(int32_t fd, size_t limit, const void **start) {
  struct stat info;
  if (fstat(fd, &info) < 0) return -errno;
  if (!S_ISREG(info.st_mode) || info.st_size <= 0) return -EINVAL;
  if ((uint64_t)info.st_size > limit) return -EFBIG;
  void *mapped = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) return -errno;
  *start = mapped;
  return info.st_size;
}

void pb_file_unmap(const void *start, size_t count) { munmap((void *)start, count); }

int pb_program_check(const uint8_t *path, size_t length) {
  char copy[PATH_MAX];
  int error = pb_copy_text(copy, sizeof copy, path, length);
  struct stat info;
  if (error < 0) return error;
  if (stat(copy, &info) < 0 || access(copy, X_OK) < 0) return -errno;
  return S_ISREG(info.st_mode) ? (int)(info.st_mode & 07777) : -EACCES;
}

/* The folder's mode is in `*mode`. */
static int open_folder(int folder, const char *path, uint32_t *mode) {
  struct stat info;
  int fd = pb_open_at(folder, path, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return fd;
  int result;
  do result = fstat(fd, &info);
  while (result < 0 && errno == EINTR);
  int error = result < 0 ? -errno : 0;
  if (error < 0) close(fd);
  else *mode = info.st_mode & 07777;
  return error < 0 ? error : fd;
}

int pb_make_folder(int folder, const char *path) {
  int result;
  do result = mkdirat(folder, path, 0700);
  while (result < 0 && errno == EINTR);
  if (result == 0) return 1;
  return errno == EEXIST ? 0 : -errno;
}

int pb_folder_open(const uint8_t *path, size_t length, bool creates, uint32_t *mode) {
  char copy[PATH_MAX];
  int error = pb_copy_text(copy, sizeof copy, path, length);
  if (error < 0) return error;
  if (geteuid() != 0) {
    error = creates ? pb_make_folder(AT_FDCWD, copy) : 0;
    return error < 0 ? error : open_folder(AT_FDCWD, copy, mode);
  }
  bool made;
  int found = pb_walk(copy, creates, &made);
  if (found < 0) return found;
  int fd = open_folder(found, ".", mode);
  close(found);
  return fd;
}

int pb_lock(int32_t fd, bool waits) {
  int result;
  do result = flock(fd, waits ? LOCK_EX : LOCK_EX | LOCK_NB);
  while (result < 0 && errno == EINTR);
  return (int)pb_result(result);
}

int pb_folder_open_append(int32_t folder, const uint8_t *name, size_t length) {
  int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NOCTTY;
  int fd = open_text(folder, name, length, flags);
  if (fd != -ENOENT) return fd;
  fd = open_text(folder, name, length, flags | O_CREAT | O_EXCL);
  /* Another process was faster. */
  if (fd == -EEXIST) return open_text(folder, name, length, flags);
  return pb_give(fd, folder, ".");
}

int pb_folder_open_read(int32_t folder, const uint8_t *name, size_t length) {
  return open_text(folder, name, length, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
}

int pb_folder_rename(int32_t folder, const uint8_t *from, size_t from_length, const uint8_t *to,
                     size_t to_length) {
  char old_name[NAME_MAX + 1], new_name[NAME_MAX + 1];
  int error = pb_copy_text(old_name, sizeof old_name, from, from_length);
  if (error == 0) error = pb_copy_text(new_name, sizeof new_name, to, to_length);
  if (error < 0) return error;
  int result;
  do result = renameat(folder, old_name, folder, new_name);
  while (result < 0 && errno == EINTR);
  return (int)pb_result(result);
}

int pb_folder_remove(int32_t folder, const uint8_t *name, size_t length) {
  char copy[NAME_MAX + 1];
  int error = pb_copy_text(copy, sizeof copy, name, length);
  return error < 0 ? error : (int)pb_result(unlinkat(folder, copy, 0));
}

int pb_has_room(int32_t fd, uint64_t count) {
  struct statvfs info;
  int result;
  do result = fstatvfs(fd, &info);
  while (result < 0 && errno == EINTR);
  if (result < 0) return -errno;
  return info.f_frsize == 0 || info.f_bavail >= count / info.f_frsize;
}

int64_t pb_file_size(int32_t fd) {
  struct stat info;
  return fstat(fd, &info) < 0 ? -errno : info.st_size;
}

int64_t pb_read_at(int32_t fd, int64_t offset, uint8_t *bytes, size_t count) {
  size_t got = 0;
  while (got < count) {
    ssize_t done = pread(fd, bytes + got, count - got, offset + (int64_t)got);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return pb_result(done);
    if (done == 0) break;
    got += (size_t)done;
  }
  return (int64_t)got;
}

int pb_truncate(int32_t fd, int64_t size) {
  int result;
  do result = ftruncate(fd, size);
  while (result < 0 && errno == EINTR);
  return (int)pb_result(result);
}

int pb_reserve(int32_t fd, size_t count) {
  struct stat info;
  int result;
  do {
    result = fstat(fd, &info);
    if (result == 0) result = fallocate(fd, FALLOC_FL_KEEP_SIZE, info.st_size, (off_t)count);
  } while (result < 0 && errno == EINTR);
  return result < 0 && errno == EOPNOTSUPP ? 0 : (int)pb_result(result);
}

int pb_synchronize_data(int32_t fd) {
  int result;
  do result = fdatasync(fd);
  while (result < 0 && errno == EINTR);
  return (int)pb_result(result);
}

int pb_synchronize(int32_t fd) {
  int result;
  do result = fsync(fd);
  while (result < 0 && errno == EINTR);
  return (int)pb_result(result);
}
