/* Tries in the sandbox of a fetcher, on the board's own kernel, what must not work there: a line for
 * each. qemu-user knows no seccomp. */
#include "CPlatform.h"
#include "CProbe.h"
#include <errno.h>
#include <stdio.h>

int main(void) {
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
