/// Opens many sessions of libssh2, runs `true` in each, and keeps all of them: the limit for sessions.
///
///     ssh_sessions PORT USER KEY-FILE SESSIONS IN-FLIGHT
///
/// So many are being made at once, without blocking. What it has resident is looked at when the first one is ready, and
/// when all of them are. Prints one line of JSON.
#include "ssh_bench.h"
#include <sys/epoll.h>

typedef enum step { SHAKING, AUTHENTICATING, OPENING, STARTING, READING, CLOSING, FREEING, READY } step;

typedef struct connection {
  step step;
  int descriptor;
  LIBSSH2_SESSION *session;
  LIBSSH2_CHANNEL *channel;
  /// What it is watched for.
  int wanted;
} connection;

static target to;
static int epoll;

static void begin(connection *it) {
  it->descriptor = connect_to(to.port);
  fcntl(it->descriptor, F_SETFL, O_NONBLOCK);
  it->session = libssh2_session_init();
  if (it->session == NULL) fail(NULL, "libssh2_session_init");
  libssh2_session_set_blocking(it->session, 0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = it};
  it->wanted = EPOLLIN;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, it->descriptor, &event) != 0) fail(NULL, "epoll_ctl");
}

/// Goes on as far as it can without waiting.
static void go_on(connection *it) {
  char buffer[4096];
  while (it->step != READY) {
    long status = 0;
    switch (it->step) {
    case SHAKING: status = libssh2_session_handshake(it->session, it->descriptor); break;
    case AUTHENTICATING:
      status = libssh2_userauth_publickey_fromfile(it->session, to.user, NULL, to.key, NULL);
      break;
    case OPENING:
      it->channel = libssh2_channel_open_session(it->session);
      if (it->channel == NULL) status = libssh2_session_last_errno(it->session);
      break;
    case STARTING: status = libssh2_channel_exec(it->channel, "true"); break;
    case READING:
      while ((status = libssh2_channel_read(it->channel, buffer, sizeof buffer)) > 0) {}
      break;
    case CLOSING: status = libssh2_channel_close(it->channel); break;
    case FREEING: status = libssh2_channel_free(it->channel); break;
    case READY: break;
    }
    if (status == LIBSSH2_ERROR_EAGAIN) {
      int wanted = libssh2_session_block_directions(it->session) & LIBSSH2_SESSION_BLOCK_OUTBOUND ? EPOLLIN | EPOLLOUT
                                                                                                 : EPOLLIN;
      struct epoll_event event = {.events = (uint32_t)wanted, .data.ptr = it};
      if (wanted != it->wanted) epoll_ctl(epoll, EPOLL_CTL_MOD, it->descriptor, &event);
      it->wanted = wanted;
      return;
    }
    if (status < 0) fail(it->session, "a session");
    it->step++;
  }
}

int main(int count, char **arguments) {
  if (count != 6) return 2;
  to = (target){.port = atoi(arguments[1]), .user = arguments[2], .key = arguments[3]};
  long total = atol(arguments[4]), in_flight = atol(arguments[5]), begun = 0, ready = 0;
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  libssh2_init(0);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  connection *all = calloc((size_t)total, sizeof *all);
  long first = 0;
  double start = 0, computed = 0;
  while (ready < total) {
    // What the first one needs is there once for all of them.
    while (begun < total && begun - ready < (ready == 0 ? 1 : in_flight)) begin(&all[begun++]);
    struct epoll_event events[64];
    int happened = epoll_wait(epoll, events, 64, 60000);
    if (happened <= 0) fail(NULL, "epoll_wait");
    for (int index = 0; index < happened; index++) {
      connection *it = events[index].data.ptr;
      if (it->step == READY) continue;
      go_on(it);
      if (it->step == READY && ++ready == 1) {
        first = status_kib("VmRSS:");
        start = seconds();
        computed = cpu_seconds();
      }
    }
  }
  double wall = seconds() - start, more = (double)(total - 1);
  computed = cpu_seconds() - computed;
  long last = status_kib("VmRSS:");
  printf("{\"rate\": %.1f, \"cpu_us\": %.0f, \"first_kib\": %ld, \"last_kib\": %ld, \"each_kib\": %.1f, ", more / wall,
         computed * 1e6 / more, first, last, (double)(last - first) / more);
  printf("\"library\": \"libssh2 %s\"}\n", libssh2_version(0));
  return 0;
}
