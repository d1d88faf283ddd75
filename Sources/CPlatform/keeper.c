#include "internal.h"
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  LINES = 32,
  /* Milliseconds: by then whoever keeps a line active has ended that, unless it hangs. */
  GRACE = 25,
  /* A line that went on all the same, or refused to go off, is switched off again. */
  AGAIN = 250,
  /* How long a keeper may take to answer that runs, or that was just started, and to be gone. */
  ANSWER_TIME = 300,
  START_TIME = 700,
  END_TIME = 100,
  PAUSE = 1000, /* Before another is tried. */
};

/* Stands for no end: the line is let go. */
#define LET_GO INT64_MIN

struct kept {
  int32_t key; /* The line's descriptor, where it is kept for. */
  int line;
  int64_t until;
};

/* A request comes with the line, unless that is let go. The answer is the request again, and whether
 * it was done. */
struct message {
  int32_t key, done;
  uint64_t number;
  int64_t until;
};

/* In both processes, each its own. */
static struct kept kept[LINES];
static int count;

static pid_t keeper; /* 0 where there is none. */
static pid_t ended;  /* That is not reaped yet; or 0. */
static int channel;
static uint64_t number;
static int64_t next_try;

static int64_t receive(int from, struct message *message, int *line) {
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = {message, sizeof *message};
  struct msghdr packet = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  int64_t got = pb_result(recvmsg(from, &packet, MSG_CMSG_CLOEXEC));
  struct cmsghdr *sent = got > 0 ? CMSG_FIRSTHDR(&packet) : NULL;
  *line = -1;
  if (sent && sent->cmsg_type == SCM_RIGHTS) memcpy(line, CMSG_DATA(sent), sizeof *line);
  return got;
}

