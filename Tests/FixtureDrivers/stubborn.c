/// Ignores every stop: sleeps to the end, or until the file `until` is there, then says done. `last` tells what the newest late done was answered.
#include "fixture.h"

#include <stdatomic.h>
#include <unistd.h>

DH_EMBED_DESCRIPTOR("stubborn.json")

static atomic_int ended;
static atomic_int last_status;

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 call = request->call;
  if (dh_text_is(request->action, "last")) {
    fixture_output(call, "ended", dh_int(ended));
    fixture_output(call, "status", dh_int(last_status));
    dh_succeed(call);
    return;
  }
  const char *until = dh_string_of(request->inputs, "until", "");
  int64_t left_ms = (int64_t)(dh_double_of(request->inputs, "seconds", 0) * 1000);
  for (; left_ms > 0 && (*until == '\0' || access(until, F_OK) != 0); left_ms -= 10) {
    fixture_sleep_ms(left_ms < 10 ? left_ms : 10);
  }
  // The inputs must still be there when the host has long given the call up.
  dh_value_v1 note = dh_cstring(dh_string_of(request->inputs, "note", ""));
  call.fn->output(call, dh_text("note"), &note);
  last_status = dh_succeed(call);
  ended++;
}

FIXTURE_DRIVER(start)
