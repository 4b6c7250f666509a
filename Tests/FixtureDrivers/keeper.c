/// A store of secrets that are written down in its inputs, and fails as stores do.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("keeper.json")

static dh_status refuse(dh_call_v1 call, uint32_t code, const char *message, const char *state) {
  dh_error_v1 error = dh_error(code, message);
  error.vendor_state = dh_text(state);
  return call.fn->done(call, &error);
}

static void give(dh_call_v1 call, const dh_value_v1 *inputs, const char *path) {
  const dh_value_v1 *keys = dh_member_of(dh_member_of(inputs, "secrets"), path);
  if (keys == NULL) {
    refuse(call, DH_ERROR_NOT_FOUND, "there is nothing at that path", "missing_path");
    return;
  }
  dh_value_v1 data = *keys;
  data.flags |= DH_SECRET;
  fixture_output(call, "data", data);
  const dh_value_v1 *lease = dh_member_of(inputs, "lease");
  if (lease != NULL) fixture_output(call, "lease_seconds", *lease);
  fixture_output(call, "version", dh_int(3));
  dh_succeed(call);
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 call = request->call;
  const dh_value_v1 *inputs = request->inputs;
  dh_text_v1 state = dh_text_of(inputs, "state");
  int is_sealed = dh_text_is(state, "sealed");
  if (dh_text_is(request->action, "test")) {
    dh_member_v1 step[] = {
        dh_member("name", dh_cstring("seal")),
        dh_member("outcome", dh_cstring(is_sealed ? "failed" : "passed")),
    };
    dh_value_v1 steps[] = {dh_map(step, 2)};
    fixture_output(call, "steps", dh_list(steps, 1));
    dh_succeed(call);
  } else if (is_sealed) {
    refuse(call, DH_ERROR_UNAVAILABLE, "the store is sealed", "sealed");
  } else if (dh_text_is(state, "unreachable")) {
    refuse(call, DH_ERROR_UNAVAILABLE, "the store does not answer", "refused");
  } else if (dh_text_is(dh_text_of(inputs, "token"), "wrong")) {
    refuse(call, DH_ERROR_FORBIDDEN, "the token is not let in", "forbidden");
  } else if (dh_text_is(request->action, "secret")) {
    give(call, inputs, dh_string_of(inputs, "path", ""));
  } else {
    fixture_unknown(call);
  }
}

FIXTURE_DRIVER(start)
