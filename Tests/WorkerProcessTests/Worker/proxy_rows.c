/// Rows: a stream of the host's process that asks the driver's own.
#include "arrow.h"
#include "proxy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct rows {
  remote *remote;
  uint64_t call;
  char *fault; /* what get_last_error answers */
} rows;

/// 0 and a frame with a cursor behind the code; or errno, and the fault is set.
static int pull(struct ArrowArrayStream *stream, enum tag tag, frame **answered, cursor *in) {
  rows *rows = stream->private_data;
  free(rows->fault);
  rows->fault = NULL;
  *answered = ask(&rows->remote->wire, tag, rows->call, &(buffer){0});
  if (*answered == NULL) {
    rows->fault = strdup("the process of the driver died");
    return EPIPE;
  }
  *in = cursor_of(*answered);
  int code = (int)take_u64(in);
  if (code == 0 && !in->is_bad) return 0;
  if (take_u32(in) != 0) rows->fault = strdup(take_text(in).ptr);
  free_frame(*answered);
  return code == 0 ? EPROTO : code;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  frame *frame;
  cursor in;
  int code = pull(stream, ROWS_SCHEMA, &frame, &in);
  if (code != 0) return code;
  code = take_schema(&in, out) ? 0 : EPROTO;
  free_frame(frame);
  return code;
}

/// A batch owns the frame that it came in, and outlives the stream, the call and the process.
static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  frame *frame;
  cursor in;
  int code = pull(stream, ROWS_NEXT, &frame, &in);
  if (code != 0) return code;
  memset(out, 0, sizeof *out);
  int is_end = take_u32(&in) == 0;
  if (in.is_bad || (!is_end && !take_array(&in, frame, out))) code = EPROTO;
  free_frame(frame);
  return code;
}

static const char *get_last_error(struct ArrowArrayStream *stream) { return ((rows *)stream->private_data)->fault; }

static void free_rows(rows *rows) {
  let_remote_go(rows->remote);
  free(rows->fault);
  free(rows);
}

/// The driver ends its call, or hands over its next rows, inside this as it would in the host's process.
static void release(struct ArrowArrayStream *stream) {
  rows *rows = stream->private_data;
  stream->release = NULL;
  free_frame(ask(&rows->remote->wire, ROWS_RELEASE, rows->call, &(buffer){0}));
  free_rows(rows);
}

dh_status take_rows(remote_call *call, dh_text_v1 name) {
  rows *made = make(1, sizeof *made);
  *made = (rows){call->remote, call->id, NULL};
  hold_remote(call->remote);
  struct ArrowArrayStream stream = {get_schema, get_next, get_last_error, release, made};
  dh_status status = call->host.fn->rows(call->host, name, &stream);
  if (status != DH_OK) free_rows(made);
  return status;
}
