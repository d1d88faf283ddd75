#include "internal.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCHITECTURE AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#error "The sandbox does not know this architecture's system calls."
#endif
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low half of an argument is first");

/* What a process needs that talks over descriptors it has, keeps time and allocates memory. The
 * frequent ones come first. Some do not exist everywhere; musl renames those of 32-bit time. */
static const int allowed[] = {
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_sendto, SYS_recvfrom, SYS_pread64,
#ifdef SYS_send
    SYS_send,
#endif
#ifdef SYS_recv
    SYS_recv,
#endif
#ifdef SYS_poll
    SYS_poll,
#endif
    SYS_ppoll,
#ifdef SYS_ppoll_time64
    SYS_ppoll_time64,
#endif
#ifdef SYS_clock_gettime
    SYS_clock_gettime,
#endif
#ifdef SYS_clock_gettime32
    SYS_clock_gettime32,
#endif
#ifdef SYS_clock_gettime64
    SYS_clock_gettime64,
#endif
#ifdef SYS_gettimeofday
    SYS_gettimeofday,
#endif
#ifdef SYS_gettimeofday_time32
    SYS_gettimeofday_time32,
#endif
#ifdef SYS_time
    SYS_time,
#endif
    SYS_getrandom, SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise,
#ifdef SYS_futex
    SYS_futex,
#endif
#ifdef SYS_futex_time64
    SYS_futex_time64,
#endif
    SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_restart_syscall, SYS_close, SYS_getpid, SYS_gettid,
    SYS_exit, SYS_exit_group,
};

/* These map memory; their third argument is the protection. */
static const int mapping[] = {
    SYS_mprotect,
#ifdef SYS_mmap
    SYS_mmap,
#endif
#ifdef SYS_mmap2
    SYS_mmap2,
#endif
};

enum { COUNT_ALLOWED = sizeof allowed / sizeof allowed[0] };
enum { COUNT_MAPPING = sizeof mapping / sizeof mapping[0] };
enum { LENGTH = 4 + 2 * COUNT_ALLOWED + 5 * COUNT_MAPPING + 5 };

struct filter {
  struct sock_filter code[LENGTH];
  unsigned short length;
};

static void load(struct filter *filter, size_t offset) {
  filter->code[filter->length++] =
      (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

/* Skips so many instructions where the test holds, or where it does not. */
static void test(struct filter *filter, int kind, uint32_t value, int holds, int fails) {
  filter->code[filter->length++] = (struct sock_filter)BPF_JUMP(
      BPF_JMP | kind | BPF_K, value, (unsigned char)holds, (unsigned char)fails);
}

static void end(struct filter *filter, uint32_t verdict) {
  filter->code[filter->length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict);
}

/* What is not listed is refused: so are all of x32, whose numbers have a bit more. */
static void build(struct filter *filter, uint32_t refusal) {
  load(filter, offsetof(struct seccomp_data, arch));
  test(filter, BPF_JEQ, ARCHITECTURE, 1, 0);
  end(filter, SECCOMP_RET_KILL_PROCESS);
  load(filter, offsetof(struct seccomp_data, nr));
  for (int i = 0; i < COUNT_ALLOWED; i++) {
    test(filter, BPF_JEQ, (uint32_t)allowed[i], 0, 1);
    end(filter, SECCOMP_RET_ALLOW);
  }
  for (int i = 0; i < COUNT_MAPPING; i++) {
    test(filter, BPF_JEQ, (uint32_t)mapping[i], 0, 4);
    load(filter, offsetof(struct seccomp_data, args[2]));
    test(filter, BPF_JSET, PROT_EXEC, 0, 1);
    end(filter, refusal);
    end(filter, SECCOMP_RET_ALLOW);
  }
  test(filter, BPF_JEQ, SYS_tgkill, 0, 3); /* abort() */
  load(filter, offsetof(struct seccomp_data, args[0]));
  test(filter, BPF_JEQ, (uint32_t)getpid(), 0, 1);
  end(filter, SECCOMP_RET_ALLOW);
  end(filter, refusal);
}

int pb_sandbox_enter(bool kill) {
  tzset(); /* glibc reads the time zone's file at the first use of a date. */
  struct filter filter = {.length = 0};
  build(&filter, kill ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | EPERM);
  struct sock_fprog program = {filter.length, filter.code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
  return (int)pb_result(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0));
}
