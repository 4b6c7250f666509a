/// Says done twice. The second status goes to the host's log, and `second` gives it.
#include "fixture.h"

#include <stdatomic.h>

DH_EMBED_DESCRIPTOR("twice.json")

static atomic_int second;
static atomic_int saying; /* the first done was said, and the second is on its way */

static void start(void *instance, const dh_request_v1 *request) {
  const dh_host_v1 *host = (const dh_host_v1 *)instance;
  dh_call_v1 call = request->call;
  if (dh_text_is(request->action, "second")) {
    while (saying) fixture_sleep_ms(1);
    fixture_output(call, "status", dh_int(second));
    dh_succeed(call);
    return;
  }
  fixture_output(call, "which", dh_cstring("first"));
  saying = 1;
  dh_succeed(call);
  second = dh_fail(call, DH_ERROR_INTERNAL, "this must reach nobody");
  saying = 0;
  host->log(host, DH_LOG_INFO,
            dh_text(second == DH_GONE ? "the second done was DH_GONE" : "the second done was not DH_GONE"));
}

FIXTURE_DRIVER(start)
