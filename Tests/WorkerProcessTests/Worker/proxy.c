/// The driver's functions: an instance with its process, and the thread of a call in `start`.
#include "proxy.h"

#include <stdlib.h>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

typedef struct instance {
  const dh_host_v1 *host;
  pthread_mutex_t lock;
  remote *remote;
} instance;

// MARK: - Instances

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **made, dh_report_v1 report) {
  (void)loop;
  dh_status status = DH_FAILED;
  remote *remote = start_remote(host, report, &status);
  if (remote == NULL) return status;
  instance *instance = make(1, sizeof *instance);
  instance->host = host;
  instance->remote = remote;
  pthread_mutex_init(&instance->lock, NULL);
  *made = instance;
  return DH_OK;
}

static void destroy(void *context) {
  instance *instance = context;
  if (instance->remote != NULL) let_remote_go(instance->remote);
  pthread_mutex_destroy(&instance->lock);
  free(instance);
}

static void end_with(void *context, const dh_error_v1 *error) {
  dh_call_v1 *call = context;
  call->fn->done(*call, error);
}

/// The instance's process with a reference; a new one where it has died. NULL: the call was ended with the reason.
static remote *current_remote(instance *instance, dh_call_v1 call) {
  pthread_mutex_lock(&instance->lock);
  if (instance->remote != NULL && is_gone(instance->remote)) {
    let_remote_go(instance->remote);
    instance->remote = NULL;
  }
  dh_status status;
  if (instance->remote == NULL) {
    instance->remote = start_remote(instance->host, (dh_report_v1){end_with, &call}, &status);
  }
  remote *remote = instance->remote;
  if (remote != NULL) hold_remote(remote);
  pthread_mutex_unlock(&instance->lock);
  return remote;
}

// MARK: - One call

/// Runs on a thread of the host's. It holds no lock that `on_stop` or `done` is called with.
static void pass_stop_on(void *context) {
  remote_call *call = context;
  dh_status reason = call->host.fn->stopped(call->host);
  buffer out = {0};
  put_u32(&out, reason > 0 ? (uint32_t)reason : DH_STOP_CANCELLED);
  pthread_mutex_lock(&call->remote->wire.lock);
  call->stopped_ms = now_ms();
  pthread_cond_broadcast(&call->remote->wire.changed);
  pthread_mutex_unlock(&call->remote->wire.lock);
  tell(&call->remote->wire, STOP, call->id, &out);
  free_buffer(&out);
}

static void send_request(remote_call *call, const dh_request_v1 *request) {
  const session *session = request->session;
  buffer out = {0};
  put_u64(&out, session == NULL ? 0 : session->address);
  // CLOCK_MONOTONIC is one clock for all processes of a machine.
  put_u64(&out, (uint64_t)request->deadline_ns);
  put_u32(&out, request->attempt);
  put_u32(&out, request->flags);
  put_text(&out, request->action);
  put_text(&out, request->execution);
  put_text(&out, request->connector);
  put_value(&out, request->context);
  put_value(&out, request->inputs);
  if (out.is_large) {
    dh_error_v1 error = dh_error(DH_ERROR_TOO_LARGE, "the inputs are too large for a frame");
    call->has_returned = 1; // Nobody else knows the call yet.
    finish(call, &error);
  } else {
    tell(&call->remote->wire, START, call->id, &out);
  }
  free_buffer(&out);
}

/// Answers the driver's questions until it has ended the call and left its `start`, or its process has died.
static void serve(remote_call *call) {
  wire *wire = &call->remote->wire;
  int is_killed = 0;
  pthread_mutex_lock(&wire->lock);
  for (;;) {
    frame *question = call->question;
    int is_over = call->has_ended && (call->has_returned || wire->is_closed);
    if (question != NULL) {
      call->question = NULL;
      pthread_mutex_unlock(&wire->lock);
      answer_question(call, question);
      pthread_mutex_lock(&wire->lock);
    } else if (is_over && call->helpers == 0) {
      break;
    } else if (wire->is_closed && !call->is_ending) {
      pthread_mutex_unlock(&wire->lock);
      finish_lost(call);
      pthread_mutex_lock(&wire->lock);
    } else {
      call->is_waiting = 1;
      if (call->stopped_ms == 0 || is_killed) {
        pthread_cond_wait(&wire->changed, &wire->lock);
      } else if (!wait_until(wire, call->stopped_ms + OBEY_MS)) {
        // A driver that does not obey costs a thread in the host's process, and in another one no more than that one.
        is_killed = 1;
        kill_remote(call->remote);
      }
      call->is_waiting = 0;
    }
  }
  remote_call **place = &call->remote->calls;
  while (*place != call) place = &(*place)->next;
  *place = call->next;
  pthread_mutex_unlock(&wire->lock);
}

static void start(void *context, const dh_request_v1 *request) {
  session *session = request->session;
  remote_call call = {.host = request->call};
  call.is_close = session != NULL && dh_text_is(request->action, "close");
  if (session != NULL) {
    call.remote = session->remote;
    hold_remote(call.remote);
  } else if ((call.remote = current_remote(context, request->call)) == NULL) {
    return;
  }
  pthread_mutex_lock(&call.remote->wire.lock);
  call.id = ++call.remote->call_count;
  call.next = call.remote->calls;
  call.remote->calls = &call;
  pthread_mutex_unlock(&call.remote->wire.lock);
  send_request(&call, request);
  call.host.fn->on_stop(call.host, pass_stop_on, &call);
  serve(&call);
  if (call.is_close) {
    let_remote_go(session->remote);
    free(session);
  }
  let_remote_go(call.remote);
}

static const dh_driver_v1 driver = {create, destroy, start};
DH_DRIVER_ENTRY(driver)
