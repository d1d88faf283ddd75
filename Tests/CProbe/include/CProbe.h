#pragma once

/* Two GPIO chips for a machine without any, named as a Raspberry Pi 5 names them: where this is
 * linked in, ioctl takes /dev/null for the chip with the label "pinctrl-rp1", and /dev/zero for
 * "gpio-brcmstb", and prints what is done to their lines. A line that is named "busy" is.
 *
 * With the environment's FAKE_BOARD, that folder stands for /dev. In it, "held.LINE" says who holds
 * a line; what is written into the pipe "events" has happened to lines that are watched; held
 * lines hang up when nobody has the pipe "plug" open for writing, and are of no use while there is
 * a file "unplugged"; a file "looks" gets a dot each time that chips are looked for. */
void probe_fake_gpio(void);

/* What must not work in the sandbox. Does it, and returns 0 or -errno. */
long probe_violate(int index);
/* NULL after the last. */
const char *probe_violation(int index);
