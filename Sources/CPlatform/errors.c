#include "internal.h"

_Static_assert(PB_EPERM == EPERM && PB_ENOENT == ENOENT && PB_E2BIG == E2BIG, "errno");
_Static_assert(PB_EAGAIN == EAGAIN && PB_EAGAIN == EWOULDBLOCK, "errno");
_Static_assert(PB_EACCES == EACCES && PB_EBUSY == EBUSY && PB_ENODEV == ENODEV, "errno");
_Static_assert(PB_EINVAL == EINVAL && PB_ENOSPC == ENOSPC && PB_EPIPE == EPIPE, "errno");
_Static_assert(PB_ENAMETOOLONG == ENAMETOOLONG && PB_ETIMEDOUT == ETIMEDOUT, "errno");
_Static_assert(PB_ECONNRESET == ECONNRESET && PB_ENOBUFS == ENOBUFS, "errno");
_Static_assert(PB_ENOSYS == ENOSYS && PB_ENOTDIR == ENOTDIR, "errno");
_Static_assert(PB_ELOOP == ELOOP && PB_EFBIG == EFBIG, "errno");

const char *pb_error_text(int32_t number) { return strerror(number); }
