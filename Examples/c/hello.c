/// A driver in C: the header is all that it needs. Build it with ./build
#include "driver_abi.h"

#include <stdio.h>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
  (void)host, (void)loop, (void)report;
  *instance = NULL; // It keeps nothing between calls.
  return DH_OK;
}

static void destroy(void *instance) { (void)instance; }

/// Runs on a thread of the host's own. The inputs have been held against the descriptor's schema: no check is needed.
static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 call = request->call;
  if (!dh_text_is(request->action, "greet")) {
    dh_fail(call, DH_ERROR_UNSUPPORTED, "the driver does not know this action");
    return;
  }
  char text[256];
  const char *greeting = dh_string_of(request->inputs, "greeting", "Hello");
  const char *who = dh_string_of(request->inputs, "who", "");
  int length = snprintf(text, sizeof text, "%s, %s!", greeting, who);
  if (length < 0 || (size_t)length >= sizeof text) {
    dh_fail(call, DH_ERROR_TOO_LARGE, "the greeting is over 255 bytes: shorten the name or the greeting");
    return;
  }
  dh_value_v1 output = dh_cstring(text);
  if (call.fn->output(call, dh_text("text"), &output) == DH_OK) {
    dh_succeed(call);
  } else {
    dh_fail(call, DH_ERROR_INTERNAL, "the host did not take the greeting");
  }
}

static const dh_driver_v1 driver = {create, destroy, start};
DH_DRIVER_ENTRY(driver)
