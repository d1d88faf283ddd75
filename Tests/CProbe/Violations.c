#define _GNU_SOURCE
#include "CProbe.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

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

static long map_executable(void) {
  void *page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? -1 : 0;
}

/* getpid, which is allowed, by the number it has in x86's third interface. */
static long use_x32(void) { return syscall(0x40000000 | SYS_getpid); }

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
    {"x32", use_x32},
};

const char *probe_violation(int index) {
  return index < (int)(sizeof violations / sizeof *violations) ? violations[index].name : NULL;
}

long probe_violate(int index) {
  long result = violations[index].run();
  return result < 0 ? -errno : 0;
}
