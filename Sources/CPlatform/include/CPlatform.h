#pragma once

/* The edge to Linux, for Swift. Nothing but the compiler's own headers may stand here, so that a
 * bare Embedded triple can import it without a C library.
 *
 * Unless it says otherwise, a function returns 0 or more, or -errno, and never -EINTR. Text comes
 * as bytes and a length, without NUL: -EINVAL where it holds one, -ENAMETOOLONG where too long. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Errors that Swift tells apart. errors.c checks that they are the system's. */
enum {
  PB_EPERM = 1,
  PB_ENOENT = 2,
  PB_E2BIG = 7,
  PB_EAGAIN = 11,
  PB_EACCES = 13,
  PB_EBUSY = 16,
  PB_ENODEV = 19,
  PB_ENOTDIR = 20,
  PB_EINVAL = 22,
  PB_EFBIG = 27,
  PB_ENOSPC = 28,
  PB_EPIPE = 32,
  PB_ENAMETOOLONG = 36,
  PB_ENOSYS = 38,
  PB_ELOOP = 40,
  PB_ECONNRESET = 104,
  PB_ENOBUFS = 105,
  PB_ETIMEDOUT = 110,
};

/* What the error means, in English; the text is good until the next call. */
const char *pb_error_text(int32_t number);

/* Clock */

/* Milliseconds of CLOCK_BOOTTIME: never set, and counts on while the machine sleeps. */
int64_t pb_clock_milliseconds(void);
/* Seconds since 1970, as far as the machine knows. */
int64_t pb_wall_seconds(void);
/* When this program was made, likewise: a clock that says less is not set. */
int64_t pb_build_seconds(void);
/* True if the date is right from the start or, by the kernel's word (adjtimex(2)), set by the network. A
 * board without a battery starts with the date at which it went off. */
bool pb_clock_is_sure(void);
int pb_random(uint8_t *bytes, size_t count);
/* Writes an ISO 8601 date and time, without a NUL, and returns its length. */
int pb_timestamp(int64_t seconds, bool local, uint8_t *text, size_t capacity);

/* Arguments and environment: they stay as long as the process. */

/* To be called before all else: makes read-only what was relocated at the start and is not written
 * after that. */
int pb_protect_relocated(void);

/* To be called next. Also opens /dev/null on whichever of descriptors 0 to 2 is closed, so that
 * nothing that is opened later takes their place. */
void pb_arguments(int count, char **arguments);
int32_t pb_argument_count(void);
/* NULL where there is none. */
const char *pb_argument(int32_t index);
const char *pb_environment(const char *name);

/* Adds one of up to 31 long options; its name must stay. */
void pb_option_add(const char *name, bool takes_argument, int32_t code);
enum { PB_OPTION_END = -1, PB_OPTION_UNKNOWN = '?', PB_OPTION_NO_ARGUMENT = ':' };
/* The next option's code, by getopt_long, and its argument, or what was refused. `letters` begins
 * with ":"; operands may stand between options. */
int32_t pb_option_next(const char *letters, const char **argument);
/* After PB_OPTION_END: the first operand. */
int32_t pb_operand_index(void);

/* Descriptors */

int64_t pb_read(int32_t fd, uint8_t *bytes, size_t count);
int64_t pb_write(int32_t fd, const uint8_t *bytes, size_t count);
/* Writes all, and waits for room, for up to `limit` milliseconds in all (-1: for ever). */
int pb_write_all(int32_t fd, const uint8_t *bytes, size_t count, int64_t limit);
int pb_close(int32_t fd);
bool pb_is_terminal(int32_t fd);

/* A struct pollfd. */
struct pb_poll_entry {
  int32_t fd;
  int16_t wanted;
  int16_t ready;
};
enum { PB_POLL_READ = 1, PB_POLL_WRITE = 4 };
/* Waits up to `limit` milliseconds (-1: for ever), and returns how many are ready. */
int pb_poll(struct pb_poll_entry *entries, size_t count, int64_t limit);

/* Files */

