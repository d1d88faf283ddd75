#pragma once

/* Two GPIO chips for a machine without any: where this is linked in, ioctl takes /dev/null for a
 * chip with the label "fake-a", and /dev/zero for "fake-b", and prints what is done to their lines.
 * A line that is named "busy" is. */
void probe_fake_gpio(void);

/* What must not work in the sandbox. Does it, and returns 0 or -errno. */
long probe_violate(int index);
/* NULL after the last. */
const char *probe_violation(int index);
