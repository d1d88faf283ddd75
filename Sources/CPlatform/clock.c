#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/timex.h>
#include <time.h>

int64_t pb_clock_milliseconds(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_BOOTTIME, &now) < 0) return -errno;
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t pb_wall_seconds(void) {
  struct timespec now;
  return clock_gettime(CLOCK_REALTIME, &now) < 0 ? 0 : now.tv_sec;
}

/* board/build writes when the source was last changed, so that the same source gives the same binary.
 * Other builds have a day that was before this version. */
#if __has_include("popbell_build_time.h")
#include "popbell_build_time.h"
#else
#define PB_BUILD_SECONDS 1793491200 /* 2026-11-01 */
#endif

int64_t pb_build_seconds(void) { return PB_BUILD_SECONDS; }

bool pb_clock_is_sure(void) {
#ifdef __x86_64__
  /* A PC's clock has a battery, and a virtual machine has its host's. */
  return true;
#else
  struct timex state = {.modes = 0};
  return adjtimex(&state) >= 0 && !(state.status & STA_UNSYNC);
#endif
}

int pb_random(uint8_t *bytes, size_t count) {
  for (size_t done = 0; done < count;) {
    ssize_t got = getrandom(bytes + done, count - done, 0);
    if (got < 0 && errno != EINTR) return -errno;
    if (got > 0) done += (size_t)got;
  }
  return 0;
}

int pb_timestamp(int64_t seconds, bool local, uint8_t *text, size_t capacity) {
  time_t time = (time_t)seconds;
  struct tm parts;
  if (!(local ? localtime_r(&time, &parts) : gmtime_r(&time, &parts))) return -EOVERFLOW;
  int64_t year = (int64_t)parts.tm_year + 1900;
  if (year < 0 || year > 9999) return -EOVERFLOW;
  char buffer[64];
  int length = snprintf(buffer, sizeof buffer, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year,
                        parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  int offset = (int)parts.tm_gmtoff / 60, minutes = abs(offset);
  if (local)
    length += snprintf(buffer + length, sizeof buffer - (size_t)length, "%c%02d:%02d",
                       offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
  else
    buffer[length++] = 'Z';
  if ((size_t)length > capacity) return -EOVERFLOW;
  memcpy(text, buffer, (size_t)length);
  return length;
}