struct pb_file_status {
  int64_t size;
  uint32_t owner;
  uint32_t mode;
  bool is_regular;
};
/* Opens to read, and never waits for the other end of a pipe. The status is the opened file's. */
int pb_file_open(const uint8_t *path, size_t length, struct pb_file_status *status);
uint32_t pb_effective_user(void);
/* Maps all of a regular file of 1 to `limit` bytes to read, and returns how many it has; -EFBIG where
 * it has more, -EINVAL where it has none. All who map it share its pages. */
int64_t pb_file_map(int32_t fd, size_t limit, const void **start);
void pb_file_unmap(const void *start, size_t count);

struct pb_file_access {
  uint32_t mode;
  bool is_member; /* Whether this process is in the file's group. */
  /* Names, or numbers where there are none, cut to what fits: of the file's owner and group, and of
   * the user of this process. */
  char owner[33];
  char group[33];
  char user[33];
};
int pb_file_access(const uint8_t *path, size_t length, struct pb_file_access *access);
/* The mode of the file at the path, which this user may run: -EACCES where it is none. */
int pb_program_check(const uint8_t *path, size_t length);

/* Whether a Maildir may be written at the path, or made in the folder above it; -ENOENT where that
 * is missing too. Root asks for the user that the folder `state` belongs to, `user` says who it was:
 * a name, or a number where there is none, cut to what fits. */
int pb_maildir_check(const uint8_t *path, size_t length, const uint8_t *state, size_t state_length,
                     uint8_t *user, size_t user_capacity);

/* The open folders of a Maildir. */
struct pb_maildir {
  int32_t temporary; /* tmp */
  int32_t fresh;     /* new */
  int32_t current;   /* cur */
};
/* Creates it, for this user only, where it is missing, but not the folder above it. Its own folders
 * are never links. */
int pb_maildir_open(const uint8_t *path, size_t length, struct pb_maildir *maildir);
/* Returns 1 where `name` is in new, or in cur with or without flags, and the disk knows; else 0. */
int pb_maildir_contains(const struct pb_maildir *maildir, const uint8_t *name, size_t length);
/* Opens a new file to write, with mode 0600; what had the name is gone. Where root does, it and the
 * folders belong to whoever the folder above belongs to. */
int pb_maildir_create(int32_t folder, const uint8_t *name, size_t length);
int pb_maildir_move(int32_t from, int32_t to, const uint8_t *name, size_t length);
int pb_maildir_remove(int32_t folder, const uint8_t *name, size_t length);

/* Creates it, for this user only, where it is missing and `creates` says so. Root goes through no symbolic
 * link but its own: -ELOOP. */
int pb_folder_open(const uint8_t *path, size_t length, bool creates, uint32_t *mode);
/* -EAGAIN where another process holds the lock, unless that is to be waited for; it ends with the
 * descriptor. */
int pb_lock(int32_t fd, bool waits);
/* Root becomes, for good, the user that the open file belongs to; any other stays what it is. */
int pb_become_owner(int32_t fd);
/* Opens to read, never through a symbolic link, and never waits for the other end of a pipe. */
int pb_folder_open_read(int32_t folder, const uint8_t *name, size_t length);
/* Opens to read and append, never through a symbolic link; creates it with mode 0600. */
int pb_folder_open_append(int32_t folder, const uint8_t *name, size_t length);
int pb_folder_rename(int32_t folder, const uint8_t *from, size_t from_length, const uint8_t *to,
                     size_t to_length);
int pb_folder_remove(int32_t folder, const uint8_t *name, size_t length);
int64_t pb_file_size(int32_t fd);
/* Returns 1 where the file system still has so many bytes for everybody, else 0. */
int pb_has_room(int32_t fd, uint64_t count);
/* As many bytes as there are, or `count`. */
int64_t pb_read_at(int32_t fd, int64_t offset, uint8_t *bytes, size_t count);
int pb_truncate(int32_t fd, int64_t size);
/* Keeps room on the disk for so many bytes at the end; 0 too where the file system cannot. */
int pb_reserve(int32_t fd, size_t count);
int pb_synchronize_data(int32_t fd);
int pb_synchronize(int32_t fd);

