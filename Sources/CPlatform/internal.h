#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CPlatform.h"
#include <errno.h>
#include <string.h>

/* What a system call returned, as this library returns it. */
static inline int64_t pb_result(int64_t result) { return result < 0 ? -errno : result; }

/* Copies text and ends it with NUL. */
static inline int pb_copy_text(char *copy, size_t capacity, const uint8_t *text, size_t length) {
  if (length >= capacity) return -ENAMETOOLONG;
  if (length > 0 && memchr(text, 0, length)) return -EINVAL;
  if (length > 0) memcpy(copy, text, length);
  copy[length] = 0;
  return 0;
}

/* files.c: a file that it creates has mode 0600, and nobody who is started has what it opens. */
int pb_open_at(int folder, const char *path, int flags);

/* Makes a folder for this user only. Returns 1, or 0 where something of that name is there. */
int pb_make_folder(int folder, const char *path);

/* What root has created belongs to whoever the folder at `path` belongs to: its user has to go on
 * with it. Returns `fd`, which may be an error already, or closes it. */
int pb_give(int fd, int folder, const char *path);

/* walk.c: finds a file or folder as root should, through no symbolic link but root's own (-ELOOP), and with
 * `creates` makes the last folder of the path; `*made` says whether it did. What it returns, opened by O_PATH,
 * is to be closed. */
int pb_walk(const char *path, bool creates, bool *made);

/* landlock.c: where the kernel has Landlock, the process reads what it looks up a name with, and has
 * TCP connections to name servers only. */
void pb_landlock_resolver(void);

/* processes.c */
void pb_close_from(unsigned first);
void pb_reset_signals(void);
int pb_die_with_parent(void);
int pb_block_signals_and_fork(void);
/* Where memory runs out, the kernel ends this process, and what it starts, before the one that holds
 * the outputs. */
void pb_offer_to_kernel(void);
