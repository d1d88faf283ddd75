/* Tries in the sandboxes of a resolver and of a fetcher, on the board's own kernel, what must not work
 * there: a line for each. qemu-user knows no seccomp. */
#include "CPlatform.h"
#include "CProbe.h"
#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int resolver(void) {
  int error = pb_sandbox_enter_resolver();
  if (error != 0) return printf("sandbox: error %d\n", -error), 1;
  char text[8192];
  int length = 0;
  for (int i = 0; probe_refusal(i); i++)
    length += snprintf(text + length, sizeof text - (size_t)length, "sandbox: resolver: %s %s\n",
                       probe_refusal(i), probe_refused(i) == -EPERM ? "refused" : "WORKS");
  return pb_write(1, (const uint8_t *)text, (size_t)length) == length ? 0 : 1;
}

int main(void) {
  int ending;
  pid_t child = fork();
  if (child == 0) _exit(resolver());
  if (waitpid(child, &ending, 0) != child || ending != 0) return 1;
  int error = probe_connect();
  if (error == 0) error = pb_sandbox_enter(false);
  if (error != 0) return printf("sandbox: error %d\n", -error), 1;
  char text[4096];
  int length = 0;
  for (int i = 0; probe_violation(i); i++) {
    long result = probe_violate(i);
    length += snprintf(text + length, sizeof text - (size_t)length, "sandbox: %s %s\n",
                       probe_violation(i), result == -EPERM ? "refused" : "WORKS");
  }
  length += snprintf(text + length, sizeof text - (size_t)length, "sandbox: sending %s\n",
                     probe_sends() ? "works" : "FAILS");
  return pb_write(1, (const uint8_t *)text, (size_t)length) == length ? 0 : 1;
}
