/// The driver for the connector type @TYPE@. Its calls never wait: they are timers on the host's loop, thousands of them
/// on one thread. Each function here runs on that thread and returns at once.
#include "driver_abi.h"

#include <stdlib.h>
#include <string.h>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

/// One for each loop.
typedef struct instance {
  dh_loop_v1 *loop;
  const dh_reactor_v1 *reactor;
} instance;

/// A call on its way. What is still needed of its inputs is copied.
typedef struct saying {
  const instance *instance;
  dh_call_v1 call;
  int64_t timer;
  size_t length;
  char text[];
} saying;

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **result, dh_report_v1 report) {
  instance *made = malloc(sizeof *made);
  if (made == NULL) {
    dh_error_v1 error = dh_error(DH_ERROR_UNAVAILABLE, "there is no memory for the driver");
    report.fn(report.context, &error);
    return DH_FAILED;
  }
  // The descriptor's "needs" has it, so that a host without it does not come so far.
  *made = (instance){loop, host->interface(host, DH_REACTOR_V1)};
  *result = made;
  return DH_OK;
}

static void destroy(void *instance) { free(instance); }

/// The time has come. After `done` nothing of the call is used any more.
static void on_time(void *context) {
  saying *saying = context;
  dh_call_v1 call = saying->call;
  dh_value_v1 output = dh_textual(DH_STRING, saying->text, saying->length);
  dh_status status = call.fn->output(call, dh_text("text"), &output); // Copied in here.
  free(saying);
  if (status == DH_OK) {
    dh_succeed(call);
  } else {
    dh_fail(call, DH_ERROR_INTERNAL, "the host did not take the text");
  }
}

/// The call is asked to stop.
static void on_stop(void *context) {
  saying *saying = context;
  dh_call_v1 call = saying->call;
  saying->instance->reactor->cancel(saying->instance->loop, saying->timer);
  free(saying);
  int was_late = call.fn->stopped(call) == DH_STOP_DEADLINE;
  dh_fail(call, was_late ? DH_ERROR_TIMED_OUT : DH_ERROR_CANCELLED, "stopped while it waited, as asked");
}

static void say(const instance *instance, dh_call_v1 call, const dh_value_v1 *inputs) {
  dh_text_v1 text = dh_text_of(inputs, "text");
  double delay = dh_double_of(inputs, "delay", 0);
  saying *made = malloc(sizeof *made + text.len);
  if (made == NULL) {
    dh_fail(call, DH_ERROR_UNAVAILABLE, "there is no memory for the call");
    return;
  }
  made->instance = instance, made->call = call, made->length = text.len;
  if (text.len > 0) memcpy(made->text, text.ptr, text.len);
  made->timer = instance->reactor->timer(instance->loop, (uint64_t)(delay * 1e9), on_time, made);
  if (made->timer < 0) {
    free(made);
    dh_fail(call, DH_ERROR_INTERNAL, "the host set no timer");
    return;
  }
  call.fn->on_stop(call, on_stop, made); // It runs later, also for a call that is to stop already.
}

/// The host has held the inputs against the descriptor: what they may be is not checked here.
static void start(void *instance, const dh_request_v1 *request) {
  if (dh_text_is(request->action, "say")) {
    say(instance, request->call, request->inputs);
  } else {
    dh_fail(request->call, DH_ERROR_UNSUPPORTED, "the driver does not know this action");
  }
}

static const dh_driver_v1 driver = {create, destroy, start};
DH_DRIVER_ENTRY(driver)
