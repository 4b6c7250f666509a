/// The functions of a call, in the process of the driver.
///
/// What concerns the stop is answered here: `stopped` stands in inner loops. All else is asked of the host, one
/// question after the other, which is short and slow. A real worker would answer most of it here as well, from what can
/// be sent with the request: which channels are wanted, their lengths, whether they can be read again, the limit of
/// outputs.
#include "worker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

static pthread_mutex_t *lock = &worker.wire.lock;

// MARK: - Questions

int64_t ask_host(uint64_t id, enum tag tag, buffer *question, frame **answered) {
  call *call = question->is_bad || question->is_large ? NULL : find_call(id);
  int64_t status = question->is_bad ? DH_INVALID : question->is_large ? DH_LIMIT : DH_GONE;
  if (call != NULL) {
    frame *frame = ask(&worker.wire, tag, id, question);
    if (frame != NULL) {
      cursor in = cursor_of(frame);
      status = (int64_t)take_u64(&in);
      note_stop(call, take_u32(&in));
    }
    if (answered != NULL) {
      *answered = frame;
    } else {
      free_frame(frame);
    }
    let_go(call);
  }
  free_buffer(question);
  return status;
}

static dh_status output(dh_call_v1 call, dh_text_v1 name, const dh_value_v1 *value) {
  buffer question = {0};
  put_text(&question, name);
  put_value(&question, value);
  return (dh_status)ask_host(call.id, OUTPUT, &question, NULL);
}

static dh_status send_value(dh_call_v1 call, uint32_t channel, const dh_value_v1 *value) {
  buffer question = {0};
  put_u32(&question, channel);
  put_value(&question, value);
  if (worker.loop != NULL) return queue_question(call, SEND, channel, &question);
  return (dh_status)ask_host(call.id, SEND, &question, NULL);
}

static dh_status wanted(dh_call_v1 call, uint32_t channel) {
  buffer question = {0};
  put_u32(&question, channel);
  return (dh_status)ask_host(call.id, WANTED, &question, NULL);
}

/// Bytes of any number are all or nothing for the driver: where a piece is not taken, none that follows would be.
static dh_status write_bytes(dh_call_v1 call, uint32_t channel, const void *bytes, size_t count) {
  size_t sent = 0;
  dh_status status;
  if (count > INT64_MAX) return DH_INVALID;
  if (worker.loop != NULL) {
    buffer question = {0};
    put_u32(&question, channel);
    put_text(&question, (dh_text_v1){bytes, count});
    return queue_question(call, WRITE, channel, &question);
  }
  do {
    buffer question = {0};
    size_t piece = count - sent < PIECE ? count - sent : PIECE;
    put_u32(&question, channel);
    put_text(&question, (dh_text_v1){bytes == NULL ? NULL : (const char *)bytes + sent, piece});
    status = (dh_status)ask_host(call.id, WRITE, &question, NULL);
    sent += piece;
  } while (status == DH_OK && sent < count);
  return status;
}

static int64_t read_bytes(dh_call_v1 call, uint32_t channel, void *bytes, size_t capacity) {
  if (worker.loop != NULL) return read_queued(call, channel, bytes, capacity);
  buffer question = {.is_bad = bytes == NULL || capacity > INT64_MAX};
  frame *frame = NULL;
  put_u32(&question, channel);
  put_u64(&question, capacity < PIECE ? capacity : PIECE);
  int64_t status = ask_host(call.id, READ, &question, &frame);
  if (status > 0) {
    cursor in = cursor_of(frame);
    take_u64(&in);
    take_u32(&in);
    const void *got = (uint64_t)status <= capacity ? take(&in, (size_t)status) : NULL;
    if (got != NULL) memcpy(bytes, got, (size_t)status);
    if (got == NULL) status = DH_GONE;
  }
  free_frame(frame);
  return status;
}

static int64_t length(dh_call_v1 call, uint32_t channel) {
  buffer question = {0};
  put_u32(&question, channel);
  return ask_host(call.id, LENGTH, &question, NULL);
}

static dh_status seek(dh_call_v1 call, uint32_t channel, int64_t offset) {
  buffer question = {0};
  put_u32(&question, channel);
  put_u64(&question, (uint64_t)offset);
  if (worker.loop != NULL) return seek_queued(call, channel, &question);
  return (dh_status)ask_host(call.id, SEEK, &question, NULL);
}

/// A session's address means nothing to the host, which gives it back as it is.
static dh_status opened(dh_call_v1 call, void *session) {
  buffer question = {0};
  put_u64(&question, (uint64_t)(uintptr_t)session);
  return (dh_status)ask_host(call.id, OPENED, &question, NULL);
}

// MARK: - What is told

static void log_line(dh_call_v1 call, uint32_t level, dh_text_v1 text) {
  buffer out = {0};
  put_u32(&out, level);
  put_text(&out, text);
  if (!out.is_bad && !out.is_large) tell(&worker.wire, LOG, call.id, &out);
  free_buffer(&out);
}

