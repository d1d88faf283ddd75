#include "internal.h"
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  LINES = 64,
  /* Milliseconds: by then whoever keeps a line active has ended that, unless it hangs. */
  GRACE = 25,
  RETRY = 1000,
  ANSWER_TIME = 1000,
};

struct kept {
  int32_t key;
  int line;
  int64_t until;
};

/* A request comes with the line, or lets go of it where it comes with none. The answer is the request
 * again, and how many lines are kept. */
struct message {
  int32_t key, count;
  int64_t until;
};

static int64_t receive(int channel, struct message *message, int *line) {
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = {message, sizeof *message};
  struct msghdr packet = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  int64_t got = pb_result(recvmsg(channel, &packet, MSG_CMSG_CLOEXEC));
  struct cmsghdr *sent = got > 0 ? CMSG_FIRSTHDR(&packet) : NULL;
  *line = -1;
  if (sent && sent->cmsg_type == SCM_RIGHTS) memcpy(line, CMSG_DATA(sent), sizeof *line);
  return got;
}

static int send_message(int channel, struct message *message, int line) {
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {{.cmsg_len = CMSG_LEN(sizeof line), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
  struct iovec part = {message, sizeof *message};
  struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
  if (line >= 0) {
    memcpy(CMSG_DATA(&control.head), &line, sizeof line);
    packet.msg_control = &control;
    packet.msg_controllen = sizeof control;
  }
  return sendmsg(channel, &packet, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* In a process of its own, with all signals blocked, but those that cannot be. */
static _Noreturn void keep(int channel) {
  struct kept kept[LINES];
  int32_t count = 0;
  for (;;) {
    int64_t now = pb_clock_milliseconds(), wait = INT_MAX;
    for (int32_t i = 0; i < count; i++) {
      if (kept[i].until <= now) {
        kept[i].until = pb_gpio_set(kept[i].line, false) < 0 ? now + RETRY : INT64_MAX;
      }
      if (kept[i].until - now < wait) wait = kept[i].until - now;
    }
    struct pollfd waiting = {.fd = channel, .events = POLLIN};
    poll(&waiting, 1, (int)wait);
    struct message message;
    int line;
    int64_t got = receive(channel, &message, &line);
    if (got == -EAGAIN || got == -EINTR) continue;
    if (got != sizeof message) break;
    int32_t i = 0;
    while (i < count && kept[i].key != message.key) i++;
    if (i == LINES) break;
    if (i < count) close(kept[i].line);
    if (line >= 0) {
      int64_t until = message.until > INT64_MAX - GRACE ? INT64_MAX : message.until + GRACE;
      kept[i] = (struct kept){message.key, line, until};
      count += i == count;
    } else if (i < count) {
      kept[i] = kept[--count];
    }
    message.count = count;
    send_message(channel, &message, -1);
  }
  while (count > 0) pb_gpio_set(kept[--count].line, false);
  _exit(0);
}

int pb_keeper_start(int32_t *channel) {
  int ends[2];
  int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
  if (socketpair(AF_UNIX, type, 0, ends) < 0) return -errno;
  int id = pb_block_signals_and_fork();
  if (id == 0) {
    if (ends[1] != 3 && dup3(ends[1], 3, O_CLOEXEC) < 0) _exit(1);
    pb_close_from(4);
    keep(3);
  }
  close(ends[1]);
  if (id < 0) close(ends[0]);
  *channel = ends[0];
  return id;
}

int pb_keep(int32_t channel, int32_t key, int32_t line, int64_t until) {
  struct message message = {key, 0, until}, answer;
  int error = send_message(channel, &message, line), unused;
  while (error == 0) {
    struct pollfd waiting = {.fd = channel, .events = POLLIN};
    int ready = poll(&waiting, 1, ANSWER_TIME);
    if (ready == 0) return -ETIMEDOUT;
    int64_t got = receive(channel, &answer, &unused);
    if (got == -EAGAIN || got == -EINTR) continue;
    if (got != sizeof answer) return got < 0 ? (int)got : -EPIPE;
    if (answer.key == key && answer.until == until) return answer.count;
  }
  return error;
}
