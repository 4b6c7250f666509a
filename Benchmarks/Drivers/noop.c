/// Does nothing, in the least time: what is measured with it is the host.
#include "driver_abi.h"

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
  (void)host, (void)loop, (void)report;
  *instance = NULL;
  return DH_OK;
}

static void destroy(void *instance) { (void)instance; }

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_succeed(request->call);
}

static const dh_driver_v1 driver = {create, destroy, start};
DH_DRIVER_ENTRY(driver)
