/// Ends each call from a thread of its own, after `start` has returned.
#include "fixture.h"

#include <pthread.h>

DH_EMBED_DESCRIPTOR("threaded.json")

typedef struct job {
  dh_call_v1 call;
  const dh_value_v1 *inputs;
} job;

static void *work(void *context) {
  job job = *(struct job *)context;
  free(context);
  if (fixture_wait_ms(job.call, dh_int_of(job.inputs, "milliseconds", 0))) {
    fixture_end_stopped(job.call);
    return NULL;
  }
  // The inputs are borrowed until done, whatever start has done meanwhile.
  dh_value_v1 note = dh_cstring(dh_string_of(job.inputs, "note", ""));
  job.call.fn->output(job.call, dh_text("note"), &note);
  dh_succeed(job.call);
  return NULL;
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  job *job = malloc(sizeof *job);
  pthread_attr_t detached;
  pthread_t thread;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  if (job != NULL) {
    job->call = request->call;
    job->inputs = request->inputs;
  }
  if (job == NULL || pthread_create(&thread, &detached, work, job) != 0) {
    free(job);
    dh_fail(request->call, DH_ERROR_UNAVAILABLE, "no thread could be started");
  }
  pthread_attr_destroy(&detached);
}

FIXTURE_DRIVER(start)
