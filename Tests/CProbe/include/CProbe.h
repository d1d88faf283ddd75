#pragma once

#include <stdbool.h>

/* Two GPIO chips for a machine without any, named as a Raspberry Pi 5 names them: where this is
 * linked in, ioctl takes /dev/null for the chip with the label "pinctrl-rp1", and /dev/zero for
 * "gpio-brcmstb", and prints what is done to their lines. A line that is named "busy" is.
 *
 * With the environment's FAKE_BOARD, that folder stands for /dev. In it, "held.LINE" says who holds
 * a line; what is written into the pipe "events" has happened to lines that are watched; held
 * lines hang up when nobody has the pipe "plug" open for writing, and are of no use while there is
 * a file "unplugged"; a file "looks" gets a dot each time that chips are looked for. */
void probe_fake_gpio(void);

/* Of the calls from now on that look at or change a disk, the one with this number, from 1, fails
 * with `error`; with `stays`, all after it do too. 0 lets all work. */
void probe_fail_call(int number, int error, bool stays);
/* How many there were; from now on none fails. */
int probe_counted_calls(void);
/* A line for each of them, what it was and on what. */
const char *probe_trace(void);

/* A disk in memory, which only this process sees, over a folder. Each returns 0 or -errno. */
int probe_mount(const char *folder, const char *options);
int probe_make_read_only(const char *folder);
int probe_unmount(const char *folder);

/* Before the sandbox: opens a TCP connection to this process itself, and another that its peer then
 * resets. Returns 0 or -errno. */
int probe_connect(void);
/* Whether that connection takes bytes without an address, and the one that was reset says so. */
bool probe_sends(void);
/* What must not work in the sandbox. Does it, and returns 0 or -errno. */
long probe_violate(int index);
/* NULL after the last. */
const char *probe_violation(int index);

/* The same, of what a process that looks up a name must not do. */
long probe_refused(int index);
const char *probe_refusal(int index);
/* Whether the kernel has Landlock. */
bool probe_has_landlock(void);
