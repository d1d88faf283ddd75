#define _GNU_SOURCE
#include "CProbe.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where somebody listens; what is connected there, and what was until the peer reset it: without
 * blocking, as popbell does, so that for the kernel it can be connected anew. */
static struct sockaddr_in listener;
static int connected, reset_socket, peer;

static int connect_to_listener(int listening, int *accepted) {
  int end = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct pollfd writable = {end, POLLOUT, 0};
  if (connect(end, (struct sockaddr *)&listener, sizeof listener) == 0 || errno != EINPROGRESS ||
      poll(&writable, 1, 10000) != 1)
    return -1;
  *accepted = accept(listening, NULL, NULL);
  return *accepted < 0 ? -1 : end;
}

int probe_connect(void) {
  int listening = socket(AF_INET, SOCK_STREAM, 0), other;
  socklen_t size = sizeof listener;
  listener = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (bind(listening, (struct sockaddr *)&listener, size) < 0 || listen(listening, 4) < 0 ||
      getsockname(listening, (struct sockaddr *)&listener, &size) < 0)
    return -errno;
  connected = connect_to_listener(listening, &peer);
  reset_socket = connect_to_listener(listening, &other);
  struct linger at_once = {1, 0};
  if (connected < 0 || reset_socket < 0 ||
      setsockopt(other, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) < 0 || close(other) < 0)
    return -errno;
  char byte;
  struct pollfd readable = {reset_socket, POLLIN, 0};
  poll(&readable, 1, 10000);
  return read(reset_socket, &byte, 1) < 0 && errno == ECONNRESET ? 0 : -EPROTO;
}

bool probe_sends(void) {
  char byte;
  return send(connected, "a", 1, MSG_NOSIGNAL) == 1 && recv(peer, &byte, 1, 0) == 1 &&
         send(connected, "b", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1 && recv(peer, &byte, 1, 0) == 1 &&
         send(reset_socket, "c", 1, MSG_NOSIGNAL) < 0 && errno == EPIPE;
}

static long connect_again(void) {
  return connect(reset_socket, (struct sockaddr *)&listener, sizeof listener);
}

static long send_to_address(void) {
  return sendto(connected, "x", 1, MSG_NOSIGNAL, (struct sockaddr *)&listener, sizeof listener);
}

static long open_fast(void) {
  /* The first time the kernel finds that it was reset, the second time it connects. */
  sendto(reset_socket, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&listener, sizeof listener);
  return sendto(reset_socket, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&listener, sizeof listener);
}

static long open_fast_without_address(void) {
  return sendto(reset_socket, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, NULL, 0);
}

/* Its low half is that of no address. */
static long send_to_high_address(void) {
  void *high = sizeof high == 8 ? (void *)((uintptr_t)1 << (sizeof high * 8 - 32)) : &listener;
  return syscall(SYS_sendto, connected, "x", 1, MSG_NOSIGNAL, high, sizeof listener);
}

static long send_urgently(void) { return send(connected, "x", 1, MSG_OOB); }

#ifdef SYS_send
static long open_fast_by_send(void) { return syscall(SYS_send, connected, "x", 1, MSG_FASTOPEN); }
#endif

static long send_message(void) {
  struct iovec part = {"x", 1};
  struct msghdr message = {.msg_name = &listener, .msg_namelen = sizeof listener, .msg_iov = &part,
                           .msg_iovlen = 1};
  return sendmsg(reset_socket, &message, MSG_FASTOPEN);
}

static long write_parts(void) {
  struct iovec part = {"x", 1};
  return writev(connected, &part, 1);
}

static long return_from_nothing(void) { return syscall(SYS_rt_sigreturn); }

static long open_file(void) { return open("/dev/null", O_RDONLY); }

static long look_at_file(void) {
  struct stat status;
  return stat("/", &status);
}

static long run_program(void) {
  char *arguments[] = {"/bin/true", NULL};
  return execve(arguments[0], arguments, arguments + 1);
}

static long open_socket(void) { return socket(AF_INET, SOCK_STREAM, 0); }

static long open_pipe(void) {
  int ends[2];
  return pipe(ends);
}

static long start_process(void) {
  pid_t id = fork();
  if (id == 0) _exit(0);
  return id < 0 ? id : waitpid(id, NULL, 0);
}

static long trace(void) { return ptrace(PTRACE_TRACEME, 0, NULL, NULL); }

static long signal_parent(void) { return kill(getppid(), 0); }

static long signal_thread(void) { return syscall(SYS_tgkill, getppid(), getppid(), 0); }

static long raise_limit(void) {
  struct rlimit limit = {0, 0};
  return setrlimit(RLIMIT_NOFILE, &limit);
}

static long make_executable(void) {
  void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? 0 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

/* musl's own says ENOMEM for EPERM. */
static long map(int protection, int flags) {
#ifdef SYS_mmap2
  long page = syscall(SYS_mmap2, NULL, 4096, protection, flags | MAP_ANONYMOUS, -1, 0);
#else
  long page = syscall(SYS_mmap, NULL, 4096, protection, flags | MAP_ANONYMOUS, -1, 0);
#endif
  return page == -1 ? -1 : 0;
}

static long map_executable(void) { return map(PROT_READ | PROT_EXEC, MAP_PRIVATE); }

static long share_memory(void) { return map(PROT_READ | PROT_WRITE, MAP_SHARED); }

/* close, which is allowed, by the number it has in x86's third interface. */
static long use_x32(void) { return syscall(0x40000000 | SYS_close, -1); }

static const struct {
  const char *name;
  long (*run)(void);
} violations[] = {
    {"open", open_file},           {"stat", look_at_file},
    {"execve", run_program},       {"socket", open_socket},
    {"pipe", open_pipe},           {"fork", start_process},
    {"ptrace", trace},             {"kill", signal_parent},
    {"tgkill", signal_thread},     {"setrlimit", raise_limit},
    {"mprotect", make_executable}, {"mmap", map_executable},
    {"mmap-shared", share_memory}, {"x32", use_x32},
    {"connect", connect_again},    {"sendto-address", send_to_address},
    {"sendto-fastopen", open_fast}, {"fastopen", open_fast_without_address},
    {"sendto-high", send_to_high_address}, {"send-urgent", send_urgently},
#ifdef SYS_send
    {"send-fastopen", open_fast_by_send},
#endif
    {"sendmsg", send_message},     {"writev", write_parts},
    {"sigreturn", return_from_nothing},
};

const char *probe_violation(int index) {
  return index < (int)(sizeof violations / sizeof *violations) ? violations[index].name : NULL;
}

long probe_violate(int index) {
  long result = violations[index].run();
  return result < 0 ? -errno : 0;
}
