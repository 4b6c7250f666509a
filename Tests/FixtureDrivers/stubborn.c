/// Ignores every stop: sleeps to the end, then says done. `last` tells what the newest late done was answered.
#include "fixture.h"

#include <stdatomic.h>

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
  fixture_sleep_ms((int64_t)(dh_double_of(request->inputs, "seconds", 0) * 1000));
  // The inputs must still be there when the host has long given the call up.
  dh_value_v1 note = dh_cstring(dh_string_of(request->inputs, "note", ""));
  call.fn->output(call, dh_text("note"), &note);
  last_status = dh_succeed(call);
  ended++;
}

FIXTURE_DRIVER(start)
