#include "internal.h"
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A folder that this process may use so. Only the Maildir itself may be a link. */
static int check_folder(const char *path, bool follow, int mode) {
  struct stat info;
  if ((follow ? stat(path, &info) : lstat(path, &info)) < 0) return -errno;
  if (S_ISLNK(info.st_mode)) return -ELOOP;
  if (!S_ISDIR(info.st_mode)) return -ENOTDIR;
  return access(path, mode) < 0 ? -errno : 0;
}

static int check_maildir(const char *path) {
  static const char *const parts[] = {"tmp", "new", "cur"};
  char copy[PATH_MAX + 4];
  int error = check_folder(path, true, R_OK | X_OK);
  if (error == -ENOENT) {
    snprintf(copy, sizeof copy, "%s", path);
    return check_folder(dirname(copy), true, W_OK | X_OK);
  }
  for (int i = 0; i < 3 && error == 0; i++) {
    snprintf(copy, sizeof copy, "%s/%s", path, parts[i]);
    error = check_folder(copy, false, R_OK | W_OK | X_OK);
    if (error == -ENOENT) error = check_folder(path, true, W_OK);
  }
  return error;
}

/* As another user: in a child, so that this process stays what it is. */
static int check_maildir_as(const char *path, uid_t user, gid_t group, const gid_t *groups,
                            int count) {
  pid_t id = fork();
  if (id < 0) return -errno;
  if (id == 0) {
    if (setgroups((size_t)count, groups) < 0 || setgid(group) < 0 || setuid(user) < 0) _exit(errno);
    _exit(-check_maildir(path));
  }
  int status;
  pid_t ended;
  do ended = waitpid(id, &status, 0);
  while (ended < 0 && errno == EINTR);
  if (ended < 0) return -errno;
  return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECANCELED;
}

int pb_maildir_check(const uint8_t *path, size_t length, const uint8_t *state, size_t state_length,
                     uint8_t *user, size_t user_capacity) {
  char copy[PATH_MAX], state_copy[PATH_MAX], buffer[4096];
  int error = pb_copy_text(copy, sizeof copy, path, length);
  if (error == 0) error = pb_copy_text(state_copy, sizeof state_copy, state, state_length);
  if (error < 0) return error;
  struct stat info;
  uid_t owner = geteuid();
  if (owner == 0 && stat(state_copy, &info) == 0) owner = info.st_uid;
  struct passwd entry, *found = NULL;
  getpwuid_r(owner, &entry, buffer, sizeof buffer, &found);
  if (found) snprintf((char *)user, user_capacity, "%s", found->pw_name);
  else snprintf((char *)user, user_capacity, "%u", owner);
  if (geteuid() == 0) {
    bool made;
    int opened = pb_walk(copy, false, &made);
    if (opened == -ELOOP) return opened;
    if (opened >= 0) pb_close(opened);
  }
  if (owner == geteuid()) return check_maildir(copy);
  gid_t groups[64], group = found ? found->pw_gid : info.st_gid;
  int count = sizeof groups / sizeof *groups;
  if (!found || getgrouplist(found->pw_name, group, groups, &count) < 0) {
    groups[0] = group;
    count = 1;
  }
  return check_maildir_as(copy, owner, group, groups, count);
}
