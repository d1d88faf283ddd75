#include "internal.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Points at each of the texts, which end in NUL, and then at nothing. */
static int split(const uint8_t *texts, size_t length, char **pointers, size_t capacity) {
  if (length > 0 && texts[length - 1] != 0) return -EINVAL;
  size_t count = 0;
  for (size_t start = 0; start < length; start += strlen((const char *)texts + start) + 1) {
    if (count == capacity) return -E2BIG;
    pointers[count++] = (char *)(uintptr_t)(texts + start);
  }
  pointers[count] = NULL;
  return 0;
}

/* In the child. Only system calls: the parent may have had threads. Says in `report` why it
 * failed; where exec succeeds, that closes unwritten. */
static _Noreturn void become_program(char **arguments, char **environment, int output, int report,
                                     bool helper) {
  if (dup2(output, 1) < 0 || dup2(output, 2) < 0) _exit(127);
  if (helper && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) _exit(127);
  if (report != 3 && dup3(report, 3, O_CLOEXEC) < 0) _exit(127);
  pb_close_from(4);
  pb_reset_signals();
  pb_offer_to_kernel();
  umask(022);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (helper && dup2(null, 2) < 0) null = -1;
  if (null >= 0 && dup2(null, 0) >= 0 && setpgid(0, 0) == 0 && chdir("/") == 0)
    execve(arguments[0], arguments, environment);
  int error = errno;
  pb_write(3, (const uint8_t *)&error, sizeof error);
  _exit(127);
}

/* 0 once the program runs, or -errno of why it never did. Where exec hangs, on a dead network
 * disk say, the caller shall not: it goes for started, and a failure ends with code 127. */
static int outcome(int process, int report) {
  struct pb_poll_entry entry = {report, PB_POLL_READ, 0};
  int error = 0;
  if (pb_poll(&entry, 1, PB_PROGRAM_START) <= 0) return 0;
  if (pb_read(report, (uint8_t *)&error, sizeof error) != sizeof error) return 0;
  int32_t value;
  pb_reap(process, true, false, &value);
  return -error;
}

int pb_program_start(const uint8_t *arguments, size_t arguments_length, const uint8_t *environment,
                     size_t environment_length, bool helper, int32_t *output) {
  char *argv[PB_PROGRAM_ARGUMENTS + 1], *envp[PB_PROGRAM_ENVIRONMENT + 1];
  int error = split(arguments, arguments_length, argv, PB_PROGRAM_ARGUMENTS);
  if (error == 0) error = split(environment, environment_length, envp, PB_PROGRAM_ENVIRONMENT);
  if (error < 0) return error;
  if (!argv[0] || argv[0][0] != '/') return -EINVAL;
  int out[2], report[2];
  if (pipe2(out, O_CLOEXEC) < 0) return -errno;
  int id = pipe2(report, O_CLOEXEC) < 0 ? -errno : 0;
  if (id == 0) {
    id = pb_block_signals_and_fork();
    if (id == 0) become_program(argv, envp, out[1], report[1], helper);
    close(report[1]);
    error = id < 0 ? id : outcome(id, report[0]);
    if (error < 0) id = error;
    close(report[0]);
  }
  close(out[1]);
  if (id < 0) close(out[0]);
  else fcntl(out[0], F_SETFL, O_NONBLOCK);
  *output = out[0];
  return id;
}
