/// Fails in its first attempts, as often as it is told, and counts the calls that are in it at once.
#include "fixture.h"

#include <stdatomic.h>

DH_EMBED_DESCRIPTOR("flaky.json")

static atomic_int in_flight, most;

static void output(dh_call_v1 call, const char *name, dh_value_v1 value) {
  call.fn->output(call, dh_text(name), &value);
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 call = request->call;
  const dh_value_v1 *inputs = request->inputs;
  int now = atomic_fetch_add(&in_flight, 1) + 1;
  int seen = atomic_load(&most);
  while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now)) continue;
  char bytes[64];
  int64_t read = 0, count;
  if (dh_bool_of(inputs, "reads", 0)) {
    while ((count = call.fn->read(call, 1, bytes, sizeof bytes)) > 0) read += count;
  }
  if (dh_bool_of(inputs, "writes", 0)) call.fn->write(call, 0, "part ", 5);
  for (int64_t left = dh_int_of(inputs, "milliseconds", 0); left > 0 && call.fn->stopped(call) == 0; left--) {
    nanosleep(&(struct timespec){0, 1000000}, NULL);
  }
  atomic_fetch_sub(&in_flight, 1);
  if (call.fn->stopped(call) != 0) {
    fixture_end_stopped(call);
    return;
  }
  if (request->attempt <= (uint32_t)dh_int_of(inputs, "failures", 0)) {
    dh_error_v1 error = dh_error(DH_ERROR_UNAVAILABLE, "the server is busy");
    error.flags = dh_bool_of(inputs, "retryable", 1) ? DH_RETRYABLE : 0;
    error.retry_after_ms = (uint32_t)dh_int_of(inputs, "retry_after_ms", 0);
    call.fn->done(call, &error);
    return;
  }
  output(call, "attempt", dh_int(request->attempt));
  output(call, "read", dh_int(read));
  output(call, "most", dh_int(atomic_load(&most)));
  dh_succeed(call);
}

FIXTURE_DRIVER(start)
