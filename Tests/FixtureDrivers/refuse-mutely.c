/// Fails in create without the report that it owes.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("refuse-mutely.json")

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
  (void)host, (void)loop, (void)instance, (void)report;
  return DH_FAILED;
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_succeed(request->call);
}

static const dh_driver_v1 driver = {create, fixture_destroy, start};
DH_DRIVER_ENTRY(driver)
