/// Logs on all levels, for the call and for the driver, and reports progress.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("logger.json")

static void start(void *instance, const dh_request_v1 *request) {
  const dh_host_v1 *host = instance;
  dh_call_v1 call = request->call;
  dh_text_v1 text = dh_text(dh_string_of(request->inputs, "text", ""));
  if (dh_text_is(request->action, "progress")) {
    uint64_t count = (uint64_t)dh_int_of(request->inputs, "count", 1);
    for (uint64_t i = 1; i <= count; i++) call.fn->progress(call, i, count, dh_text("steps"));
  } else {
    for (uint32_t level = DH_LOG_TRACE; level <= DH_LOG_ERROR; level++) call.fn->log(call, level, text);
    for (uint32_t level = DH_LOG_TRACE; level <= DH_LOG_ERROR; level++) host->log(host, level, text);
    // A level that no host knows, and a text without bytes.
    call.fn->log(call, 99, text);
    call.fn->log(call, DH_LOG_INFO, dh_text(NULL));
  }
  dh_succeed(call);
}

FIXTURE_DRIVER(start)
