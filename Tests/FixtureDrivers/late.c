/// Uses a call after its end, on the thread of `start` and from another one. `last` gives the answers.
#include "fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

DH_EMBED_DESCRIPTOR("late.json")

/// How many calls of each function were answered DH_GONE, and how many were not.
typedef struct tally {
  atomic_llong gone, other;
} tally;

static tally here, elsewhere;
static atomic_int ran_fn;
static atomic_int hammering; /* another thread uses the ended call */
static dh_call_v1 ended;
static int64_t rounds;

static void count(tally *tally, int64_t status) { (status == DH_GONE ? &tally->gone : &tally->other)[0]++; }

static void must_not_run(void *context) {
  (void)context;
  ran_fn++;
}

static int no_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) { return (void)stream, (void)out, 5; }
static int no_array(struct ArrowArrayStream *stream, struct ArrowArray *out) { return (void)stream, (void)out, 5; }
static const char *no_error(struct ArrowArrayStream *stream) { return (void)stream, "never handed over"; }
static void release(struct ArrowArrayStream *stream) { stream->release = NULL; }

/// Every function of a call that has ended.
static void use(dh_call_v1 call, tally *tally) {
  char buffer[16];
  dh_value_v1 value = dh_cstring("late");
  struct ArrowArrayStream stream = {no_schema, no_array, no_error, release, NULL};
  count(tally, call.fn->stopped(call));
  count(tally, call.fn->stop_fd(call));
  count(tally, call.fn->on_stop(call, must_not_run, NULL));
  call.fn->log(call, DH_LOG_INFO, dh_text("late"));
  call.fn->progress(call, 1, 1, dh_text("late"));
  count(tally, call.fn->output(call, dh_text("late"), &value));
  count(tally, call.fn->send(call, 1, &value));
  count(tally, call.fn->wanted(call, 0));
  count(tally, call.fn->write(call, 0, "late", 4));
  count(tally, call.fn->read(call, 2, buffer, sizeof buffer));
  count(tally, call.fn->on_ready(call, 0, must_not_run, NULL));
  count(tally, call.fn->rows(call, dh_text("late"), &stream));
  count(tally, call.fn->opened(call, buffer));
  count(tally, dh_succeed(call));
}

static void *use_elsewhere(void *context) {
  (void)context;
  for (int64_t i = 0; i < rounds; i++) use(ended, &elsewhere);
  hammering = 0;
  return NULL;
}

static void await_hammer(void) {
  while (hammering) fixture_sleep_ms(1);
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 call = request->call;
  await_hammer();
  if (dh_text_is(request->action, "last")) {
    fixture_output(call, "gone_here", dh_int(here.gone));
    fixture_output(call, "other_here", dh_int(here.other));
    fixture_output(call, "gone_elsewhere", dh_int(elsewhere.gone));
    fixture_output(call, "other_elsewhere", dh_int(elsewhere.other));
    fixture_output(call, "ran_fn", dh_int(ran_fn));
    dh_succeed(call);
    return;
  }
  here.gone = here.other = elsewhere.gone = elsewhere.other = 0;
  rounds = dh_int_of(request->inputs, "rounds", 1);
  ended = call;
  fixture_output(call, "in_time", dh_bool(1));
  // Before done: whoever waits for that may ask for the answers at once.
  hammering = 1;
  dh_succeed(call);
  use(call, &here);
  pthread_t hammer;
  if (pthread_create(&hammer, NULL, use_elsewhere, NULL) == 0) {
    pthread_detach(hammer);
  } else {
    hammering = 0;
  }
}

FIXTURE_DRIVER(start)
