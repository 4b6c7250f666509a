/// Fails with the error that its inputs describe, in every field.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("errors.json")

static dh_text_v1 text_of(const dh_value_v1 *inputs, const char *name) {
  return dh_text(dh_string_of(inputs, name, ""));
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  const dh_value_v1 *inputs = request->inputs;
  const dh_value_v1 *partial = dh_member_of(inputs, "partial");
  if (partial != NULL) request->call.fn->output(request->call, dh_text("partial"), partial);
  dh_error_v1 error = {
      .code = (uint32_t)dh_int_of(inputs, "code", DH_ERROR_INTERNAL),
      .flags = (uint32_t)dh_int_of(inputs, "flags", 0),
      .status = (int32_t)dh_int_of(inputs, "status", 0),
      .retry_after_ms = (uint32_t)dh_int_of(inputs, "retry_after_ms", 0),
      .vendor_code = dh_int_of(inputs, "vendor_code", 0),
      .vendor_state = text_of(inputs, "vendor_state"),
      .pointer = text_of(inputs, "pointer"),
      .message = text_of(inputs, "message"),
      .detail = text_of(inputs, "detail"),
      .details = dh_member_of(inputs, "details"),
  };
  request->call.fn->done(request->call, &error);
}

FIXTURE_DRIVER(start)
