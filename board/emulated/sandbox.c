/* Tries in the sandboxes of a resolver, of a judge and of a fetcher, on the board's own kernel, what must not work
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

static int violate(char *text, size_t size, const char *who) {
  int length = 0;
  for (int i = 0; probe_violation(i); i++) {
    long result = probe_violate(i);
    length += snprintf(text + length, size - (size_t)length, "sandbox: %s%s %s\n", who,
                       probe_violation(i), result == -EPERM ? "refused" : "WORKS");
  }
  return length;
}

static int judge(void) {
  int error = probe_connect();
  if (error == 0) error = pb_sandbox_enter_judge(false);
  if (error != 0) return printf("sandbox: error %d\n", -error), 1;
  char text[4096];
  int length = violate(text, sizeof text, "judge: ");
  return pb_write(1, (const uint8_t *)text, (size_t)length) == length ? 0 : 1;
}

static bool ends_well(int (*body)(void)) {
  int ending;
  pid_t child = fork();
  if (child == 0) _exit(body());
  return waitpid(child, &ending, 0) == child && ending == 0;
}

int main(void) {
  if (!ends_well(resolver) || !ends_well(judge)) return 1;
  int error = probe_connect();
  if (error == 0) error = pb_sandbox_enter(false);
  if (error != 0) return printf("sandbox: error %d\n", -error), 1;
  char text[4096];
  int length = violate(text, sizeof text, "");
  length += snprintf(text + length, sizeof text - (size_t)length, "sandbox: sending %s\n",
                     probe_sends() ? "works" : "FAILS");
  return pb_write(1, (const uint8_t *)text, (size_t)length) == length ? 0 : 1;
}
