#include "internal.h"
#include <fcntl.h>
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

/* A call that is allowed within these bounds, and refused elsewhere. */
struct rule {
  int call;
  int count;
  struct bound bounds[BOUNDS];
};

/* What a process may do: of `calls`, all or none, by `verdict`; within the bounds of `rules`; and by
 * `rest` what is not named. */
struct wall {
  const short *calls;
  const struct rule *rules;
  int calls_count, rules_count;
  uint32_t verdict, rest;
};
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* With an address, sendto connects a socket that was reset, to anywhere (MSG_FASTOPEN). */
#define SENDING {3, MSG_NOSIGNAL | MSG_DONTWAIT}
#define NO_ADDRESS {4, 0}
/* No code is made; and memory that is shared does not count for RLIMIT_DATA. */
#define PROTECTION {2, PROT_READ | PROT_WRITE}
#define NOT_SHARED {3, ~(uint32_t)MAP_SHARED}

/* What a fetcher needs, which talks over descriptors it has, keeps time and allocates memory. Not
 * here: rt_sigreturn, as there is no handler to return from, and an attacker sets all registers with
 * it; readv and writev, which only stdio uses; sendmsg and recvmsg, which take an address or
 * descriptors; what abort() calls, which ends the process as a violation does. */
static const short fetcher_calls[] = {
    SYS_read,
    SYS_write,
    SYS_recvfrom,
    SYS_recv,
    SYS_pread64, /* the certificates */
    SYS_poll,
    SYS_ppoll,
    SYS_ppoll_time64,
    SYS_restart_syscall, /* poll, after SIGCONT */
    SYS_clock_gettime,
    SYS_clock_gettime32,
    SYS_clock_gettime64,
    SYS_gettimeofday,
    SYS_gettimeofday_time32,
    SYS_time,
    SYS_getrandom,
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise, /* free() */
    SYS_futex,   /* pthread_once() */
    SYS_futex_time64,
    SYS_close,
    SYS_exit,
    SYS_exit_group,
};
/* To send comes first: a judge has only what is behind. */
enum { SENDING_RULES = 2 };
static const struct rule fetcher_rules[] = {
    {SYS_sendto, 2, {SENDING, NO_ADDRESS}},  {SYS_send, 1, {SENDING}},
    {SYS_mmap, 2, {PROTECTION, NOT_SHARED}}, {SYS_mmap2, 2, {PROTECTION, NOT_SHARED}},
    {SYS_mprotect, 1, {PROTECTION}},
};

/* What a judge needs, which was given all that it is to judge, computes, and says one thing. To wait until
 * it can, it asks for the time. */
static const short judge_calls[] = {
    SYS_write,
    SYS_poll,
    SYS_ppoll,
    SYS_ppoll_time64,
    SYS_restart_syscall,
    SYS_clock_gettime,
    SYS_clock_gettime32,
    SYS_clock_gettime64,
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_futex,
    SYS_futex_time64,
    SYS_close,
    SYS_exit,
    SYS_exit_group,
};

/* What nobody needs who looks up a name, and what would be of use to somebody who took that process
 * over. All else is left to the C library, which may be one that loads modules for it. The newest
 * calls have the same numbers everywhere. */
static const short resolver_refusals[] = {
    SYS_execve, SYS_execveat, SYS_clone, 435 /* clone3 */, SYS_unshare, SYS_setns,
    /* Other processes of the same user. */
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_kill, SYS_tkill, SYS_tgkill,
    SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, 424 /* pidfd_send_signal */, 434 /* pidfd_open */,
    438 /* pidfd_getfd */, 440 /* process_madvise */, SYS_prlimit64, SYS_setpriority,
    SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setattr, SYS_sched_setaffinity, SYS_prctl,
    /* Files, but for reading. */
    437 /* openat2 */, SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_linkat, SYS_symlinkat, SYS_mkdirat,
    SYS_mknodat, SYS_fchmod, SYS_fchmodat, 452 /* fchmodat2 */, SYS_fchown, SYS_fchownat, SYS_utimensat,
    SYS_truncate, SYS_ftruncate, SYS_fallocate, SYS_flock, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr,
    SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, SYS_ioctl,
    /* Where the kernel's own faults are. */
    425 /* io_uring_setup */, 426 /* io_uring_enter */, 427 /* io_uring_register */, SYS_userfaultfd,
    SYS_bpf, SYS_perf_event_open, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_memfd_create,
    SYS_listen, SYS_accept, SYS_accept4,
#ifdef SYS_open /* What newer architectures have only with a folder. */
    SYS_creat, SYS_unlink, SYS_rmdir, SYS_rename, SYS_link, SYS_symlink, SYS_mkdir, SYS_mknod, SYS_chmod,
    SYS_chown, SYS_lchown, SYS_utimes, SYS_futimesat, SYS_fork, SYS_vfork,
#endif
#ifdef SYS_chown32
    SYS_chown32, SYS_lchown32, SYS_fchown32, SYS_truncate64, SYS_ftruncate64, SYS_utimensat_time64,
#endif
};
#define READING(argument) {argument, ~(uint32_t)(O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND)}
static const struct rule resolver_rules[] = {
    {SYS_openat, 1, {READING(2)}},
#ifdef SYS_open
    {SYS_open, 1, {READING(1)}},
#endif
    /* Raw sockets, of the other families that these bits make, need a capability. */
    {SYS_socket, 1, {{0, AF_UNIX | AF_INET | AF_INET6 | AF_NETLINK}}},
#ifndef __GLIBC__ /* It loads code. */
    {SYS_mmap, 1, {PROTECTION}},
    {SYS_mmap2, 1, {PROTECTION}},
    {SYS_mprotect, 1, {PROTECTION}},
#endif
};

