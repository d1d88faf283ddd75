#include "internal.h"
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The most symbolic links of a path, as the kernel has it. */
enum { MOST_LINKS = 40 };

/* Puts what the link `fd` leads to in front of the rest of a path. Whoever owns a link says where it leads,
 * and may say something else when root has looked. */
static int follow(int fd, const struct stat *link, char rest[PATH_MAX]) {
  char target[PATH_MAX], joined[PATH_MAX];
  if (link->st_uid != 0) return -ELOOP;
  ssize_t length;
  do length = readlinkat(fd, "", target, sizeof target - 1);
  while (length < 0 && errno == EINTR);
  if (length < 0) return -errno;
  target[length] = 0;
  int joint = snprintf(joined, sizeof joined, "%s%s", target, rest);
  if (joint >= (int)sizeof joined) return -ENAMETOOLONG;
  memcpy(rest, joined, (size_t)joint + 1);
  return 0;
}

/* A folder is asked for as one, which has it mounted where that is to be done now; a link is none. */
static int find_part(int folder, const char *name) {
  int fd = pb_open_at(folder, name, O_PATH | O_NOFOLLOW | O_DIRECTORY);
  return fd == -ENOTDIR ? pb_open_at(folder, name, O_PATH | O_NOFOLLOW) : fd;
}

static int open_part(int folder, const char *name, bool creates, bool *made) {
  int fd = find_part(folder, name);
  if (fd != -ENOENT || !creates) return fd;
  int result = pb_make_folder(folder, name);
  *made = result == 1;
  return result < 0 ? result : find_part(folder, name);
}

static int look_at(int fd, struct stat *info) {
  int result;
  do result = fstat(fd, info);
  while (result < 0 && errno == EINTR);
  return (int)pb_result(result);
}

/* Takes the first part of a path from it, which then is empty or begins with a slash. */
static bool take_part(char rest[PATH_MAX], char part[NAME_MAX + 1]) {
  char *start = rest + strspn(rest, "/");
  size_t length = strcspn(start, "/");
  if (length > NAME_MAX) return false;
  memcpy(part, start, length);
  part[length] = 0;
  memmove(rest, start + length, strlen(start + length) + 1);
  return true;
}

int pb_walk(const char *path, bool creates, bool *made) {
  *made = false;
  char rest[PATH_MAX], part[NAME_MAX + 1];
  if (snprintf(rest, sizeof rest, "%s", path) >= (int)sizeof rest) return -ENAMETOOLONG;
  if (rest[0] == 0) return -ENOENT;
  int folder = pb_open_at(AT_FDCWD, rest[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY);
  for (int links = 0; folder >= 0;) {
    int next = take_part(rest, part) ? 0 : -ENAMETOOLONG;
    if (next == 0 && part[0] == 0) return folder;
    bool is_last = rest[strspn(rest, "/")] == 0;
    if (next == 0) next = open_part(folder, part, creates && is_last, made);
    struct stat info;
    int error = next < 0 ? next : look_at(next, &info);
    if (error == 0 && S_ISLNK(info.st_mode)) {
      error = ++links > MOST_LINKS ? -ELOOP : follow(next, &info, rest);
      if (is_last) creates = false; /* mkdir(2) makes nothing where a link leads. */
      pb_close(next);
      if (error == 0 && rest[0] != '/') continue;
      if (error == 0) next = pb_open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
    } else if (error < 0 && next >= 0) {
      pb_close(next);
    }
    pb_close(folder);
    folder = error < 0 ? error : next;
  }
  return folder;
}
