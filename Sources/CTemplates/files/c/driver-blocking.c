/// The driver for the connector type @TYPE@. Its calls may wait: the host runs each on a thread of its own.
#include "driver_abi.h"

#include <stdlib.h>
#include <string.h>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

/// Makes the one instance, which all calls share. What they need in common goes in here.
static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
  (void)host, (void)loop, (void)report;
  *instance = NULL;
  return DH_OK;
}

static void destroy(void *instance) { (void)instance; }

/// Ends a call that is asked to stop.
static void end_stopped(dh_call_v1 call) {
  int was_late = call.fn->stopped(call) == DH_STOP_DEADLINE;
  dh_fail(call, was_late ? DH_ERROR_TIMED_OUT : DH_ERROR_CANCELLED, "stopped in the middle, as asked");
}

static void say(dh_call_v1 call, const dh_value_v1 *inputs) {
  dh_text_v1 text = dh_text_of(inputs, "text");
  size_t times = (size_t)dh_int_of(inputs, "times", 1), length = 0;
  char *said = malloc(times * (text.len + 1));
  if (said == NULL) {
    dh_fail(call, DH_ERROR_UNAVAILABLE, "there is no memory for the text");
    return;
  }
  for (size_t i = 0; i < times; i++) {
    if (call.fn->stopped(call) != DH_OK) {
      free(said);
      end_stopped(call);
      return;
    }
    if (i > 0) said[length++] = ' ';
    if (text.len > 0) memcpy(said + length, text.ptr, text.len);
    length += text.len;
  }
  dh_value_v1 output = dh_textual(DH_STRING, said, length);
  dh_status status = call.fn->output(call, dh_text("text"), &output); // Copied in here.
  free(said);
  if (status == DH_OK) {
    dh_succeed(call);
  } else if (status == DH_LIMIT) {
    dh_fail(call, DH_ERROR_TOO_LARGE, "the text is over the host's limit: say it fewer times");
  } else {
    dh_fail(call, DH_ERROR_INTERNAL, "the host did not take the text");
  }
}

/// The host has held the inputs against the descriptor: what they may be is not checked here.
static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  if (dh_text_is(request->action, "say")) {
    say(request->call, request->inputs);
  } else {
    dh_fail(request->call, DH_ERROR_UNSUPPORTED, "the driver does not know this action");
  }
}

static const dh_driver_v1 driver = {create, destroy, start};
DH_DRIVER_ENTRY(driver)