/* Of the code for a call, a bound, a rule without its bounds, and of all else. */
enum { CALL_LENGTH = 2, BOUND_LENGTH = 4, RULE_LENGTH = 3, REST = 7 };
#define LENGTH(calls, rules) \
  (REST + COUNT(calls) * CALL_LENGTH + COUNT(rules) * (RULE_LENGTH + BOUNDS * BOUND_LENGTH))
enum { MOST_CODE = LENGTH(resolver_refusals, resolver_rules) };
_Static_assert(LENGTH(fetcher_calls, fetcher_rules) <= MOST_CODE, "the longer one");

struct filter {
  struct sock_filter code[MOST_CODE];
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
  int left = rule->count * BOUND_LENGTH + 1;
  test(filter, BPF_JEQ, (uint32_t)rule->call, 0, left + 1);
  for (int i = 0; i < rule->count; i++) {
    size_t low = offsetof(struct seccomp_data, args) + 8u * rule->bounds[i].argument;
    load(filter, low);
    test(filter, BPF_JSET, ~rule->bounds[i].allowed, left -= 2, 0);
    load(filter, low + 4);
    test(filter, BPF_JEQ, 0, 0, left -= 2);
  }
  end(filter, SECCOMP_RET_ALLOW);
  end(filter, refusal);
}

/* Calls of x32, whose numbers have a bit more, are refused by any wall. */
static int enter(const struct wall *wall, uint32_t refusal) {
  struct filter filter = {.length = 0};
  load(&filter, offsetof(struct seccomp_data, arch));
  test(&filter, BPF_JEQ, ARCHITECTURE, 1, 0);
  end(&filter, SECCOMP_RET_KILL_PROCESS);
  load(&filter, offsetof(struct seccomp_data, nr));
  test(&filter, BPF_JGE, 0x40000000, 0, 1);
  end(&filter, refusal);
  for (int i = 0; i < wall->calls_count; i++) {
    if (wall->calls[i] == NONE) continue;
    test(&filter, BPF_JEQ, (uint32_t)wall->calls[i], 0, 1);
    end(&filter, wall->verdict);
  }
  for (int i = 0; i < wall->rules_count; i++)
    if (wall->rules[i].call != NONE) add(&filter, &wall->rules[i], refusal);
  end(&filter, wall->rest);
  struct sock_fprog program = {filter.length, filter.code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
  return (int)pb_result(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0));
}

int pb_sandbox_enter(bool kill) {
  tzset(); /* glibc reads the time zone's file at the first use of a date. */
  uint32_t refusal = kill ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | EPERM;
  struct wall wall = {fetcher_calls, fetcher_rules, COUNT(fetcher_calls), COUNT(fetcher_rules),
                      SECCOMP_RET_ALLOW, refusal};
  return enter(&wall, refusal);
}

int pb_sandbox_enter_judge(bool kill) {
  uint32_t refusal = kill ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | EPERM;
  struct wall wall = {judge_calls, fetcher_rules + SENDING_RULES, COUNT(judge_calls),
                      COUNT(fetcher_rules) - SENDING_RULES, SECCOMP_RET_ALLOW, refusal};
  return enter(&wall, refusal);
}

int pb_sandbox_enter_resolver(void) {
  pb_landlock_resolver();
  uint32_t refusal = SECCOMP_RET_ERRNO | EPERM;
  struct wall wall = {resolver_refusals, resolver_rules, COUNT(resolver_refusals),
                      COUNT(resolver_rules), refusal, SECCOMP_RET_ALLOW};
  return enter(&wall, refusal);
}