/* Sockets */

/* A socket address. */
struct pb_address {
  uint32_t length;
  uint32_t bytes[7];
};
enum { PB_RESOLVE_TRY_AGAIN = -1, PB_RESOLVE_NOT_FOUND = -2, PB_RESOLVE_OTHER = -3 };
/* An IP address as a process tells it to another: 4 or 6, the interface of a link-local one, and the
 * address, with zeros behind one of IPv4. */
enum { PB_HOST_SIZE = 1 + 4 + 16 };
/* Writes what was found into `hosts`, as much as there is room for whole ones, and returns how many, at
 * least one; or getaddrinfo's code, which is negative. Asks nobody where the host must be in `digits`. */
int pb_resolve(const uint8_t *host, size_t length, bool digits, uint8_t *hosts, size_t capacity);
/* PB_RESOLVE_… for such a code. */
int pb_resolve_failure(int32_t code);
/* Makes a socket address of PB_HOST_SIZE bytes; returns false for what is none. */
bool pb_address_make(const uint8_t *host, uint16_t port, struct pb_address *address);
const char *pb_resolve_text(int32_t code);
/* Writes "192.0.2.1:995" or "[2001:db8::1]:995", without a NUL, and returns its length. */
int pb_address_text(const struct pb_address *address, uint8_t *text, size_t capacity);
/* A non-blocking TCP socket that has begun to connect; unanswered data ends the connection after
 * `user_timeout` milliseconds. */
int pb_connect(const struct pb_address *address, int32_t user_timeout);
/* How connecting has ended, once the socket is writable. */
int pb_connect_result(int32_t fd);

/* Processes */

/* A child that dies with its parent, keeps only descriptors 0 to 2 and its channel, has default
 * signals but ignores SIGPIPE, and has `input` as descriptor 0, or, where that is negative, nothing to
 * read. Unless it is brief, memory that runs out is taken from it first; while that is said, another process
 * of its user might look into it. Returns 0 in the child, and its id in the parent; `*channel` is a
 * non-blocking SOCK_SEQPACKET end in both. */
int pb_fork(int32_t input, bool is_brief, int32_t *channel);
_Noreturn void pb_exit(int32_t code);
enum { PB_RUNNING, PB_EXITED, PB_KILLED };
/* With `whole_group`, what is left of the group that it led is killed when it has ended.
 * PB_RUNNING, or PB_EXITED and the exit code, or PB_KILLED and the signal. */
int pb_reap(int32_t process, bool wait, bool whole_group, int32_t *value);
enum { PB_SIGHUP = 1, PB_SIGINT = 2, PB_SIGQUIT = 3, PB_SIGKILL = 9, PB_SIGUSR1 = 10,
       PB_SIGTERM = 15, PB_SIGCHLD = 17 };
int pb_kill(int32_t process, int32_t signal);
int pb_kill_group(int32_t process, int32_t signal);
int32_t pb_process_id(void);

/* The last is in milliseconds: how long starting may take. */
enum { PB_PROGRAM_ARGUMENTS = 64, PB_PROGRAM_ENVIRONMENT = 128, PB_PROGRAM_START = 1000 };
/* Starts the program at the absolute path that `arguments` begins with. Both lists are texts that
 * each end in NUL. Its standard output and error are one pipe, whose other end is `*output`,
 * non-blocking. Returns its id, which is also its process group. */
/* A helper dies with whoever started it, and its standard error goes nowhere. */
int pb_program_start(const uint8_t *arguments, size_t arguments_length, const uint8_t *environment,
                     size_t environment_length, bool helper, int32_t *output);

/* Sandbox */

/* From here on what is written to standard output and error goes nowhere. */
int pb_silence(void);

int pb_user_find(const uint8_t *name, size_t length, uint32_t *user, uint32_t *group);
bool pb_is_root(void);
/* From here on no other process of the same user looks into this one, or into those that it forks; nor
 * does it leave a core. */
