/// Rows: the driver's stream stays in its process, and the host pulls it by questions.
#include "arrow.h"
#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

dh_status hand_rows_over(dh_call_v1 call, dh_text_v1 name, struct ArrowArrayStream *stream) {
  struct call *found = find_call(call.id);
  if (found == NULL) return DH_GONE;
  pthread_mutex_lock(&worker.wire.lock);
  dh_status status = stream == NULL || stream->release == NULL ? DH_INVALID : found->rows.release != NULL ? DH_REFUSED : DH_OK;
  // Before the host hears of it: it may pull, and even release, before this function has its answer.
  if (status == DH_OK) found->rows = *stream;
  pthread_mutex_unlock(&worker.wire.lock);
  if (status == DH_OK) {
    buffer question = {0};
    put_text(&question, name);
    status = (dh_status)ask_host(call.id, ROWS, &question, NULL);
    if (status == DH_OK) {
      stream->release = NULL;
    } else {
      found->rows.release = NULL; // Still the driver's, and nobody pulls.
    }
  }
  let_go(found);
  return status;
}

/// errno with the text that the stream has for it: that text lasts until the next function of the stream only.
static void put_failure(buffer *out, struct ArrowArrayStream *rows, int code, const char *fault) {
  if (fault == NULL && rows != NULL && rows->get_last_error != NULL) fault = rows->get_last_error(rows);
  free_buffer(out);
  put_u64(out, (uint64_t)code);
  put_u32(out, fault != NULL);
  put_text(out, dh_text(fault));
}

/// 0, or errno after the failure was put. The schema is kept, since each batch is read by it.
static int need_schema(call *call, buffer *out) {
  struct ArrowArrayStream *rows = &call->rows;
  if (call->schema.release != NULL) return 0;
  int code = rows->get_schema == NULL || rows->get_next == NULL ? EINVAL : rows->get_schema(rows, &call->schema);
  if (code == 0 && call->schema.release == NULL) code = EINVAL;
  if (code != 0) {
    memset(&call->schema, 0, sizeof call->schema);
    put_failure(out, rows, code, code == EINVAL ? "the stream has no get_schema or no get_next" : NULL);
  }
  return code;
}

static void put_next(call *call, buffer *out) {
  struct ArrowArrayStream *rows = &call->rows;
  struct ArrowArray batch = {0};
  int code = rows->get_next(rows, &batch);
  if (code != 0) {
    put_failure(out, rows, code, NULL);
    return;
  }
  put_u64(out, 0);
  put_u32(out, batch.release != NULL);
  if (batch.release == NULL) return;
  const char *fault = put_array(out, &batch, &call->schema);
  batch.release(&batch);
  if (fault == NULL && out->is_large) fault = "a batch is too large for a frame";
  if (fault != NULL) put_failure(out, NULL, EINVAL, fault);
}

static void release_rows(call *call) {
  if (call->schema.release != NULL) call->schema.release(&call->schema);
  // The driver may hand over the next rows from inside the release, so there are none from here on.
  struct ArrowArrayStream rows = call->rows;
  call->rows.release = NULL;
  if (rows.release != NULL) rows.release(&rows);
}

void *answer_rows(void *question) {
  frame *frame = question;
  call *call = find_call(frame->head.call);
  buffer out = {0};
  if (call == NULL || call->rows.release == NULL) {
    put_failure(&out, NULL, ECANCELED, "the call has ended");
  } else if (frame->head.tag == ROWS_RELEASE) {
    release_rows(call);
  } else if (need_schema(call, &out) == 0) {
    if (frame->head.tag == ROWS_NEXT) {
      put_next(call, &out);
    } else {
      put_u64(&out, 0);
      const char *fault = put_schema(&out, &call->schema);
      if (fault != NULL) put_failure(&out, NULL, EINVAL, fault);
    }
  }
  // Before the answer: the lock in there is what makes the thread of the next question see what this one has done. In
  // the host's process the host sees to that.
  if (call != NULL) let_go(call);
  answer(&worker.wire, frame, &out);
  free_buffer(&out);
  free_frame(frame);
  return NULL;
}
