#include "internal.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCHITECTURE AUDIT_ARCH_ARM
#else
#error "The sandbox does not know this architecture's system calls."
#endif
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low half of an argument is first");

/* These do not exist everywhere; musl renames those of 32-bit time. */
#define NONE (-1)
#ifndef SYS_send
#define SYS_send NONE
#endif
#ifndef SYS_recv
#define SYS_recv NONE
#endif
#ifndef SYS_poll
#define SYS_poll NONE
#endif
#ifndef SYS_ppoll_time64
#define SYS_ppoll_time64 NONE
#endif
#ifndef SYS_mmap
#define SYS_mmap NONE
#endif
#ifndef SYS_mmap2
#define SYS_mmap2 NONE
#endif
#ifndef SYS_clock_gettime
#define SYS_clock_gettime NONE
#endif
#ifndef SYS_clock_gettime32
#define SYS_clock_gettime32 NONE
#endif
#ifndef SYS_clock_gettime64
#define SYS_clock_gettime64 NONE
#endif
#ifndef SYS_gettimeofday
#define SYS_gettimeofday NONE
#endif
#ifndef SYS_gettimeofday_time32
#define SYS_gettimeofday_time32 NONE
#endif
#ifndef SYS_time
#define SYS_time NONE
#endif
#ifndef SYS_futex
#define SYS_futex NONE
#endif
#ifndef SYS_futex_time64
#define SYS_futex_time64 NONE
#endif

/* An argument in which no bit but these may be set. */
struct bound {
  unsigned char argument;
  uint32_t allowed;
};

enum { BOUNDS = 2 };

struct rule {
  int call;
  int count;
  struct bound bounds[BOUNDS];
};

/* With an address, sendto connects a socket that was reset, to anywhere (MSG_FASTOPEN). */
#define SENDING {3, MSG_NOSIGNAL | MSG_DONTWAIT}
#define NO_ADDRESS {4, 0}
/* No code is made; and memory that is shared does not count for RLIMIT_DATA. */
#define PROTECTION {2, PROT_READ | PROT_WRITE}
#define NOT_SHARED {3, ~(uint32_t)MAP_SHARED}

/* What a process needs that talks over descriptors it has, keeps time and allocates memory. The
 * frequent ones come first. Not here: rt_sigreturn, as there is no handler to return from, and an
 * attacker sets all registers with it; readv and writev, which only stdio uses; sendmsg and recvmsg,
 * which take an address or descriptors; what abort() calls, which ends the process as a violation
 * does. */
static const struct rule rules[] = {
    {SYS_read, 0, {}},
    {SYS_write, 0, {}},
    {SYS_sendto, 2, {SENDING, NO_ADDRESS}},
    {SYS_send, 1, {SENDING}},
    {SYS_recvfrom, 0, {}},
    {SYS_recv, 0, {}},
    {SYS_pread64, 0, {}}, /* the certificates */
    {SYS_poll, 0, {}},
    {SYS_ppoll, 0, {}},
    {SYS_ppoll_time64, 0, {}},
    {SYS_restart_syscall, 0, {}}, /* poll, after SIGCONT */
    {SYS_clock_gettime, 0, {}},
    {SYS_clock_gettime32, 0, {}},
    {SYS_clock_gettime64, 0, {}},
    {SYS_gettimeofday, 0, {}},
    {SYS_gettimeofday_time32, 0, {}},
    {SYS_time, 0, {}},
    {SYS_getrandom, 0, {}},
    {SYS_brk, 0, {}},
    {SYS_mmap, 2, {PROTECTION, NOT_SHARED}},
    {SYS_mmap2, 2, {PROTECTION, NOT_SHARED}},
    {SYS_mprotect, 1, {PROTECTION}},
    {SYS_munmap, 0, {}},
    {SYS_mremap, 0, {}},
    {SYS_madvise, 0, {}}, /* free() */
    {SYS_futex, 0, {}},   /* pthread_once() */
    {SYS_futex_time64, 0, {}},
    {SYS_close, 0, {}},
    {SYS_exit, 0, {}},
    {SYS_exit_group, 0, {}},
};

enum { RULES = sizeof rules / sizeof rules[0] };
/* Of a bound's code, and of a rule's without its bounds; then what stands before and after all. */
enum { BOUND_LENGTH = 4, RULE_LENGTH = 2, REST = 5 };

struct filter {
  struct sock_filter code[REST + RULES * (RULE_LENGTH + BOUNDS * BOUND_LENGTH + 1)];
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

/* Allows the call within its bounds; what is behind runs for other calls only. The kernel gives all
 * arguments as 64 bits, also where registers have 32. */
static void add(struct filter *filter, const struct rule *rule, uint32_t refusal) {
  int left = rule->count * BOUND_LENGTH + (rule->count > 0);
  test(filter, BPF_JEQ, (uint32_t)rule->call, 0, left + 1);
  for (int i = 0; i < rule->count; i++) {
    size_t low = offsetof(struct seccomp_data, args) + 8u * rule->bounds[i].argument;
    load(filter, low);
    test(filter, BPF_JSET, ~rule->bounds[i].allowed, left -= 2, 0);
    load(filter, low + 4);
    test(filter, BPF_JEQ, 0, 0, left -= 2);
  }
  end(filter, SECCOMP_RET_ALLOW);
  if (rule->count > 0) end(filter, refusal);
}

/* What is not listed is refused: so are all of x32, whose numbers have a bit more. */
static void build(struct filter *filter, uint32_t refusal) {
  load(filter, offsetof(struct seccomp_data, arch));
  test(filter, BPF_JEQ, ARCHITECTURE, 1, 0);
  end(filter, SECCOMP_RET_KILL_PROCESS);
  load(filter, offsetof(struct seccomp_data, nr));
  for (int i = 0; i < RULES; i++)
    if (rules[i].call != NONE) add(filter, &rules[i], refusal);
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
