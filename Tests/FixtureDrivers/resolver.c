/// Looks a name up through dh.resolve/1.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("resolver.json")

typedef struct lookup {
  fixture_loop *home;
  const dh_resolve_v1 *resolver;
  dh_call_v1 call;
  int64_t id;
  int ran, inside;
} lookup;

static void resolved(void *context, const dh_error_v1 *error, const dh_text_v1 *addresses, size_t count) {
  lookup *lookup = context;
  dh_value_v1 items[64];
  size_t kept = count < 64 ? count : 64;
  for (size_t i = 0; i < kept; i++) items[i] = dh_textual(DH_STRING, addresses[i].ptr, addresses[i].len);
  fixture_output(lookup->call, "addresses", dh_list(items, kept));
  fixture_output(lookup->call, "inside", dh_bool(lookup->inside));
  lookup->call.fn->done(lookup->call, error);
  free(lookup);
}

static void stopped(void *context) {
  lookup *lookup = context;
  lookup->resolver->cancel(lookup->home->loop, lookup->id);
  fixture_end_stopped(lookup->call);
  free(lookup);
}

static void must_not_run(void *context, const dh_error_v1 *error, const dh_text_v1 *addresses, size_t count) {
  (void)error, (void)addresses, (void)count;
  ((lookup *)context)->ran = 1;
}

static void report(void *context) {
  lookup *lookup = context;
  fixture_output(lookup->call, "ran", dh_bool(lookup->ran));
  dh_succeed(lookup->call);
  free(lookup);
}

static void start(void *instance, const dh_request_v1 *request) {
  fixture_loop *home = instance;
  dh_call_v1 call = request->call;
  lookup *lookup = calloc(1, sizeof *lookup);
  const dh_resolve_v1 *resolver = home->host->interface(home->host, DH_RESOLVE_V1);
  if (lookup == NULL || resolver == NULL) {
    free(lookup);
    dh_fail(call, DH_ERROR_UNSUPPORTED, "this fixture needs memory and " DH_RESOLVE_V1);
    return;
  }
  lookup->home = home;
  lookup->resolver = resolver;
  lookup->call = call;
  dh_text_v1 name = dh_text(dh_string_of(request->inputs, "host", ""));
  uint32_t family = (uint32_t)dh_int_of(request->inputs, "family", DH_ANY_FAMILY);
  if (dh_text_is(request->action, "cancel")) {
    lookup->id = resolver->resolve(home->loop, name, family, must_not_run, lookup);
    fixture_output(call, "cancelled", dh_int(resolver->cancel(home->loop, lookup->id)));
    home->reactor->timer(home->loop, 50000000u, report, lookup);
    return;
  }
  lookup->inside = 1;
  lookup->id = resolver->resolve(home->loop, name, family, resolved, lookup);
  if (lookup->id < 0) {
    free(lookup);
    dh_fail(call, DH_ERROR_DNS, "the host refused the look-up");
    return;
  }
  lookup->inside = 0;
  call.fn->on_stop(call, stopped, lookup);
}

FIXTURE_LOOP_DRIVER(start)
