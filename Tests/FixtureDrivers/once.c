/// Asks the host's `once` from several threads and counts what ran.
#include "fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

DH_EMBED_DESCRIPTOR("once.json")

#define MOST_THREADS 64

/// How many inits run now, in this process: never more than one, whatever their keys.
static atomic_int running;

typedef struct count {
  const dh_host_v1 *host;
  atomic_int runs, overlaps, succeeded, failed;
  atomic_int failures_left;
} count;

typedef struct asker {
  count *count;
  char key[256];
} asker;

static dh_status init(void *context) {
  count *count = context;
  if (atomic_fetch_add(&running, 1) != 0) count->overlaps++;
  fixture_sleep_ms(2);
  count->runs++;
  dh_status status = DH_OK;
  if (count->failures_left > 0) {
    count->failures_left--;
    status = DH_FAILED;
  }
  atomic_fetch_sub(&running, 1);
  return status;
}

static void *ask(void *context) {
  asker *asker = context;
  dh_status status = asker->count->host->once(asker->count->host, asker->key, init, asker->count);
  (status == DH_OK ? &asker->count->succeeded : &asker->count->failed)[0]++;
  return NULL;
}

static void start(void *instance, const dh_request_v1 *request) {
  dh_call_v1 call = request->call;
  count count = {.host = instance, .failures_left = (int)dh_int_of(request->inputs, "failures", 0)};
  int64_t wanted = dh_int_of(request->inputs, "threads", 8);
  int distinct = dh_bool_of(request->inputs, "distinct", 0);
  pthread_t threads[MOST_THREADS];
  asker askers[MOST_THREADS];
  int64_t made = 0;
  for (; made < wanted && made < MOST_THREADS; made++) {
    askers[made].count = &count;
    snprintf(askers[made].key, sizeof askers[made].key, "%s%.0d", dh_string_of(request->inputs, "key", ""),
             distinct ? (int)made + 1 : 0);
    if (pthread_create(&threads[made], NULL, ask, &askers[made]) != 0) break;
  }
  for (int64_t i = 0; i < made; i++) pthread_join(threads[i], NULL);
  fixture_output(call, "threads", dh_int(made));
  fixture_output(call, "runs", dh_int(count.runs));
  fixture_output(call, "overlaps", dh_int(count.overlaps));
  fixture_output(call, "succeeded", dh_int(count.succeeded));
  fixture_output(call, "failed", dh_int(count.failed));
  dh_succeed(call);
}

FIXTURE_DRIVER(start)
