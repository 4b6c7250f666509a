/// A secret store that fails as it is told, and counts how often it is asked. It does not flag what it gives as secret.
#include "fixture.h"

#include <stdatomic.h>
#include <stdio.h>

DH_EMBED_DESCRIPTOR("store.json")

static atomic_int asked;

/// Ends the call as it is told to fail; 0 where it is not.
static int failed(dh_call_v1 call, dh_text_v1 failure) {
  static const struct {
    const char *name;
    uint32_t code;
    const char *state;
  } failures[] = {
      {"sealed", DH_ERROR_UNAVAILABLE, "sealed"},
      {"missing_path", DH_ERROR_NOT_FOUND, "missing_path"},
      {"forbidden", DH_ERROR_FORBIDDEN, ""},
      {"unauthenticated", DH_ERROR_UNAUTHENTICATED, ""},
      {"unavailable", DH_ERROR_UNAVAILABLE, ""},
      {"timed_out", DH_ERROR_TIMED_OUT, ""},
  };
  for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
    if (!dh_text_is(failure, failures[i].name)) continue;
    dh_error_v1 error = dh_error(failures[i].code, "the store was told to fail");
    error.vendor_state = dh_text(failures[i].state);
    call.fn->done(call, &error);
    return 1;
  }
  return 0;
}

static void secret(const dh_request_v1 *request) {
  dh_call_v1 call = request->call;
  int number = atomic_fetch_add(&asked, 1) + 1;
  if (fixture_wait_ms(call, dh_int_of(request->inputs, "milliseconds", 0))) {
    dh_fail(call, DH_ERROR_CANCELLED, "stopped");
    return;
  }
  dh_text_v1 failure = dh_text_of(request->inputs, "failure");
  if (failed(call, failure)) return;
  char text[64];
  snprintf(text, sizeof text, "given-secret-%d", number);
  dh_member_v1 members[2] = {dh_member("secret", dh_cstring(text)), dh_member("number", dh_int(number))};
  if (!dh_text_is(failure, "mute")) {
    fixture_output(call, "data", dh_map(members, dh_text_is(failure, "nothing") ? 0 : 2));
  }
  if (dh_member_of(request->inputs, "lease_seconds") != NULL) {
    fixture_output(call, "lease_seconds", dh_double(dh_double_of(request->inputs, "lease_seconds", 0)));
  }
  dh_succeed(call);
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  if (dh_text_is(request->action, "secret")) {
    secret(request);
  } else if (dh_text_is(request->action, "count")) {
    fixture_output(request->call, "count", dh_int(atomic_load(&asked)));
    dh_succeed(request->call);
  } else {
    fixture_unknown(request->call);
  }
}

FIXTURE_DRIVER(start)
