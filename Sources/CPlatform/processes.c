#include "internal.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436 /* The same on every architecture. */
#endif

_Static_assert(PB_SIGHUP == SIGHUP && PB_SIGINT == SIGINT && PB_SIGKILL == SIGKILL, "signals");
_Static_assert(PB_SIGQUIT == SIGQUIT, "signals");
_Static_assert(PB_SIGUSR1 == SIGUSR1 && PB_SIGTERM == SIGTERM && PB_SIGCHLD == SIGCHLD, "signals");

/* In pb_fork's child, who forked it; 0 elsewhere. */
static pid_t parent;

void pb_close_from(unsigned first) {
  if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > 1 << 20) limit.rlim_cur = 1 << 20;
  for (unsigned fd = first; fd < limit.rlim_cur; fd++) close((int)fd);
}

void pb_reset_signals(void) {
  struct sigaction standard = {.sa_handler = SIG_DFL};
  for (int number = 1; number < _NSIG; number++) sigaction(number, &standard, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

int pb_die_with_parent(void) {
  if (parent == 0) return 0;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return -errno;
  if (getppid() != parent) _exit(1); /* It died before the line above. */
  return 0;
}

int pb_shut_to_others(void) { return (int)pb_result(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }

void pb_offer_to_kernel(void) {
  /* As if it had half of all memory more: before anything small, but not before what really eats it.
   * Without /proc, or where it stands higher already, nothing is lost. While nobody may look into this
   * process, its files in /proc are root's. It has none of its parent's descriptors by now. */
  bool is_shut = geteuid() != 0 && prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
  static const char score[] = "500";
  char now[8] = {0};
  int file = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
  if (file >= 0 && read(file, now, sizeof now - 1) > 0 && atoi(now) < atoi(score))
    pb_write(file, (const uint8_t *)score, sizeof score - 1);
  if (file >= 0) close(file);
  if (is_shut) pb_shut_to_others();
}

/* No handler of the parent may run in the child, so signals wait until it has reset them. */
int pb_block_signals_and_fork(void) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t id = fork();
  int error = -errno;
  if (id != 0) sigprocmask(SIG_SETMASK, &before, NULL);
  return id < 0 ? error : id;
}

static void become_child(int input, bool is_brief, int channel) {
  pb_reset_signals();
  signal(SIGPIPE, SIG_IGN);
  if (input < 0) input = open("/dev/null", O_RDONLY);
  if (input < 0 || dup2(input, 0) < 0 || pb_die_with_parent() < 0) _exit(1);
  /* With the channel at 3, all above can go. */
  if (channel != 3 && dup3(channel, 3, O_CLOEXEC) < 0) _exit(1);
  pb_close_from(4);
  if (!is_brief) pb_offer_to_kernel();
}

int pb_fork(int32_t input, bool is_brief, int32_t *channel) {
  int ends[2];
  int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
  if (socketpair(AF_UNIX, type, 0, ends) < 0) return -errno;
  pid_t self = getpid();
  int id = pb_block_signals_and_fork();
  if (id == 0) {
    parent = self;
    become_child(input, is_brief, ends[1]);
    *channel = 3;
    return 0;
  }
  close(ends[1]);
  if (id < 0) close(ends[0]);
  *channel = ends[0];
  return id;
}

_Noreturn void pb_exit(int32_t code) { _exit(code); }

/* While its leader is not reaped, a group's id is nobody else's. */
static void end_rest_of_group(pid_t process, bool wait) {
  siginfo_t info = {.si_pid = 0};
  int result;
  do result = waitid(P_PID, (id_t)process, &info, WEXITED | WNOWAIT | (wait ? 0 : WNOHANG));
  while (result < 0 && errno == EINTR);
  if (result == 0 && info.si_pid == process) pb_kill_group(process, SIGKILL);
}

int pb_reap(int32_t process, bool wait, bool whole_group, int32_t *value) {
  int status;
  if (whole_group) end_rest_of_group(process, wait);
  pid_t id;
  do id = waitpid(process, &status, wait ? 0 : WNOHANG);
  while (id < 0 && errno == EINTR);
  if (id < 0) return -errno;
  if (id == 0) return PB_RUNNING;
  *value = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  return WIFSIGNALED(status) ? PB_KILLED : PB_EXITED;
}

/* Never the caller's own group, nor every process: what kill(2) makes of 0, 1 and -1. */
static int send_signal(pid_t process, int32_t signal, bool group) {
  if (process <= 1) return -EINVAL;
  return (int)pb_result(kill(group ? -process : process, signal));
}

int pb_kill(int32_t process, int32_t signal) { return send_signal(process, signal, false); }

int pb_kill_group(int32_t process, int32_t signal) { return send_signal(process, signal, true); }

int32_t pb_process_id(void) { return getpid(); }
