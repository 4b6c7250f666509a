/// A driver in C that moves bytes and rows of any size in constant memory, stops when it is asked to, and has sessions.
///
/// The rows are in rows.c, a wait with poll(2) in follow.c. Build it with ./build
#include "stream.h"

#include <stdlib.h>
#include <string.h>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
  (void)host, (void)loop, (void)report;
  *instance = NULL; // What it keeps, it keeps in its sessions.
  return DH_OK;
}

static void destroy(void *instance) { (void)instance; }

void end_stopped(dh_call_v1 call) {
  int was_late = call.fn->stopped(call) == DH_STOP_DEADLINE;
  dh_fail(call, was_late ? DH_ERROR_TIMED_OUT : DH_ERROR_CANCELLED, "stopped in the middle, as asked");
}

static void set_integer(dh_call_v1 call, const char *name, int64_t number) {
  dh_value_v1 value = dh_int(number);
  call.fn->output(call, dh_text(name), &value);
}

void end_bytes(dh_call_v1 call, session *session, int64_t bytes, int64_t last) {
  if (last == DH_STOPPED || call.fn->stopped(call) > 0) {
    end_stopped(call);
  } else if (last < 0 && last != DH_UNWANTED) {
    dh_fail(call, DH_ERROR_INTERNAL, "the host did not take the bytes, or gave none");
  } else {
    // A reader that has gone has what it wanted.
    set_integer(call, "bytes", bytes);
    set_integer(call, "calls", session->calls);
    dh_succeed(call);
  }
}

/// Channel 0 is read and channel 1 written, as the descriptor lists them.
static void copy(dh_call_v1 call, session *session) {
  int64_t bytes = 0, count;
  int64_t length = call.fn->length(call, 0); // Below 0 where nobody knows, as of a pipe.
  while ((count = call.fn->read(call, 0, session->buffer, sizeof session->buffer)) > 0) {
    dh_status status = call.fn->write(call, 1, session->buffer, (size_t)count);
    if (status != DH_OK) {
      end_bytes(call, session, bytes, status);
      return;
    }
    bytes += count;
    call.fn->progress(call, (uint64_t)bytes, length > 0 ? (uint64_t)length : 0, dh_text("bytes"));
  }
  end_bytes(call, session, bytes, count);
}

static void generate(dh_call_v1 call, session *session, const dh_value_v1 *inputs) {
  int64_t size = dh_int_of(inputs, "size", 0), bytes = 0;
  dh_status status = DH_OK;
  for (size_t i = 0; i < sizeof session->buffer; i++) session->buffer[i] = (unsigned char)i;
  while (bytes < size && status == DH_OK) {
    int64_t left = size - bytes;
    size_t count = left < (int64_t)sizeof session->buffer ? (size_t)left : sizeof session->buffer;
    // A slow reader holds this thread here; a stop gets it out.
    status = call.fn->write(call, 0, session->buffer, count);
    if (status == DH_OK) bytes += (int64_t)count;
    call.fn->progress(call, (uint64_t)bytes, (uint64_t)size, dh_text("bytes"));
  }
  end_bytes(call, session, bytes, status);
}

static void rows(dh_call_v1 call, session *session, const dh_value_v1 *inputs) {
  struct ArrowArrayStream stream;
  set_integer(call, "calls", session->calls);
  if (make_rows(&stream, call, dh_int_of(inputs, "count", 0), dh_int_of(inputs, "batch", 4096)) != 0) {
    dh_fail(call, DH_ERROR_UNAVAILABLE, "there is no memory for the rows");
    return;
  }
  // The host pulls the rows after `start` has returned; the release of the stream ends the call.
  dh_status status = call.fn->rows(call, dh_text("squares"), &stream);
  if (status == DH_OK) return;
  abandon_rows(&stream);
  if (status == DH_UNWANTED) {
    dh_succeed(call); // Nobody wants rows: there is nothing else to do.
  } else {
    end_stopped(call);
  }
}

static void open_session(dh_call_v1 call) {
  session *opened = calloc(1, sizeof *opened);
  if (opened == NULL || call.fn->opened(call, opened) != DH_OK) {
    free(opened);
    dh_fail(call, DH_ERROR_UNAVAILABLE, "there is no memory for a session");
  } else if (dh_succeed(call) != DH_OK) {
    free(opened); // The host had given up waiting for it.
  }
}

/// A session is opened, used, reset after a call that was stopped, checked when it was idle, and closed by calls.
static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 call = request->call;
  session *session = request->session;
  if (dh_text_is(request->action, "open")) {
    open_session(call);
  } else if (dh_text_is(request->action, "close")) {
    free(session);
    dh_succeed(call);
  } else if (dh_text_is(request->action, "reset") || dh_text_is(request->action, "check")) {
    dh_succeed(call); // Nothing of a stopped call stays behind here.
  } else {
    // The text of the action is the request's too, so it is not looked at again after one of these has ended the call.
    session->calls++;
    if (dh_text_is(request->action, "copy")) {
      copy(call, session);
    } else if (dh_text_is(request->action, "generate")) {
      generate(call, session, request->inputs);
    } else if (dh_text_is(request->action, "follow")) {
      follow(call, session, request->inputs);
    } else if (dh_text_is(request->action, "rows")) {
      rows(call, session, request->inputs);
    } else {
      dh_fail(call, DH_ERROR_UNSUPPORTED, "the driver does not know this action");
    }
  }
}

static const dh_driver_v1 driver = {create, destroy, start};
DH_DRIVER_ENTRY(driver)
