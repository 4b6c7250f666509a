/// Runs a command many times over one session of libssh2 and does nothing else: the limit for commands.
///
///     ssh_exec PORT USER KEY-FILE COMMAND IN-FLIGHT COUNT
///
/// For each a channel is opened, the command is run and its output read up to the end, and the channel is closed and
/// freed once the server has done so too. Counts from the login on, after one command. Prints one line of JSON.
#include "ssh_bench.h"

typedef enum step { IDLE, OPENING, STARTING, READING, CLOSING, FREEING } step;

/// A command that is on its way.
typedef struct run {
  step step;
  LIBSSH2_CHANNEL *channel;
} run;

static LIBSSH2_SESSION *session;
static const char *command;
static long left, ended;
/// The one that is opening a channel: the library has room for one such request.
static run *opener;
/// Whether something was done that others may have waited for.
static int has_moved;

/// The next step of a run, as far as it can go without waiting.
static void go_on(run *it) {
  char buffer[16384];
  for (;;) {
    long status = 0;
    switch (it->step) {
    case IDLE:
      if (left == 0 || opener != NULL) return;
      left--;
      opener = it;
      it->step = OPENING;
      continue;
    case OPENING:
      it->channel = libssh2_channel_open_session(session);
      if (it->channel == NULL) {
        status = libssh2_session_last_errno(session);
        break;
      }
      opener = NULL;
      has_moved = 1;
      it->step = STARTING;
      continue;
    case STARTING: status = libssh2_channel_exec(it->channel, command); break;
    case READING:
      // Both streams: what nobody reads would hold the program up.
      while ((status = libssh2_channel_read(it->channel, buffer, sizeof buffer)) > 0) {}
      if (status < 0 && status != LIBSSH2_ERROR_EAGAIN) break;
      while ((status = libssh2_channel_read_stderr(it->channel, buffer, sizeof buffer)) > 0) {}
      if (status < 0 && status != LIBSSH2_ERROR_EAGAIN) break;
      status = libssh2_channel_eof(it->channel) ? 0 : LIBSSH2_ERROR_EAGAIN;
      break;
    // In the non-blocking way it also waits for the server's answer.
    case CLOSING: status = libssh2_channel_close(it->channel); break;
    case FREEING:
      if (libssh2_channel_get_exit_status(it->channel) != 0) {
        fprintf(stderr, "the command failed\n");
        exit(1);
      }
      status = libssh2_channel_free(it->channel);
      break;
    }
    if (status == LIBSSH2_ERROR_EAGAIN) return;
    if (status < 0) fail(session, "a command");
    if (it->step == FREEING) {
      it->step = IDLE;
      ended++;
    } else {
      it->step++;
    }
  }
}

/// Runs that many commands, some of them at once.
static void run_all(run *runs, long in_flight, long count, int descriptor) {
  left = count;
  ended = 0;
  while (ended < count) {
    long before = ended;
    has_moved = 0;
    for (long index = 0; index < in_flight; index++) go_on(&runs[index]);
    // While one reads, packets for all others come in: who has looked before is asked again, until nothing changes.
    if (has_moved || ended != before || ended == count) continue;
    wait_for(session, descriptor);
  }
}

int main(int count, char **arguments) {
  if (count != 7) return 2;
  target to = {.port = atoi(arguments[1]), .user = arguments[2], .key = arguments[3]};
  command = arguments[4];
  long in_flight = atol(arguments[5]), total = atol(arguments[6]);
  libssh2_init(0);
  int descriptor = connect_to(to.port);
  session = log_in(descriptor, &to);
  libssh2_session_set_blocking(session, 0);
  run *runs = calloc((size_t)in_flight, sizeof *runs);
  run_all(runs, in_flight, 1, descriptor);
  double start = seconds(), computed = cpu_seconds();
  run_all(runs, in_flight, total, descriptor);
  double wall = seconds() - start;
  computed = cpu_seconds() - computed;
  printf("{\"rate\": %.1f, \"cpu_us\": %.1f, \"peak_kib\": %ld, ", (double)total / wall, computed * 1e6 / (double)total,
         status_kib("VmHWM:"));
  printf("\"library\": \"libssh2 %s, %s\"}\n", libssh2_version(0),
         libssh2_session_methods(session, LIBSSH2_METHOD_CRYPT_CS));
  libssh2_session_set_blocking(session, 1);
  libssh2_session_disconnect(session, "");
  libssh2_session_free(session);
  close(descriptor);
  return 0;
}
