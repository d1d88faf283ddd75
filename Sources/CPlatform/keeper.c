#include "internal.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int pb_keeper_fork(int32_t *channel) {
  int ends[2];
  int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
  if (socketpair(AF_UNIX, type, 0, ends) < 0) return -errno;
  int id = pb_block_signals_and_fork();
  if (id == 0) {
    if (ends[1] != 3 && dup3(ends[1], 3, O_CLOEXEC) < 0) _exit(1);
    pb_close_from(4);
    mlockall(MCL_CURRENT | MCL_ONFAULT);
    *channel = 3;
    return 0;
  }
  close(ends[1]);
  if (id < 0) close(ends[0]);
  *channel = ends[0];
  return id;
}

int64_t pb_line_receive(int32_t from, uint8_t *bytes, size_t count, int32_t *line) {
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = {bytes, count};
  struct msghdr packet = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  int64_t got;
  do got = pb_result(recvmsg(from, &packet, MSG_CMSG_CLOEXEC));
  while (got == -EINTR);
  struct cmsghdr *sent = got > 0 ? CMSG_FIRSTHDR(&packet) : NULL;
  *line = -1;
  if (sent && sent->cmsg_type == SCM_RIGHTS) memcpy(line, CMSG_DATA(sent), sizeof *line);
  return got;
}

int pb_line_send(int32_t to, const uint8_t *bytes, size_t count, int32_t line) {
  union {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {{.cmsg_len = CMSG_LEN(sizeof line), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
  struct iovec part = {(void *)bytes, count};
  struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
  if (line >= 0) {
    memcpy(CMSG_DATA(&control.head), &line, sizeof line);
    packet.msg_control = &control;
    packet.msg_controllen = sizeof control;
  }
  return sendmsg(to, &packet, MSG_NOSIGNAL) < 0 ? -errno : 0;
}
