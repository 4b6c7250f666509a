/// A driver with an interface that no host of revision 1 knows: the worked example of Docs/ABI.md, "Versions". Valid C11
/// and C++17. It never changes: see ../README.md.
#include "cost.h"

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
  (void)host, (void)loop, (void)report;
  *instance = NULL;
  return DH_OK;
}

static void destroy(void *instance) { (void)instance; }

/// Every letter costs three.
static int64_t cost_of(void *instance, dh_text_v1 action, const dh_value_v1 *inputs) {
  (void)instance;
  return dh_text_is(action, "send") ? 3 * (int64_t)dh_text_of(inputs, "text").len : DH_INVALID;
}

static void start(void *instance, const dh_request_v1 *request) {
  dh_call_v1 call = request->call;
  int64_t cost = cost_of(instance, request->action, request->inputs);
  if (cost < 0) {
    dh_fail(call, DH_ERROR_UNSUPPORTED, "the driver does not know this action");
    return;
  }
  dh_value_v1 paid = dh_int(cost);
  call.fn->output(call, dh_text("paid"), &paid);
  dh_succeed(call);
}

static const dh_driver_v1 driver = {create, destroy, start};
static const example_cost_v1 cost = {cost_of};

DH_EXTERN_C DH_EXPORT const void *dh_driver_entry_v1(const dh_host_v1 *host, const char *id) {
  (void)host;
  if (dh_same(id, DH_DRIVER_V1)) return &driver;
  if (dh_same(id, EXAMPLE_COST_V1)) return &cost;
  return NULL;
}
