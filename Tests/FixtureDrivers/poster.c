/// Work that reaches the loop from elsewhere: posts from another thread, and pipes watched by the reactor.
#include "fixture.h"

#include <pthread.h>
#include <unistd.h>

DH_EMBED_DESCRIPTOR("poster.json")

typedef struct work {
  fixture_loop *home;
  dh_call_v1 call;
  pthread_t loop_thread;
  pthread_t thread;
  int64_t count, next, out_of_order, inside;
  int posting;
  int fds[4]; /* two pipes: reading end, writing end */
  int64_t watches[2];
  int calls[2];
  uint32_t events;
  dh_status status;
} work;

/// One post of `order`.
typedef struct item {
  work *work;
  int64_t number;
} item;

static void close_pipes(work *work) {
  for (int i = 0; i < 4; i++) {
    if (work->fds[i] >= 0) close(work->fds[i]);
  }
}

static void end(work *work) {
  fixture_output(work->call, "on_loop", dh_bool(pthread_equal(pthread_self(), work->loop_thread)));
  close_pipes(work);
  dh_succeed(work->call);
  free(work);
}

static void fail(work *work, const char *message) {
  close_pipes(work);
  dh_fail(work->call, DH_ERROR_INTERNAL, message);
  free(work);
}

// MARK: Posts

static void posted(void *context) {
  work *work = context;
  pthread_join(work->thread, NULL);
  fixture_output(work->call, "status", dh_int(work->status));
  end(work);
}

static void *post_back(void *context) {
  work *work = context;
  work->home->reactor->post(work->home->loop, posted, work);
  return NULL;
}

/// Only `post` may be called here: a timer from this thread must be refused.
static void *set_timer_elsewhere(void *context) {
  work *work = context;
  work->status = (dh_status)work->home->reactor->timer(work->home->loop, 0, posted, work);
  return post_back(context);
}

static void take_in_order(void *context) {
  item item = *(struct item *)context;
  work *work = item.work;
  free(context);
  if (work->posting) work->inside++;
  if (item.number != work->next++) work->out_of_order++;
  if (work->next < work->count) return;
  fixture_output(work->call, "posts", dh_int(work->next));
  fixture_output(work->call, "out_of_order", dh_int(work->out_of_order));
  fixture_output(work->call, "inside", dh_int(work->inside));
  end(work);
}

/// Posts from the loop itself, so that a post that ran inside `post` would show.
static void post_in_order(work *work) {
  int64_t count = work->count;
  work->posting = 1;
  for (int64_t i = 0; i < count; i++) {
    item *item = malloc(sizeof *item);
    if (item == NULL) abort();
    item->work = work;
    item->number = i;
    work->home->reactor->post(work->home->loop, take_in_order, item);
  }
  work->posting = 0;
}

// MARK: Pipes

static void unwatch(work *work, int index) {
  work->status = work->home->reactor->unwatch(work->home->loop, work->watches[index]);
}

/// Reads what came, ends its own watch inside its callback, and ends the call.
static void readable(void *context, uint32_t events) {
  work *work = context;
  char buffer[64];
  unwatch(work, 0);
  ssize_t count = read(work->fds[0], buffer, sizeof buffer);
  fixture_output(work->call, "events", dh_int(events));
  fixture_output(work->call, "unwatched", dh_int(work->status));
  fixture_output(work->call, "text", dh_textual(DH_STRING, buffer, count > 0 ? (size_t)count : 0));
  if (work->thread != work->loop_thread) pthread_join(work->thread, NULL);
  end(work);
}

static void *write_soon(void *context) {
  work *work = context;
  int fd = work->fds[1];
  fixture_sleep_ms(5);
  if (write(fd, "through a pipe", 14) != 14) abort();
  return NULL;
}

/// Some time later: had the watch that was ended a callback all the same?
static void report_batch(void *context) {
  work *work = context;
  fixture_output(work->call, "calls", dh_int(work->calls[0] + work->calls[1]));
  end(work);
}

