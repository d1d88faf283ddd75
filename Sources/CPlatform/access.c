#include "internal.h"
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_name(char *text, size_t capacity, const char *name, unsigned number) {
  if (name) snprintf(text, capacity, "%s", name);
  else snprintf(text, capacity, "%u", number);
}

static bool is_member(gid_t group) {
  gid_t groups[256];
  int count = getgroups(sizeof groups / sizeof *groups, groups);
  for (int i = 0; i < count; i++) {
    if (groups[i] == group) return true;
  }
  return getegid() == group;
}

int pb_file_access(const uint8_t *path, size_t length, struct pb_file_access *access) {
  char copy[PATH_MAX], buffer[4096];
  struct stat status;
  int error = pb_copy_text(copy, sizeof copy, path, length);
  if (error < 0) return error;
  if (stat(copy, &status) < 0) return -errno;
  *access = (struct pb_file_access){.mode = status.st_mode & 0777,
                                    .is_member = is_member(status.st_gid)};
  struct group group, *found_group = NULL;
  getgrgid_r(status.st_gid, &group, buffer, sizeof buffer, &found_group);
  write_name(access->group, sizeof access->group, found_group ? group.gr_name : NULL,
             status.st_gid);
  struct passwd user, *found_user = NULL;
  getpwuid_r(status.st_uid, &user, buffer, sizeof buffer, &found_user);
  write_name(access->owner, sizeof access->owner, found_user ? user.pw_name : NULL, status.st_uid);
  getpwuid_r(geteuid(), &user, buffer, sizeof buffer, &found_user);
  write_name(access->user, sizeof access->user, found_user ? user.pw_name : NULL, geteuid());
  return 0;
}
