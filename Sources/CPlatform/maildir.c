#include "internal.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_folder(int folder, const char *path, int flags) {
  return pb_open_at(folder, path, O_RDONLY | O_DIRECTORY | flags);
}

static int open_or_make(int folder, const char *path, int flags) {
  int fd = open_folder(folder, path, flags);
  if (fd != -ENOENT) return fd;
  int result = pb_make_folder(folder, path);
  if (result < 0) return result;
  if (result == 0) return open_folder(folder, path, flags);
  fd = open_folder(folder, path, O_NOFOLLOW);
  return pb_give(fd, fd, "..");
}

static int open_or_make_as_root(const char *path) {
  bool made;
  int found = pb_walk(path, true, &made);
  if (found < 0) return found;
  int fd = open_folder(found, ".", 0);
  pb_close(found);
  return made ? pb_give(fd, fd, "..") : fd;
}

/* cur is made last: where it is there, the disk knows of all the others. */
static int open_current(int folder) {
  int fd = open_folder(folder, "cur", O_NOFOLLOW);
  if (fd != -ENOENT) return fd;
  int result;
  do result = syncfs(folder); /* Of the folder above it too, which we may not be allowed to open. */
  while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : open_or_make(folder, "cur", O_NOFOLLOW);
}

int pb_maildir_open(const uint8_t *path, size_t length, struct pb_maildir *maildir) {
  char copy[PATH_MAX];
  int error = pb_copy_text(copy, sizeof copy, path, length);
  if (error < 0) return error;
  int folder = geteuid() == 0 ? open_or_make_as_root(copy) : open_or_make(AT_FDCWD, copy, 0);
  if (folder < 0) return folder;
  int parts[3] = {open_or_make(folder, "tmp", O_NOFOLLOW), -1, -1};
  if (parts[0] >= 0) parts[1] = open_or_make(folder, "new", O_NOFOLLOW);
  if (parts[1] >= 0) parts[2] = open_current(folder);
  pb_close(folder);
  for (int i = 0; i < 3; i++) {
    if (parts[i] >= 0) continue;
    for (int j = 0; j < i; j++) pb_close(parts[j]);
    return parts[i];
  }
  *maildir = (struct pb_maildir){parts[0], parts[1], parts[2]};
  return 0;
}

/* Whether an entry of cur is the message: its name may go on with ":2," and flags. */
static int find_in_current(int current, const char *name) {
  int fd = open_folder(current, ".", 0);
  if (fd < 0) return fd;
  DIR *entries = fdopendir(fd);
  if (!entries) {
    int error = -errno;
    pb_close(fd);
    return error;
  }
  size_t length = strlen(name);
  int found = 0;
  while (!found) {
    errno = 0;
    struct dirent *entry = readdir(entries);
    if (!entry) {
      found = -errno;
      break;
    }
    char next = strncmp(entry->d_name, name, length) == 0 ? entry->d_name[length] : '.';
    found = next == 0 || next == ':';
  }
  closedir(entries);
  return found;
}

/* A mail reader moves it from new to cur, so that is the order to look in. Whoever put it there may
 * have been killed before the disk knew. */
int pb_maildir_contains(const struct pb_maildir *maildir, const uint8_t *name, size_t length) {
  char copy[NAME_MAX + 1];
  struct stat info;
  int error = pb_copy_text(copy, sizeof copy, name, length), folder = maildir->fresh;
  if (error < 0) return error;
  if (fstatat(folder, copy, &info, AT_SYMLINK_NOFOLLOW) < 0) {
    if (errno != ENOENT) return -errno;
    folder = maildir->current;
    int found = find_in_current(folder, copy);
    if (found <= 0) return found;
  }
  error = pb_synchronize(folder);
  return error < 0 ? error : 1;
}

static int remove_at(int folder, const char *name) {
  int result;
  do result = unlinkat(folder, name, 0);
  while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : 0;
}

int pb_maildir_create(int32_t folder, const uint8_t *name, size_t length) {
  char copy[NAME_MAX + 1];
  int error = pb_copy_text(copy, sizeof copy, name, length);
  if (error == 0) error = remove_at(folder, copy); /* What a crash left. */
  if (error < 0 && error != -ENOENT) return error;
  int fd = pb_open_at(folder, copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  return pb_give(fd, folder, ".");
}

int pb_maildir_move(int32_t from, int32_t to, const uint8_t *name, size_t length) {
  char copy[NAME_MAX + 1];
  int error = pb_copy_text(copy, sizeof copy, name, length), result;
  if (error < 0) return error;
  do result = renameat(from, copy, to, copy);
  while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : 0;
}

int pb_maildir_remove(int32_t folder, const uint8_t *name, size_t length) {
  char copy[NAME_MAX + 1];
  int error = pb_copy_text(copy, sizeof copy, name, length);
  return error < 0 ? error : remove_at(folder, copy);
}
