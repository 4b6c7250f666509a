/// Puts its secret input into everything that a user may see. None of it may show the secret.
#include "fixture.h"

#include <stdio.h>

DH_EMBED_DESCRIPTOR("secrets.json")

static void start(void *instance, const dh_request_v1 *request) {
  const dh_host_v1 *host = instance;
  dh_call_v1 call = request->call;
  const dh_value_v1 *password = dh_member_of(request->inputs, "password");
  char sentence[512];
  snprintf(sentence, sizeof sentence, "the password is %s.", dh_string_of(request->inputs, "password", ""));
  dh_member_v1 members[] = {
      dh_member("plain", dh_cstring(dh_string_of(request->inputs, "password", ""))),
      dh_member("sentence", dh_cstring(sentence)),
  };

  fixture_output(call, "flagged", dh_bool(password != NULL && (password->flags & DH_SECRET) != 0));
  call.fn->log(call, DH_LOG_WARNING, dh_text(sentence));
  host->log(host, DH_LOG_WARNING, dh_text(sentence));
  call.fn->progress(call, 1, 2, dh_text(sentence));
  fixture_output(call, "sentence", dh_cstring(sentence));
  fixture_output(call, "map", dh_map(members, 2));
  if (password != NULL) fixture_output(call, "same", *password);
  if (dh_text_is(request->action, "leak")) {
    dh_succeed(call);
    return;
  }
  dh_value_v1 details = dh_map(members, 2);
  dh_error_v1 error = dh_error(DH_ERROR_UNAUTHENTICATED, sentence);
  error.detail = dh_text(sentence);
  error.vendor_state = dh_text(sentence);
  error.details = &details;
  call.fn->done(call, &error);
}

FIXTURE_DRIVER(start)
