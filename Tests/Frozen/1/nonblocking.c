/// A non-blocking driver that was written against revision 1 of driver_abi.h: watches, timers, posts, look-ups, and
/// channels that are full or empty for a while. Valid C11 and C++17. It never changes: see ../README.md.
#define _POSIX_C_SOURCE 200809L

#include "driver_abi.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

typedef struct frozen_loop {
  dh_loop_v1 *loop;
  const dh_reactor_v1 *reactor;
  const dh_resolve_v1 *resolver;
} frozen_loop;

typedef struct frozen_work {
  frozen_loop *home;
  dh_call_v1 call;
  pthread_t loop_thread, thread;
  int64_t timer, other, watch, lookup, count, next;
  int pipe[2];
  uint32_t events;
  int ran, again;
  unsigned char *buffer;
  size_t kept;
} frozen_work;

static void put(dh_call_v1 call, const char *name, dh_value_v1 value) { call.fn->output(call, dh_text(name), &value); }

static void must_not_run(void *context) { ((frozen_work *)context)->ran = 1; }

/// Sets what every action tells, and frees the call's work: `done` comes next.
static dh_call_v1 finish(frozen_work *work) {
  dh_call_v1 call = work->call;
  put(call, "on_loop", dh_bool(pthread_equal(pthread_self(), work->loop_thread)));
  put(call, "ran", dh_bool(work->ran));
  for (int i = 0; i < 2; i++) {
    if (work->pipe[i] >= 0) close(work->pipe[i]);
  }
  free(work->buffer);
  free(work);
  return call;
}

static void end_stopped(frozen_work *work) {
  dh_call_v1 call = finish(work);
  int was_late = call.fn->stopped(call) == DH_STOP_DEADLINE;
  dh_fail(call, was_late ? DH_ERROR_TIMED_OUT : DH_ERROR_CANCELLED, "stopped as asked");
}

// MARK: - The instance

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
  frozen_loop *made = (frozen_loop *)malloc(sizeof *made);
  if (made == NULL) {
    dh_error_v1 error = dh_error(DH_ERROR_UNAVAILABLE, "there is no memory");
    report.fn(report.context, &error);
    return DH_FAILED;
  }
  made->loop = loop;
  made->reactor = (const dh_reactor_v1 *)host->interface(host, DH_REACTOR_V1);
  made->resolver = (const dh_resolve_v1 *)host->interface(host, DH_RESOLVE_V1);
  *instance = made;
  return DH_OK;
}

static void destroy(void *instance) { free(instance); }

// MARK: - Timers and stops

static void time_is_up(void *context) {
  frozen_work *work = (frozen_work *)context;
  work->call.fn->on_stop(work->call, NULL, NULL);
  put(work->call, "gone", dh_int(work->home->reactor->cancel(work->home->loop, work->timer)));
  dh_succeed(finish(work));
}

static void stop_waiting(void *context) {
  frozen_work *work = (frozen_work *)context;
  put(work->call, "cancelled", dh_int(work->home->reactor->cancel(work->home->loop, work->timer)));
  end_stopped(work);
}

static void wait_for_time(frozen_work *work, int64_t milliseconds) {
  const dh_reactor_v1 *reactor = work->home->reactor;
  work->other = reactor->timer(work->home->loop, 0, must_not_run, work);
  put(work->call, "taken_back", dh_int(reactor->cancel(work->home->loop, work->other)));
  work->timer = reactor->timer(work->home->loop, (uint64_t)milliseconds * 1000000u, time_is_up, work);
  work->call.fn->on_stop(work->call, stop_waiting, work);
  work->call.fn->progress(work->call, 0, 0, dh_text("waiting"));
}

// MARK: - Descriptors

static void readable(void *context, uint32_t events) {
  frozen_work *work = (frozen_work *)context;
  char text[16];
  ssize_t count = read(work->pipe[0], text, sizeof text);
  put(work->call, "events", dh_int(events));
  put(work->call, "text", dh_textual(DH_STRING, text, count > 0 ? (size_t)count : 0));
  put(work->call, "unwatched", dh_int(work->home->reactor->unwatch(work->home->loop, work->watch)));
  dh_succeed(finish(work));
}

static void watch_pipe(frozen_work *work) {
  const dh_reactor_v1 *reactor = work->home->reactor;
  if (pipe(work->pipe) != 0 || write(work->pipe[1], "through", 7) != 7) {
    dh_fail(finish(work), DH_ERROR_UNAVAILABLE, "there is no pipe");
    return;
  }
  work->watch = reactor->watch(work->home->loop, work->pipe[0], 0, readable, work);
  put(work->call, "changed", dh_int(reactor->change(work->home->loop, work->watch, DH_READABLE)));
}

// MARK: - Posts

static void posted(void *context) {
  frozen_work *work = (frozen_work *)context;
  pthread_join(work->thread, NULL);
  dh_succeed(finish(work));
}

static void *post_back(void *context) {
  frozen_work *work = (frozen_work *)context;
  work->home->reactor->post(work->home->loop, posted, work);
  return NULL;
}

static void post_from_thread(frozen_work *work) {
  if (pthread_create(&work->thread, NULL, post_back, work) != 0) {
    dh_fail(finish(work), DH_ERROR_UNAVAILABLE, "there is no thread");
  }
}

// MARK: - Look-ups

static void looked_up_by_mistake(void *context, const dh_error_v1 *error, const dh_text_v1 *addresses, size_t count) {
  (void)error, (void)addresses, (void)count;
  must_not_run(context);
}

