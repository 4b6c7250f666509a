/// Stop functions of a blocking driver, one action for each rule of `on_stop`. Each call waits until it is stopped.
#include "fixture.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

DH_EMBED_DESCRIPTOR("stopper.json")

/// Long enough for a host to run by mistake what it must not run.
static const int64_t mistake_ms = 50;

typedef struct stop {
  dh_call_v1 call;
  sem_t ran;              /* posted at the end of a stop function */
  sem_t entered;          /* posted at its beginning */
  atomic_int first, second;
  atomic_int registering; /* on_stop is on the stack of `starter` */
  atomic_int inside;      /* a stop function ran while on_stop was on the stack of the same thread */
  atomic_int finished;    /* a slow stop function came to its end */
  pthread_t starter;
} stop;

/// For `drain_done`, whose answer comes after the call's end.
static atomic_int finished_before_done_returned = -1;
static atomic_int draining; /* drain_done has not stored the answer yet */

static void note_inside(stop *stop) {
  if (stop->registering && pthread_equal(pthread_self(), stop->starter)) stop->inside = 1;
}

static void run_first(void *context) {
  stop *stop = context;
  note_inside(stop);
  stop->first++;
  sem_post(&stop->ran);
}

static void run_second(void *context) {
  stop *stop = context;
  note_inside(stop);
  stop->second++;
  sem_post(&stop->ran);
}

static void run_done(void *context) {
  stop *stop = context;
  fixture_output(stop->call, "ended_by", dh_cstring("stop function"));
  fixture_end_stopped(stop->call);
  sem_post(&stop->ran);
}

static void run_slowly(void *context) {
  stop *stop = context;
  sem_post(&stop->entered);
  fixture_sleep_ms(mistake_ms);
  stop->finished = 1;
  sem_post(&stop->ran);
}

static dh_status on_stop(stop *stop, dh_fn_v1 fn) {
  stop->registering = 1;
  dh_status status = stop->call.fn->on_stop(stop->call, fn, stop);
  stop->registering = 0;
  return status;
}

static void await(sem_t *semaphore) {
  while (sem_wait(semaphore) != 0) {
  }
}

static void await_stop(dh_call_v1 call) {
  while (!fixture_wait_ms(call, 1000)) {
  }
}

/// Gives what was counted, then ends the call.
static void end(stop *stop, dh_status status) {
  fixture_output(stop->call, "status", dh_int(status));
  fixture_output(stop->call, "first", dh_int(stop->first));
  fixture_output(stop->call, "second", dh_int(stop->second));
  fixture_output(stop->call, "inside", dh_bool(stop->inside));
  fixture_output(stop->call, "finished", dh_bool(stop->finished));
  fixture_end_stopped(stop->call);
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 call = request->call;
  if (dh_text_is(request->action, "last")) {
    while (draining) fixture_sleep_ms(1);
    fixture_output(call, "finished_before_done_returned", dh_int(finished_before_done_returned));
    dh_succeed(call);
    return;
  }
  stop stop = {.call = call, .starter = pthread_self()};
  sem_init(&stop.ran, 0, 0);
  sem_init(&stop.entered, 0, 0);

  if (dh_text_is(request->action, "wake")) {
    dh_status status = on_stop(&stop, run_first);
    await(&stop.ran);
    end(&stop, status);
  } else if (dh_text_is(request->action, "ends")) {
    on_stop(&stop, run_done);
    await(&stop.ran);
  } else if (dh_text_is(request->action, "replaced")) {
    on_stop(&stop, run_first);
    dh_status status = on_stop(&stop, run_second);
    await(&stop.ran);
    fixture_sleep_ms(mistake_ms);
    end(&stop, status);
  } else if (dh_text_is(request->action, "taken_back")) {
    on_stop(&stop, run_first);
    dh_status status = on_stop(&stop, NULL);
    await_stop(call);
    fixture_sleep_ms(mistake_ms);
    end(&stop, status);
  } else if (dh_text_is(request->action, "after")) {
    await_stop(call);
    dh_status status = on_stop(&stop, run_first);
    await(&stop.ran);
    end(&stop, status);
  } else if (dh_text_is(request->action, "drain")) {
    on_stop(&stop, run_slowly);
    await(&stop.entered);
    dh_status status = on_stop(&stop, NULL);
    end(&stop, status);
  } else if (dh_text_is(request->action, "drain_done")) {
    draining = 1;
    on_stop(&stop, run_slowly);
    await(&stop.entered);
    fixture_end_stopped(call);
    finished_before_done_returned = stop.finished;
    draining = 0;
    await(&stop.ran);
  } else {
    fixture_unknown(call);
  }
  sem_destroy(&stop.ran);
  sem_destroy(&stop.entered);
}

FIXTURE_DRIVER(start)