static int send_message(int to, struct message *message, int line) {
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
  return sendmsg(to, &packet, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int find(int32_t key) {
  int i = 0;
  while (i < count && kept[i].key != key) i++;
  return i;
}

/* Keeps the line, or lets it go. Returns false where there is no room. */
static bool note(int32_t key, int line, int64_t until) {
  int i = find(key);
  if (until == LET_GO) {
    if (i < count) kept[i] = kept[--count];
    return true;
  }
  if (i == LINES) return false;
  kept[i] = (struct kept){key, line, until};
  count += i == count;
  return true;
}

/* Switches off what is due, and returns how long nothing else is. */
static int switch_off(int64_t now) {
  int64_t next = INT_MAX;
  for (int i = 0; i < count; i++) {
    if (kept[i].until <= now) {
      pb_gpio_set(kept[i].line, false);
      kept[i].until = now + AGAIN;
    }
    if (kept[i].until - now < next) next = kept[i].until - now;
  }
  return (int)next;
}

static void carry_out(struct message *request, int line) {
  int i = find(request->key), old = i < count ? kept[i].line : -1;
  int64_t until = request->until;
  if (until != LET_GO) until = until > INT64_MAX - GRACE ? INT64_MAX : until + GRACE;
  request->done = (until == LET_GO || line >= 0) && note(request->key, line, until);
  int unneeded = request->done ? old : line;
  if (unneeded >= 0) close(unneeded);
  send_message(3, request, -1);
}

/* In a process of its own, with all signals blocked, but those that cannot be. */
static _Noreturn void keep(void) {
  count = 0;
  /* What it needs shall be there when the disk is not. */
  mlockall(MCL_CURRENT | MCL_ONFAULT);
  pb_gpio_set(-1, false);
  for (;;) {
    struct pollfd waiting = {.fd = 3, .events = POLLIN};
    poll(&waiting, 1, switch_off(pb_clock_milliseconds()));
    struct message request;
    int line;
    int64_t got = receive(3, &request, &line);
    if (got == sizeof request) carry_out(&request, line);
    /* That popbell is gone is said before what it has asked last. */
    else if (got != -EAGAIN && got != -EINTR && got != -ECONNRESET) break;
  }
  for (int tries = 0; count > 0 && tries < 10; tries++) {
    for (int i = count; i-- > 0;)
      if (pb_gpio_set(kept[i].line, false) == 0) kept[i] = kept[--count];
    if (count > 0) poll(NULL, 0, 100);
  }
  _exit(0);
}

static void reap(pid_t *process) {
  if (*process != 0 && waitpid(*process, NULL, WNOHANG) != 0) *process = 0;
}

static void end_keeper(void) {
  if (keeper == 0) return;
  kill(keeper, SIGKILL);
  close(channel);
  reap(&keeper);
  for (int i = 0; i < END_TIME && keeper != 0; i++) {
    poll(NULL, 0, 1);
    reap(&keeper);
  }
  if (keeper != 0) ended = keeper;
  keeper = 0;
}

static int start_keeper(void) {
  int ends[2];
  int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
  if (socketpair(AF_UNIX, type, 0, ends) < 0) return -errno;
  int id = pb_block_signals_and_fork();
  if (id == 0) {
    if (ends[1] != 3 && dup3(ends[1], 3, O_CLOEXEC) < 0) _exit(1);
    pb_close_from(4);
    keep();
  }
  close(ends[1]);
  if (id < 0) {
    close(ends[0]);
    return id;
  }
  keeper = id;
  channel = ends[0];
  return 0;
}

static int request(int32_t key, int64_t until) {
  struct message request = {key, false, ++number, until};
  return send_message(channel, &request, until == LET_GO ? -1 : key);
}

/* Waits for the answer to the last request; it does one after the other. */
static int wait_for_answer(int time) {
  int64_t end = pb_clock_milliseconds() + time;
  for (;;) {
    int64_t left = end - pb_clock_milliseconds();
    if (left <= 0) return -ETIMEDOUT;
    struct pollfd waiting = {.fd = channel, .events = POLLIN};
    poll(&waiting, 1, (int)left);
    struct message answer;
    int unused;
    int64_t got = receive(channel, &answer, &unused);
    if (got == -EAGAIN || got == -EINTR) continue;
    if (got != sizeof answer) return got < 0 ? (int)got : -EPIPE;
    if (answer.number == number) return answer.done ? 0 : -ENOBUFS;
  }
}

static int ask(int32_t key, int64_t until) {
  int error = request(key, until);
  return error < 0 ? error : wait_for_answer(ANSWER_TIME);
}

/* Another one, for all that is kept. Where it cannot be had, there is none. */
static int replace_keeper(void) {
  end_keeper();
  if (count == 0) return 0;
  int error = start_keeper();
  for (int i = 0; i < count && error == 0; i++) error = request(kept[i].key, kept[i].until);
  if (error == 0) error = wait_for_answer(START_TIME);
  if (error < 0) end_keeper();
  next_try = pb_clock_milliseconds() + PAUSE;
  return error;
}

int pb_keep(int32_t line, int64_t until) {
  if (!note(line, line, until)) return -ENOBUFS;
  return keeper != 0 && ask(line, until) == 0 ? 0 : replace_keeper();
}

void pb_let_go(int32_t line) {
  if (find(line) == count) return;
  note(line, line, LET_GO);
  if (keeper != 0 && ask(line, LET_GO) < 0) replace_keeper();
}

void pb_drop_line(int32_t line) {
  if (find(line) == count) return;
  int error = pb_gpio_set(line, false);
  if (error == 0 || error == -ENODEV) pb_let_go(line);
  else note(line, line, LET_GO); /* The keeper goes on trying. */
}

void pb_check_keeper(bool is_needed) {
  reap(&ended);
  if (count == 0 && !is_needed) end_keeper();
  pid_t known = keeper;
  reap(&keeper);
  if (known != keeper) close(channel);
  if (keeper == 0 && count > 0 && pb_clock_milliseconds() >= next_try) replace_keeper();
}
