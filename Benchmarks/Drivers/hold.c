/// Keeps each call until it is stopped: what is measured with it is the memory of a call in flight.
#include "driver_abi.h"

#include <stdlib.h>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
  (void)host, (void)loop, (void)report;
  *instance = NULL;
  return DH_OK;
}

static void destroy(void *instance) { (void)instance; }

static void stop(void *context) {
  dh_call_v1 call = *(dh_call_v1 *)context;
  free(context);
  dh_fail(call, DH_ERROR_CANCELLED, "stopped as asked");
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 *call = malloc(sizeof *call);
  *call = request->call;
  call->fn->on_stop(*call, stop, call);
}

static const dh_driver_v1 driver = {create, destroy, start};
DH_DRIVER_ENTRY(driver)
