/// Timers on the host's loop: one for each call, many in one call, taken back, and a call that never ends.
#include "fixture.h"

#include <pthread.h>

DH_EMBED_DESCRIPTOR("timers.json")

typedef struct wait {
  fixture_loop *home;
  dh_call_v1 call;
  pthread_t loop_thread;
  int64_t begin, due_ns;
  int64_t timer, other;
  dh_status cancelled, cancelled_itself;
  int64_t left;
  int other_fired, early;
} wait;

static int64_t set(wait *wait, int64_t milliseconds, dh_fn_v1 fn) {
  return wait->home->reactor->timer(wait->home->loop, (uint64_t)milliseconds * 1000000u, fn, wait);
}

/// Ends a call after which nothing of it is registered any more: its stop function goes with it.
static void end(wait *wait) {
  fixture_output(wait->call, "on_loop", dh_bool(pthread_equal(pthread_self(), wait->loop_thread)));
  fixture_output(wait->call, "early", dh_bool(wait->early));
  dh_succeed(wait->call);
  free(wait);
}

static void fired(void *context) {
  wait *wait = context;
  if (fixture_now_ns() - wait->begin < wait->due_ns) wait->early = 1;
  if (--wait->left == 0) end(wait);
}

static void stopped(void *context) {
  wait *wait = context;
  dh_status status = wait->home->reactor->cancel(wait->home->loop, wait->timer);
  fixture_output(wait->call, "cancelled", dh_int(status));
  fixture_end_stopped(wait->call);
  free(wait);
}

static void fire_other(void *context) { ((wait *)context)->other_fired++; }

static void report(void *context) {
  wait *wait = context;
  fixture_output(wait->call, "cancelled", dh_int(wait->cancelled));
  fixture_output(wait->call, "cancelled_itself", dh_int(wait->cancelled_itself));
  fixture_output(wait->call, "other_fired", dh_int(wait->other_fired));
  end(wait);
}

/// Takes back a timer that is due at the same moment, and itself, which has run.
static void cancel_other(void *context) {
  wait *wait = context;
  wait->cancelled = wait->home->reactor->cancel(wait->home->loop, wait->other);
  wait->cancelled_itself = wait->home->reactor->cancel(wait->home->loop, wait->timer);
  if (set(wait, 20, report) < 0) report(wait);
}

static void start(void *instance, const dh_request_v1 *request) {
  dh_call_v1 call = request->call;
  if (dh_text_is(request->action, "silent")) return;
  wait *wait = calloc(1, sizeof *wait);
  if (wait == NULL) {
    dh_fail(call, DH_ERROR_UNAVAILABLE, "no memory");
    return;
  }
  int64_t milliseconds = dh_int_of(request->inputs, "milliseconds", 0);
  wait->home = instance;
  wait->call = call;
  wait->loop_thread = pthread_self();
  wait->begin = fixture_now_ns();
  wait->due_ns = milliseconds * 1000000;
  if (dh_text_is(request->action, "cancelled")) {
    wait->timer = set(wait, 5, cancel_other);
    wait->other = set(wait, 5, fire_other);
  } else if (dh_text_is(request->action, "many")) {
    wait->left = dh_int_of(request->inputs, "count", 1);
    for (int64_t i = wait->left; i > 0; i--) wait->timer = set(wait, milliseconds, fired);
  } else {
    wait->left = 1;
    wait->timer = set(wait, milliseconds, fired);
    call.fn->on_stop(call, stopped, wait);
  }
}

FIXTURE_LOOP_DRIVER(start)