/// Both pipes are readable in one batch. The callback that comes first ends both watches: the other keeps silent.
static void end_both(work *work, int index) {
  work->calls[index]++;
  unwatch(work, 0);
  unwatch(work, 1);
  if (work->calls[0] + work->calls[1] == 1) {
    work->home->reactor->timer(work->home->loop, 20000000u, report_batch, work);
  }
}

static void end_both_from_0(void *context, uint32_t events) {
  (void)events;
  end_both(context, 0);
}

static void end_both_from_1(void *context, uint32_t events) {
  (void)events;
  end_both(context, 1);
}

/// The writing end is closed: DH_HANGUP comes though only DH_READABLE was asked for.
static void hung_up(void *context, uint32_t events) {
  work *work = context;
  unwatch(work, 0);
  fixture_output(work->call, "hangup", dh_bool((events & DH_HANGUP) != 0));
  end(work);
}

/// The watch first waits for nothing, although the pipe can be written to, then for that.
static void writable(void *context, uint32_t events) {
  work *work = context;
  work->calls[0]++;
  work->events = events;
  unwatch(work, 0);
  fixture_output(work->call, "before_change", dh_int(work->count));
  fixture_output(work->call, "events", dh_int(events));
  end(work);
}

static void change_to_writable(void *context) {
  work *work = context;
  work->count = work->calls[0];
  work->home->reactor->change(work->home->loop, work->watches[0], DH_WRITABLE);
}

static int64_t watch(work *work, int fd, uint32_t events, dh_event_fn_v1 fn) {
  return work->home->reactor->watch(work->home->loop, fd, events, fn, work);
}

static int open_pipe(work *work, int index) { return pipe(&work->fds[index * 2]) == 0; }

static void start(void *instance, const dh_request_v1 *request) {
  work *work = calloc(1, sizeof *work);
  if (work == NULL) {
    dh_fail(request->call, DH_ERROR_UNAVAILABLE, "no memory");
    return;
  }
  work->home = instance;
  work->call = request->call;
  work->loop_thread = work->thread = pthread_self();
  work->count = dh_int_of(request->inputs, "count", 1);
  for (int i = 0; i < 4; i++) work->fds[i] = -1;

  dh_text_v1 action = request->action;
  if (dh_text_is(action, "post")) {
    if (pthread_create(&work->thread, NULL, post_back, work) != 0) fail(work, "no thread");
  } else if (dh_text_is(action, "elsewhere")) {
    if (pthread_create(&work->thread, NULL, set_timer_elsewhere, work) != 0) fail(work, "no thread");
  } else if (dh_text_is(action, "order")) {
    post_in_order(work);
  } else if (dh_text_is(action, "pipe")) {
    if (!open_pipe(work, 0)) {
      fail(work, "no pipe");
      return;
    }
    work->watches[0] = watch(work, work->fds[0], DH_READABLE, readable);
    if (work->watches[0] < 0) {
      fail(work, "no watch");
      return;
    }
    if (pthread_create(&work->thread, NULL, write_soon, work) != 0) abort();
  } else if (dh_text_is(action, "batch")) {
    if (!open_pipe(work, 0) || !open_pipe(work, 1)) {
      fail(work, "no pipe");
      return;
    }
    if (write(work->fds[1], "a", 1) != 1 || write(work->fds[3], "b", 1) != 1) {
      fail(work, "no write");
      return;
    }
    work->watches[0] = watch(work, work->fds[0], DH_READABLE, end_both_from_0);
    work->watches[1] = watch(work, work->fds[2], DH_READABLE, end_both_from_1);
  } else if (dh_text_is(action, "hangup")) {
    if (!open_pipe(work, 0)) {
      fail(work, "no pipe");
      return;
    }
    work->watches[0] = watch(work, work->fds[0], DH_READABLE, hung_up);
    close(work->fds[1]);
    work->fds[1] = -1;
  } else if (dh_text_is(action, "change")) {
    if (!open_pipe(work, 0)) {
      fail(work, "no pipe");
      return;
    }
    work->watches[0] = watch(work, work->fds[1], 0, writable);
    work->home->reactor->timer(work->home->loop, 20000000u, change_to_writable, work);
  } else {
    fixture_unknown(request->call);
    free(work);
  }
}

FIXTURE_LOOP_DRIVER(start)
