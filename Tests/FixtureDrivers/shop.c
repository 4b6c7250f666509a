/// Takes inputs of every sort, and says what came without giving a secret away: of one it says how long it is.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("shop.json")

static void give(dh_call_v1 call, const dh_value_v1 *inputs, const char *name) {
  const dh_value_v1 *value = dh_member_of(inputs, name);
  if (value != NULL) fixture_output(call, name, *value);
}

static void give_length(dh_call_v1 call, const dh_value_v1 *map, const char *name, const char *output) {
  const dh_value_v1 *value = dh_member_of(map, name);
  if (value != NULL) fixture_output(call, output, dh_int((int64_t)value->count));
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 call = request->call;
  const dh_value_v1 *inputs = request->inputs;
  if (dh_text_is(request->action, "test")) {
    dh_member_v1 step[] = {dh_member("name", dh_cstring("open")), dh_member("outcome", dh_cstring("passed"))};
    dh_value_v1 steps[] = {dh_map(step, 2)};
    fixture_output(call, "steps", dh_list(steps, 1));
    dh_succeed(call);
    return;
  }
  dh_text_v1 item = dh_text_of(inputs, "item");
  if (dh_text_is(item, "wait") && fixture_wait_ms(call, 60000)) {
    fixture_end_stopped(call);
    return;
  }
  fixture_output(call, "connector", dh_textual(DH_STRING, request->connector.ptr, request->connector.len));
  give(call, inputs, "url");
  give(call, inputs, "port");
  give(call, inputs, "item");
  give(call, inputs, "count");
  give(call, inputs, "note");
  give_length(call, inputs, "password", "password_length");
  const dh_value_v1 *authentication = dh_member_of(inputs, "authentication");
  give(call, authentication, "username");
  give_length(call, authentication, "password", "inner_length");
  if (dh_text_is(item, "fail")) {
    dh_fail(call, DH_ERROR_REMOTE_FAILURE, "the shop is out of it");
  } else {
    dh_succeed(call);
  }
}

FIXTURE_DRIVER(start)
