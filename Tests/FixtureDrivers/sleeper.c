/// Sleeps and obeys a stop, by poll on stop_fd or by asking `stopped` in a loop.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("sleeper.json")

static int asked_to_stop(dh_call_v1 call, int64_t milliseconds) {
  int64_t end = fixture_now_ns() + milliseconds * 1000000;
  while (fixture_now_ns() < end) {
    if (call.fn->stopped(call) != 0) return 1;
    fixture_sleep_ms(1);
  }
  return 0;
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 call = request->call;
  int64_t milliseconds = (int64_t)(dh_double_of(request->inputs, "seconds", 0) * 1000);
  int64_t begin = fixture_now_ns();
  int stopped = dh_text_is(request->action, "ask") ? asked_to_stop(call, milliseconds)
                                                   : fixture_wait_ms(call, milliseconds);
  fixture_output(call, "slept", dh_double((double)(fixture_now_ns() - begin) / 1e9));
  if (stopped) {
    fixture_end_stopped(call);
  } else {
    dh_succeed(call);
  }
}

FIXTURE_DRIVER(start)