static void looked_up(void *context, const dh_error_v1 *error, const dh_text_v1 *addresses, size_t count) {
  frozen_work *work = (frozen_work *)context;
  dh_value_v1 items[16];
  size_t kept = count < 16 ? count : 16;
  for (size_t i = 0; i < kept; i++) items[i] = dh_textual(DH_STRING, addresses[i].ptr, addresses[i].len);
  put(work->call, "addresses", dh_list(items, kept));
  dh_call_v1 call = finish(work);
  call.fn->done(call, error);
}

static void stop_looking(void *context) {
  frozen_work *work = (frozen_work *)context;
  put(work->call, "cancelled", dh_int(work->home->resolver->cancel(work->home->loop, work->lookup)));
  end_stopped(work);
}

static void look_up(frozen_work *work, dh_text_v1 name) {
  const dh_resolve_v1 *resolver = work->home->resolver;
  int64_t other = resolver->resolve(work->home->loop, name, DH_ANY_FAMILY, looked_up_by_mistake, work);
  put(work->call, "taken_back", dh_int(resolver->cancel(work->home->loop, other)));
  work->lookup = resolver->resolve(work->home->loop, name, DH_IPV4, looked_up, work);
  if (work->lookup < 0) {
    dh_fail(finish(work), DH_ERROR_DNS, "the host looks nothing up");
    return;
  }
  work->call.fn->on_stop(work->call, stop_looking, work);
}

// MARK: - Channels

enum { SENT_AT_ONCE = 100, COPIED_AT_ONCE = 4, PIECE = 64 * 1024 };

/// Goes on later, so that others have their turn on the loop.
static void yield_to_others(frozen_work *work, dh_fn_v1 fn) { work->home->reactor->post(work->home->loop, fn, work); }

/// Makes values large enough for a channel to be full soon.
static const char filler[200] = "a text of 200 bytes";

/// Sends numbers down channel 0 until it is full, and goes on when it has room.
static void send_on(void *context) {
  frozen_work *work = (frozen_work *)context;
  for (int sent = 0; work->next < work->count; sent++) {
    if (sent == SENT_AT_ONCE) {
      yield_to_others(work, send_on);
      return;
    }
    dh_value_v1 items[] = {dh_int(work->next), dh_textual(DH_STRING, filler, sizeof filler)};
    dh_value_v1 value = dh_list(items, 2);
    dh_status status = work->call.fn->send(work->call, 0, &value);
    if (status == DH_AGAIN) {
      work->again = 1;
      work->call.fn->on_ready(work->call, 0, send_on, work);
      return;
    }
    if (status == DH_STOPPED) {
      end_stopped(work);
      return;
    }
    if (status != DH_OK) break;
    work->next++;
  }
  put(work->call, "sent", dh_int(work->next));
  put(work->call, "again", dh_bool(work->again));
  dh_succeed(finish(work));
}

/// Moves bytes from channel 0 to channel 1, and waits for whichever is not ready.
static void copy_on(void *context) {
  frozen_work *work = (frozen_work *)context;
  dh_call_v1 call = work->call;
  for (int copied = 0;; copied++) {
    if (copied == COPIED_AT_ONCE) {
      yield_to_others(work, copy_on);
      return;
    }
    uint32_t channel = 0;
    int64_t count = (int64_t)work->kept;
    if (count == 0) count = call.fn->read(call, 0, work->buffer, PIECE);
    dh_status status = count < 0 ? (dh_status)count : DH_OK;
    if (count > 0) {
      work->kept = (size_t)count;
      channel = 1;
      status = call.fn->write(call, 1, work->buffer, work->kept);
    }
    if (status == DH_AGAIN) {
      call.fn->on_ready(call, channel, copy_on, work);
      return;
    }
    if (status == DH_STOPPED) {
      end_stopped(work);
      return;
    }
    if (status != DH_OK || count == 0) break;
    work->next += count;
    work->kept = 0;
  }
  put(call, "bytes", dh_int(work->next));
  dh_succeed(finish(work));
}

static void copy_bytes(frozen_work *work) {
  work->buffer = (unsigned char *)malloc(PIECE);
  if (work->buffer == NULL) {
    dh_fail(finish(work), DH_ERROR_UNAVAILABLE, "there is no memory");
    return;
  }
  // Taken back before it can run, and set anew where it is needed.
  work->call.fn->on_ready(work->call, 0, copy_on, work);
  work->call.fn->on_ready(work->call, 0, NULL, NULL);
  copy_on(work);
}

// MARK: - Calls

static void start(void *instance, const dh_request_v1 *request) {
  dh_text_v1 action = request->action;
  frozen_work *work = (frozen_work *)calloc(1, sizeof *work);
  if (work == NULL) {
    dh_fail(request->call, DH_ERROR_UNAVAILABLE, "there is no memory");
    return;
  }
  work->home = (frozen_loop *)instance;
  work->call = request->call;
  work->loop_thread = pthread_self();
  work->pipe[0] = work->pipe[1] = -1;
  if (dh_text_is(action, "wait")) {
    wait_for_time(work, dh_int_of(request->inputs, "milliseconds", 0));
  } else if (dh_text_is(action, "pipe")) {
    watch_pipe(work);
  } else if (dh_text_is(action, "post")) {
    post_from_thread(work);
  } else if (dh_text_is(action, "resolve")) {
    look_up(work, dh_text_of(request->inputs, "host"));
  } else if (dh_text_is(action, "send")) {
    work->count = dh_int_of(request->inputs, "count", 0);
    send_on(work);
  } else if (dh_text_is(action, "copy")) {
    copy_bytes(work);
  } else {
    dh_fail(finish(work), DH_ERROR_UNSUPPORTED, "the driver does not know this action");
  }
}

static const dh_driver_v1 driver = {create, destroy, start};
DH_DRIVER_ENTRY(driver)