int pb_shut_to_others(void);
int pb_privileges_drop(uint32_t user, uint32_t group);
int pb_sandbox_enter(bool kill);
/* For a process that looks up a name: it reads what that needs, and asks name servers. */
int pb_sandbox_enter_resolver(void);
/* For a process that computes: it can write to descriptors that it has, and use memory. */
int pb_sandbox_enter_judge(bool kill);

/* Signals */

/* Ignores SIGPIPE and what a terminal stops a process with, blocks the signals of the PB_SIG… list
 * but SIGKILL, and opens a descriptor that delivers them. */
int pb_signals_open(void);
int pb_signals_next(int32_t fd);

/* Service manager */

/* Sends one datagram to a UNIX socket; a name that begins with "@" is abstract. */
int pb_notify(const uint8_t *name, size_t length, const uint8_t *text, size_t text_length);

/* GPIO, the character device's second interface (Linux 5.10) */

enum { PB_GPIO_NAME = 32, PB_GPIO_FILE = 32 };
struct pb_gpio_chip {
  uint64_t device;
  uint32_t lines;
  char name[PB_GPIO_NAME];
  char label[PB_GPIO_NAME];
};
struct pb_gpio_line {
  uint64_t flags;
  char name[PB_GPIO_NAME];
  char consumer[PB_GPIO_NAME];
};
enum {
  PB_GPIO_USED = 1 << 0,
  PB_GPIO_ACTIVE_LOW = 1 << 1,
  PB_GPIO_INPUT = 1 << 2,
  PB_GPIO_OUTPUT = 1 << 3,
  PB_GPIO_OPEN_DRAIN = 1 << 6,
  PB_GPIO_OPEN_SOURCE = 1 << 7,
  PB_GPIO_PULL_UP = 1 << 8,
  PB_GPIO_PULL_DOWN = 1 << 9,
  PB_GPIO_NO_PULL = 1 << 10,
};
struct pb_gpio_file {
  char name[PB_GPIO_FILE];
};
/* Lists the files named gpiochip… in the folder, in the order of their numbers. */
int pb_gpio_list(const uint8_t *folder, size_t length, struct pb_gpio_file *files,
                 size_t capacity);
/* -ENODEV where it is no GPIO chip. */
int pb_gpio_open(const uint8_t *path, size_t length, struct pb_gpio_chip *chip);
/* `offset` must be one of the chip's. -ENOSYS where the kernel has only the first interface. */
int pb_gpio_line(int32_t chip, uint32_t offset, struct pb_gpio_line *line);
/* The same, and from here on the chip's descriptor tells when the line changes hands. */
int pb_gpio_watch(int32_t chip, uint32_t offset, struct pb_gpio_line *line);
enum { PB_GPIO_REQUESTED = 1, PB_GPIO_RELEASED = 2, PB_GPIO_RECONFIGURED = 3 };
/* What happened next to a line that is watched: PB_GPIO_…, the line's offset, and how it is now;
 * -EAGAIN where nothing has. */
int pb_gpio_next_change(int32_t chip, uint32_t *offset, struct pb_gpio_line *line);
/* Makes the line an output of the given value in one step, and returns the descriptor that holds
 * it. Values are logical: with PB_GPIO_ACTIVE_LOW, 1 is a low level. */
int pb_gpio_request(int32_t chip, uint32_t offset, uint64_t flags, bool value);
int pb_gpio_set(int32_t line, bool value);
int pb_gpio_get(int32_t line);

/* Forks a process that keeps lines for this one, and lives on when this one is gone: it has descriptors 0
 * to 2 and the channel, all signals blocked, and memory that is locked as it is used. Returns 0 in it, and its
 * id here; `*channel` is a non-blocking SOCK_SEQPACKET end in both. */
int pb_keeper_fork(int32_t *channel);
/* Sends a packet, and a line's descriptor with it unless that is negative. */
int pb_line_send(int32_t to, const uint8_t *bytes, size_t count, int32_t line);
/* Receives a packet of up to `count` bytes, as pb_read does, and the descriptor that came with it, which is
 * then this process's, or -1. */
int64_t pb_line_receive(int32_t from, uint8_t *bytes, size_t count, int32_t *line);

