/// Blocks the loop in `start`, which no non-blocking driver may do: the host counts and names it.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("slowpoke.json")

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  fixture_sleep_ms(dh_int_of(request->inputs, "milliseconds", 50));
  dh_succeed(request->call);
}

FIXTURE_DRIVER(start)
