/// A driver that is not blocking, for channels both ways: it reads when there is something, and writes when there is
/// room.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("trial_loop.json")

enum { IN, OUT };

typedef struct copying {
  dh_call_v1 call;
  int64_t bytes, waits;
  size_t held; /* of `buffer`, and not written yet */
  int has_gone_back;
  char buffer[64 << 10];
} copying;

static void end(copying *copying, int64_t status) {
  dh_call_v1 call = copying->call;
  fixture_output(call, "bytes", dh_int(copying->bytes));
  fixture_output(call, "has_waited", dh_bool(copying->waits > 0));
  fixture_output(call, "status", dh_int(status));
  free(copying);
  if (status == DH_STOPPED) {
    fixture_end_stopped(call);
  } else {
    dh_succeed(call);
  }
}

static void copy(void *context) {
  copying *copying = context;
  const dh_calls_v1 *fn = copying->call.fn;
  int64_t status = DH_OK;
  uint32_t channel = OUT;
  // A little each time, as a driver does that shares its loop.
  for (int turn = 0; turn < 8; turn++) {
    channel = OUT;
    if (copying->held > 0) status = fn->write(copying->call, OUT, copying->buffer, copying->held);
    if (status < 0) break;
    copying->bytes += (int64_t)copying->held;
    copying->held = 0;
    channel = IN;
    status = fn->read(copying->call, IN, copying->buffer, sizeof copying->buffer);
    if (status <= 0) break;
    copying->held = (size_t)status;
    if (!copying->has_gone_back && fn->seek(copying->call, IN, 0) == DH_OK) copying->held = 0; // And all of it again.
    copying->has_gone_back = 1;
    status = DH_OK;
  }
  if (status == DH_AGAIN || (status == DH_OK && channel == IN && copying->held > 0)) {
    copying->waits += status == DH_AGAIN;
    dh_status waiting = fn->on_ready(copying->call, status == DH_AGAIN ? channel : OUT, copy, copying);
    if (waiting == DH_OK) return;
    status = waiting;
  }
  end(copying, status);
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  copying *made = calloc(1, sizeof *made);
  if (made == NULL) abort();
  made->call = request->call;
  copy(made);
}

FIXTURE_DRIVER(start)
