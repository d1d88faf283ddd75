#include "internal.h"
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int pb_signals_open(void) {
  const int numbers[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGCHLD};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) sigaddset(&set, numbers[i]);
  /* Ignored by who started this process, it would take away how children ended. */
  signal(SIGCHLD, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
  /* Nobody ends the pulse of a process that a terminal's key has stopped. */
  signal(SIGTSTP, SIG_IGN);
  signal(SIGTTIN, SIG_IGN);
  signal(SIGTTOU, SIG_IGN);
  if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return -errno;
  return (int)pb_result(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

int pb_signals_next(int32_t fd) {
  struct signalfd_siginfo info;
  int64_t got = pb_read(fd, (uint8_t *)&info, sizeof info);
  return got < 0 ? (int)got : got < (int64_t)sizeof info ? -EAGAIN : (int)info.ssi_signo;
}
