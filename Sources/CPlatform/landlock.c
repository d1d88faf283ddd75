#include "internal.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From linux/landlock.h, as of Linux 6.12: older headers have a part of it. The numbers of its calls are
 * the same on every architecture. */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, VERSION = 1 };
enum { PATH_BENEATH = 1, NET_PORT = 2 };
enum { EXECUTE = 1 << 0, READ_FILE = 1 << 2, READ_FOLDER = 1 << 3 };
enum { BIND_TCP = 1 << 0, CONNECT_TCP = 1 << 1, SCOPE_ABSTRACT_SOCKET = 1 << 0, SCOPE_SIGNAL = 1 << 1 };

struct ruleset {
  uint64_t files, ports, scopes;
};

struct __attribute__((packed)) path {
  uint64_t allowed;
  int32_t folder;
};

struct port {
  uint64_t allowed, number;
};

/* What a version of Landlock can forbid. */
static struct ruleset all_of(long version) {
  struct ruleset all = {.files = 0x1FFF}; /* up to MAKE_SYM */
  if (version >= 2) all.files |= 1 << 13; /* REFER */
  if (version >= 3) all.files |= 1 << 14; /* TRUNCATE */
  if (version >= 4) all.ports = BIND_TCP | CONNECT_TCP;
  if (version >= 5) all.files |= 1 << 15; /* IOCTL_DEV */
  if (version >= 6) all.scopes = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL;
  return all;
}

static void allow(int ruleset, const char *name, uint64_t access) {
  struct path path = {access, open(name, O_PATH | O_CLOEXEC)};
  if (path.folder < 0) return;
  syscall(ADD_RULE, ruleset, PATH_BENEATH, &path, 0);
  close(path.folder);
}

/* What the C library reads for a name: not /etc, as there are secrets in it. */
static void allow_files(int ruleset) {
  static const char *const files[] = {
      "/etc/hosts",     "/etc/resolv.conf",
#ifdef __GLIBC__
      "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf",
      "/etc/hostname",  "/etc/machine-id",    "/etc/ld.so.cache",
#endif
  };
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) allow(ruleset, files[i], READ_FILE);
#ifdef __GLIBC__
  static const char *const folders[] = {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/var/lib/sss"};
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    allow(ruleset, folders[i], READ_FILE | READ_FOLDER | EXECUTE);
#endif
}

void pb_landlock_resolver(void) {
  long version = syscall(CREATE_RULESET, NULL, 0, VERSION);
  if (version < 1) return;
  struct ruleset all = all_of(version);
  int ruleset = (int)syscall(CREATE_RULESET, &all, sizeof all, 0);
  if (ruleset < 0) return;
  allow_files(ruleset);
  struct port names = {CONNECT_TCP, 53};
  if (all.ports != 0) syscall(ADD_RULE, ruleset, NET_PORT, &names, 0);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) syscall(RESTRICT_SELF, ruleset, 0);
  close(ruleset);
}
