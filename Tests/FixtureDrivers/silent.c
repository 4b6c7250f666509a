/// Returns from `start` and never ends the call.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("silent.json")

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  request->call.fn->log(request->call, DH_LOG_INFO, dh_text("this call will not end"));
}

FIXTURE_DRIVER(start)