static void progress(dh_call_v1 call, uint64_t done, uint64_t total, dh_text_v1 text) {
  buffer out = {0};
  put_u64(&out, done);
  put_u64(&out, total);
  put_text(&out, text);
  if (!out.is_bad && !out.is_large) tell(&worker.wire, PROGRESS, call.id, &out);
  free_buffer(&out);
}

// MARK: - The stop

static dh_status stopped(dh_call_v1 call) {
  struct call *found = find_call(call.id);
  if (found == NULL) return DH_GONE;
  pthread_mutex_lock(lock);
  dh_status status = found->stop;
  pthread_mutex_unlock(lock);
  let_go(found);
  return status;
}

static int32_t stop_fd(dh_call_v1 call) {
  struct call *found = find_call(call.id);
  if (found == NULL) return DH_GONE;
  pthread_mutex_lock(lock);
  if (found->stop_fd < 0) found->stop_fd = eventfd(found->stop != 0, EFD_CLOEXEC | EFD_NONBLOCK);
  int32_t descriptor = found->stop_fd < 0 ? DH_FAILED : found->stop_fd;
  pthread_mutex_unlock(lock);
  let_go(found);
  return descriptor;
}

/// With the lock held: waits while another thread runs the stop function.
static void await_stop_function(call *call) {
  while (call->is_stopping && !pthread_equal(call->stopper, pthread_self())) {
    pthread_cond_wait(&worker.wire.changed, lock);
  }
}

static void *run_stop(void *context) {
  call *call = context;
  pthread_mutex_lock(lock);
  while (call->stop_fn != NULL && !call->is_stopping && !call->is_over) {
    dh_fn_v1 fn = call->stop_fn;
    call->stop_fn = NULL;
    call->is_stopping = 1;
    call->stopper = pthread_self();
    pthread_mutex_unlock(lock);
    fn(call->stop_context);
    pthread_mutex_lock(lock);
    call->is_stopping = 0;
    pthread_cond_broadcast(&worker.wire.changed);
  }
  pthread_mutex_unlock(lock);
  let_go(call);
  return NULL;
}

static void run_stop_on_loop(void *context) { run_stop(context); }

void schedule_stop(call *call) {
  if (call->stop_fn == NULL) return;
  call->references++;
  if (worker.loop == NULL) {
    run_on_thread(run_stop, call);
  } else {
    pthread_mutex_unlock(lock);
    post_to_loop(run_stop_on_loop, call);
    pthread_mutex_lock(lock);
  }
}

static dh_status on_stop(dh_call_v1 call, dh_fn_v1 fn, void *context) {
  struct call *found = find_call(call.id);
  if (found == NULL) return DH_GONE;
  pthread_mutex_lock(lock);
  await_stop_function(found);
  dh_status status = found->is_over ? DH_GONE : DH_OK;
  if (status == DH_OK) {
    found->stop_fn = fn;
    found->stop_context = context;
    if (fn != NULL && found->stop != 0) status = DH_STOPPED, schedule_stop(found);
  }
  pthread_mutex_unlock(lock);
  let_go(found);
  return status;
}

// MARK: - The end

static dh_status done(dh_call_v1 call, const dh_error_v1 *error) {
  struct call *found = find_call(call.id);
  if (found == NULL) return DH_GONE;
  // The error may point into the inputs, which go when the call is over.
  buffer question = {0};
  put_error(&question, error);
  pthread_mutex_lock(lock);
  await_stop_function(found);
  dh_status status = DH_GONE;
  int is_first = !found->is_over, is_later = 0;
  if (is_first && (question.is_bad || question.is_large)) {
    dh_error_v1 unsaid = dh_error(DH_ERROR_INTERNAL, "the error of the driver is damaged, or too large for a frame");
    free_buffer(&question);
    put_error(&question, &unsaid);
  }
  if (is_first) {
    struct call **place = &worker.calls;
    while (*place != found) place = &(*place)->next;
    *place = found->next;
    found->references--;
    found->is_over = 1;
    is_later = end_lanes(found, &question);
    pthread_cond_broadcast(&worker.wire.changed);
  }
  pthread_mutex_unlock(lock);
  if (is_later) {
    status = DH_OK;
  } else if (is_first) {
    // Whether the host has given the call up decides whose a session is: the one answer that cannot be known here.
    frame *frame = ask(&worker.wire, DONE, call.id, &question);
    if (frame != NULL) {
      cursor in = cursor_of(frame);
      status = (dh_status)(int64_t)take_u64(&in);
    }
    free_frame(frame);
  }
  free_buffer(&question);
  let_go(found);
  return status;
}

/// No function has to cross: blocking drivers have no readiness, and the host says why it refuses.
static dh_status on_ready(dh_call_v1 call, uint32_t channel, dh_fn_v1 fn, void *context) {
  if (worker.loop != NULL) return await_lane(call, channel, fn, context);
  buffer question = {0};
  put_u32(&question, channel);
  return (dh_status)ask_host(call.id, ON_READY, &question, NULL);
}

const dh_calls_v1 call_functions = {stopped,  stop_fd,        on_stop,     log_line,   progress, output,
                                    send_value, wanted,         write_bytes, read_bytes, length,   seek,
                                    on_ready, hand_rows_over, opened,      done};
