#define _GNU_SOURCE
#include "CProbe.h"
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The calls that a resolver must not make, with arguments that do nothing where they are allowed. */
static const struct {
  const char *name;
  long number;
  uintptr_t first, second, third;
} refusals[] = {
    {"execve", SYS_execve, 0, 0, 0},
    {"clone", SYS_clone, ~(uintptr_t)0, 0, 0},
    {"clone3", 435, 0, 0, 0},
    {"unshare", SYS_unshare, 0, 0, 0},
    {"setns", SYS_setns, ~(uintptr_t)0, 0, 0},
    {"ptrace", SYS_ptrace, ~(uintptr_t)0, 0, 0},
    {"process_vm_readv", SYS_process_vm_readv, 0, 0, 0},
    {"process_vm_writev", SYS_process_vm_writev, 0, 0, 0},
    {"kcmp", SYS_kcmp, 0, 0, 0},
    {"kill", SYS_kill, 0, 0, 0},
    {"tkill", SYS_tkill, 0, 0, 0},
    {"tgkill", SYS_tgkill, 0, 0, 0},
    {"rt_sigqueueinfo", SYS_rt_sigqueueinfo, 0, 0, 0},
    {"rt_tgsigqueueinfo", SYS_rt_tgsigqueueinfo, 0, 0, 0},
    {"pidfd_send_signal", 424, 0, 0, 0},
    {"pidfd_open", 434, 0, 0, 0},
    {"pidfd_getfd", 438, 0, 0, 0},
    {"process_madvise", 440, 0, 0, 0},
    {"prlimit64", SYS_prlimit64, 0, 0, 0},
    {"setpriority", SYS_setpriority, 9, 0, 0},
    {"sched_setscheduler", SYS_sched_setscheduler, 0, 99, 0},
    {"sched_setparam", SYS_sched_setparam, 0, 0, 0},
    {"sched_setattr", SYS_sched_setattr, 0, 0, 0},
    {"sched_setaffinity", SYS_sched_setaffinity, 0, 0, 0},
    {"prctl", SYS_prctl, 0, 0, 0},
    {"open to write", SYS_openat, AT_FDCWD, (uintptr_t)"/dev/null", O_WRONLY},
    {"open to read and write", SYS_openat, AT_FDCWD, (uintptr_t)"/dev/null", O_RDWR},
    {"open to create", SYS_openat, AT_FDCWD, (uintptr_t)"/dev/null", O_CREAT},
    {"open to cut", SYS_openat, AT_FDCWD, (uintptr_t)"/dev/null", O_TRUNC},
    {"openat2", 437, 0, 0, 0},
    {"unlinkat", SYS_unlinkat, AT_FDCWD, 0, 0},
    {"renameat", SYS_renameat, AT_FDCWD, 0, 0},
    {"renameat2", SYS_renameat2, AT_FDCWD, 0, 0},
    {"linkat", SYS_linkat, AT_FDCWD, 0, 0},
    {"symlinkat", SYS_symlinkat, 0, 0, 0},
    {"mkdirat", SYS_mkdirat, AT_FDCWD, 0, 0},
    {"mknodat", SYS_mknodat, AT_FDCWD, 0, 0},
    {"fchmod", SYS_fchmod, ~(uintptr_t)0, 0, 0},
    {"fchmodat", SYS_fchmodat, AT_FDCWD, 0, 0},
    {"fchmodat2", 452, AT_FDCWD, 0, 0},
    {"fchown", SYS_fchown, ~(uintptr_t)0, 0, 0},
    {"fchownat", SYS_fchownat, AT_FDCWD, 0, 0},
    {"utimensat", SYS_utimensat, AT_FDCWD, 1, 0},
    {"truncate", SYS_truncate, 0, 0, 0},
    {"ftruncate", SYS_ftruncate, ~(uintptr_t)0, 0, 0},
    {"fallocate", SYS_fallocate, ~(uintptr_t)0, 0, 0},
    {"flock", SYS_flock, ~(uintptr_t)0, 0, 0},
    {"setxattr", SYS_setxattr, 0, 0, 0},
    {"fsetxattr", SYS_fsetxattr, ~(uintptr_t)0, 0, 0},
    {"removexattr", SYS_removexattr, 0, 0, 0},
    {"ioctl", SYS_ioctl, ~(uintptr_t)0, 0, 0},
    {"io_uring_setup", 425, 0, 0, 0},
    {"io_uring_enter", 426, ~(uintptr_t)0, 0, 0},
    {"io_uring_register", 427, ~(uintptr_t)0, 0, 0},
    {"userfaultfd", SYS_userfaultfd, ~(uintptr_t)0, 0, 0},
    {"bpf", SYS_bpf, ~(uintptr_t)0, 0, 0},
    {"perf_event_open", SYS_perf_event_open, 0, 0, 0},
    {"add_key", SYS_add_key, 0, 0, 0},
    {"request_key", SYS_request_key, 0, 0, 0},
    {"keyctl", SYS_keyctl, ~(uintptr_t)0, 0, 0},
    {"memfd_create", SYS_memfd_create, 0, 0, 0},
    {"socket of hash algorithms", SYS_socket, 38, SOCK_SEQPACKET, 0},
    {"socket of a virtual machine", SYS_socket, 40, SOCK_STREAM, 0},
    {"listen", SYS_listen, ~(uintptr_t)0, 0, 0},
    {"accept4", SYS_accept4, ~(uintptr_t)0, 0, 0},
    /* close, by the number it has in x86's third interface. */
    {"x32", 0x40000000 | SYS_close, ~(uintptr_t)0, 0, 0},
#ifdef SYS_open
    {"open to write, without a folder", SYS_open, (uintptr_t)"/dev/null", O_WRONLY, 0},
    {"creat", SYS_creat, 0, 0, 0},
    {"unlink", SYS_unlink, 0, 0, 0},
    {"rmdir", SYS_rmdir, 0, 0, 0},
    {"rename", SYS_rename, 0, 0, 0},
    {"link", SYS_link, 0, 0, 0},
    {"symlink", SYS_symlink, 0, 0, 0},
    {"mkdir", SYS_mkdir, 0, 0, 0},
    {"mknod", SYS_mknod, 0, 0, 0},
    {"chmod", SYS_chmod, 0, 0, 0},
    {"chown", SYS_chown, 0, 0, 0},
#endif
#ifdef SYS_chown32
    {"chown32", SYS_chown32, 0, 0, 0},
    {"truncate64", SYS_truncate64, 0, 0, 0},
    {"ftruncate64", SYS_ftruncate64, ~(uintptr_t)0, 0, 0},
#endif
};

const char *probe_refusal(int index) {
  return index < (int)(sizeof refusals / sizeof *refusals) ? refusals[index].name : NULL;
}

long probe_refused(int index) {
  long result = syscall(refusals[index].number, refusals[index].first, refusals[index].second,
                        refusals[index].third, 0, 0, 0);
  return result < 0 ? -errno : 0;
}

bool probe_has_landlock(void) { return syscall(444 /* landlock_create_ruleset */, NULL, 0, 1) > 0; }
