/// Reports an error from create, as a driver does whose library is missing.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("refuse-create.json")

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
  (void)host, (void)loop, (void)instance;
  dh_error_v1 error = dh_error(DH_ERROR_UNAVAILABLE, "libfoo.so.1 is missing; apt-get install libfoo1");
  error.detail = dh_text("searched in /nowhere");
  error.vendor_code = 42;
  report.fn(report.context, &error);
  return DH_FAILED;
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_succeed(request->call);
}

static const dh_driver_v1 driver = {create, fixture_destroy, start};
DH_DRIVER_ENTRY(driver)
