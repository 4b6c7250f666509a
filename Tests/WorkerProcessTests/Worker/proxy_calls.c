/// What the driver asks in its process is asked of the host here.
#include "proxy.h"

#include <stdio.h>
#include <stdlib.h>

/// A session of the host is this process's memory: it says where the driver's own is.
static dh_status open_session(remote_call *call, uint64_t address) {
  session *made = make(1, sizeof *made);
  *made = (session){call->remote, address};
  dh_status status = call->host.fn->opened(call->host, made);
  if (status != DH_OK) {
    free(made);
    return status;
  }
  call->opened = made;
  hold_remote(call->remote); // Whose lock shows the session to the thread that ends the call.
  return DH_OK;
}

dh_status finish(remote_call *call, const dh_error_v1 *error) {
  wire *wire = &call->remote->wire;
  pthread_mutex_lock(&wire->lock);
  int is_first = !call->is_ending;
  call->is_ending = 1;
  pthread_mutex_unlock(&wire->lock);
  if (!is_first) return DH_GONE;
  dh_status status = call->host.fn->done(call->host, error);
  if (call->opened != NULL && (error != NULL || status != DH_OK)) {
    // The session is still the driver's, which learns that from the answer.
    let_remote_go(call->remote);
    free(call->opened);
  }
  pthread_mutex_lock(&wire->lock);
  call->has_ended = 1;
  pthread_cond_broadcast(&wire->changed);
  pthread_mutex_unlock(&wire->lock);
  return status;
}

void finish_lost(remote_call *call) {
  char end[64], message[160];
  describe_end(call->remote, end, sizeof end);
  snprintf(message, sizeof message, "the process of the driver died: %s", end);
  dh_error_v1 error = dh_error(DH_ERROR_LOST, message);
  dh_status reason = call->host.fn->stopped(call->host);
  if (reason > 0) {
    error.code = reason == DH_STOP_DEADLINE ? DH_ERROR_TIMED_OUT : DH_ERROR_CANCELLED;
    error.detail = error.message;
    error.message = dh_text("the driver did not obey its stop, so its process was killed");
  }
  error.flags = DH_SESSION_BROKEN;
  finish(call, call->is_close ? NULL : &error);
}

static dh_status end_call(remote_call *call, cursor *in) {
  dh_error_v1 error;
  int has_failed = take_error(in, &error);
  if (in->is_bad) error = dh_error(DH_ERROR_INTERNAL, "the process of the driver sent a damaged error"), has_failed = 1;
  return finish(call, has_failed ? &error : NULL);
}

static int64_t read_piece(dh_call_v1 call, uint32_t channel, uint64_t capacity, buffer *bytes) {
  if (capacity > PIECE) capacity = PIECE;
  bytes->bytes = make((size_t)capacity, 1);
  int64_t count = call.fn->read(call, channel, bytes->bytes, (size_t)capacity);
  bytes->size = count > 0 ? (size_t)count : 0;
  return count;
}

void answer_question(remote_call *call, frame *question) {
  const dh_calls_v1 *fn = call->host.fn;
  cursor in = cursor_of(question);
  uint32_t tag = question->head.tag;
  int has_channel = tag == SEND || tag == WANTED || tag == WRITE || tag == READ || tag == LENGTH || tag == SEEK ||
                    tag == ON_READY;
  uint32_t channel = has_channel ? take_u32(&in) : 0;
  dh_text_v1 text = tag == OUTPUT || tag == WRITE || tag == ROWS ? take_text(&in) : dh_text("");
  uint64_t number = tag == READ || tag == SEEK || tag == OPENED ? take_u64(&in) : 0;
  dh_value_v1 value = dh_null();
  if (tag == OUTPUT || tag == SEND) take_value(&in, &value);
  buffer bytes = {0}, out = {0};
  int64_t status = DH_INVALID;
  if (in.is_bad) tag = ANSWER; // No question at all.
  switch (tag) {
  case OUTPUT: status = fn->output(call->host, text, &value); break;
  case SEND: status = fn->send(call->host, channel, &value); break;
  case WANTED: status = fn->wanted(call->host, channel); break;
  case WRITE: status = fn->write(call->host, channel, text.ptr, text.len); break;
  case READ: status = read_piece(call->host, channel, number, &bytes); break;
  case LENGTH: status = fn->length(call->host, channel); break;
  case SEEK: status = fn->seek(call->host, channel, (int64_t)number); break;
  case ON_READY: status = fn->on_ready(call->host, channel, NULL, NULL); break;
  case ROWS: status = take_rows(call, text); break;
  case OPENED: status = open_session(call, number); break;
  case DONE: status = end_call(call, &in); break;
  default: break;
  }
  dh_status stop = fn->stopped(call->host);
  put_u64(&out, (uint64_t)status);
  put_u32(&out, stop > 0 ? (uint32_t)stop : 0);
  put(&out, bytes.bytes, bytes.size);
  answer(&call->remote->wire, question, &out);
  free_buffer(&out);
  free_buffer(&bytes);
  free_cursor(&in);
  free_frame(question);
}
