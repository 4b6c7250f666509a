/// A driver in C that never waits: it connects to a server and hands over each line that this says, with any number of
/// other calls on one thread. Each function here runs on that thread and returns at once.
///
/// The connection is in connect.c. Build it with ./build
#include "lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

// MARK: - The end of a call

/// The counts are put out in any case: what there was before a failure is known too.
void end(reading *reading, const dh_error_v1 *error) {
  const instance *instance = reading->instance;
  dh_call_v1 call = reading->call;
  if (reading->lookup > 0) instance->resolve->cancel(instance->loop, reading->lookup);
  if (reading->timer > 0) instance->reactor->cancel(instance->loop, reading->timer);
  hang_up(reading);
  dh_value_v1 lines = dh_int(reading->lines), bytes = dh_int(reading->bytes);
  dh_status status = call.fn->output(call, dh_text("count"), &lines);
  if (status == DH_OK) status = call.fn->output(call, dh_text("bytes"), &bytes);
  free(reading);
  // `done` takes on_stop and on_ready back itself, and nothing of the call may be used after it.
  if (error == NULL && status != DH_OK) {
    dh_fail(call, DH_ERROR_INTERNAL, "the host did not take the counts");
  } else {
    call.fn->done(call, error);
  }
}

void fail(reading *reading, uint32_t code, const char *message) {
  dh_error_v1 error = dh_error(code, message);
  end(reading, &error);
}

void fail_by(reading *reading, int number, uint32_t code, uint32_t flags, const char *message) {
  char text[128];
  dh_error_v1 error = dh_error(code, message);
  error.flags = flags;
  error.vendor_code = number;
  if (strerror_r(number, text, sizeof text) == 0) error.detail = dh_text(text);
  end(reading, &error);
}

/// The call is asked to stop. On the loop, as all callbacks.
static void on_stop(void *context) {
  reading *reading = context;
  int was_late = reading->call.fn->stopped(reading->call) == DH_STOP_DEADLINE;
  fail(reading, was_late ? DH_ERROR_TIMED_OUT : DH_ERROR_CANCELLED, "stopped while it read lines, as asked");
}

// MARK: - Lines

/// What the host sends on as text must be UTF-8; a server may say anything.
static int is_utf8(const unsigned char *bytes, size_t count) {
  for (size_t i = 0; i < count;) {
    unsigned char first = bytes[i++], lowest = 0x80, highest = 0xBF;
    size_t more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    if ((first >= 0x80 && first < 0xC2) || first > 0xF4 || more > count - i) return 0;
    if (first == 0xE0) lowest = 0xA0; // Less would be longer than it need be.
    if (first == 0xF0) lowest = 0x90;
    if (first == 0xED) highest = 0x9F; // More would be a surrogate.
    if (first == 0xF4) highest = 0x8F; // More would be beyond U+10FFFF.
    for (; more > 0; more--, i++, lowest = 0x80, highest = 0xBF) {
      if (bytes[i] < lowest || bytes[i] > highest) return 0;
    }
  }
  return 1;
}

/// The line at `at`: how many bytes it takes with its end, and how long it is without. 0: none that is whole.
static size_t next_line(const reading *reading, size_t at, size_t *length) {
  const char *line = reading->buffer + at, *newline = memchr(line, '\n', reading->filled - at);
  size_t taken = newline != NULL ? (size_t)(newline - line) + 1 : reading->filled - at;
  // The last line need not have an end; and one that fills the buffer has none that is near enough.
  if (newline == NULL && !reading->is_closed && taken < reading->longest + 2) return 0;
  *length = newline != NULL ? taken - 1 : taken;
  if (*length > 0 && line[*length - 1] == '\r') --*length;
  return taken;
}

static void on_room(void *context);

/// Sends the lines that have come, as far as the reader takes them.
static void hand_over(reading *reading) {
  dh_call_v1 call = reading->call;
  size_t at = 0, length = 0, taken;
  dh_status status = DH_OK;
  for (int turn = 0; status == DH_OK && (taken = next_line(reading, at, &length)) > 0; turn++) {
    if (length > reading->longest) {
      fail(reading, DH_ERROR_TOO_LARGE, "the server said a line that is longer than max_line");
      return;
    }
    const char *line = reading->buffer + at;
    if (reading->last.ptr != NULL && length == reading->last.len && memcmp(line, reading->last.ptr, length) == 0) {
      end(reading, NULL); // The server has said all, whether it closes or not.
      return;
    }
    uint32_t kind = is_utf8((const unsigned char *)line, length) ? DH_STRING : DH_BYTES;
    dh_value_v1 value = dh_textual(kind, line, length);
    if (reading->is_wanted) status = turn < TURN ? call.fn->send(call, LINES, &value) : DH_AGAIN; // Copied in there.
    if (status == DH_OK) at += taken, reading->lines++, reading->bytes += (int64_t)taken;
  }
  memmove(reading->buffer, reading->buffer + at, reading->filled - at);
  reading->filled -= at;
  if (at > 0) call.fn->progress(call, (uint64_t)reading->lines, 0, dh_text("lines"));
  if (status == DH_AGAIN) {
    // The reader is slow, so the server has to wait: nothing more is read until there is room. Where there is some, as
    // after a long turn, on_room runs soon, and other calls in between. `post` would do that too, but nobody could take
    // it back if the call ended before.
    listen_for(reading, 0);
    status = call.fn->on_ready(call, LINES, on_room, reading);
    if (status == DH_OK) return;
  }
  switch (status) {
  case DH_OK:
    if (!reading->is_closed) break; // More will come.
    if (reading->last.ptr == NULL) {
      end(reading, NULL);
    } else {
      fail(reading, DH_ERROR_PROTOCOL, "the server closed the connection before its last line");
    }
    break;
  case DH_UNWANTED: // A reader that has gone has what it wanted.
  case DH_GONE:     // The call was given up; `done` is still expected.
    end(reading, NULL);
    break;
  case DH_STOPPED:
    on_stop(reading);
    break;
  case DH_LIMIT:
    fail(reading, DH_ERROR_TOO_LARGE, "there are more lines than the host collects: read them while they come");
    break;
  default:
    fail(reading, DH_ERROR_INTERNAL, "the host did not take a line");
  }
}

static void on_room(void *context) {
  reading *reading = context;
  listen_for(reading, DH_READABLE);
  hand_over(reading);
}

/// Takes what has come. One piece each time: the loop calls again while there is more.
void receive(reading *reading) {
  // There is always room: `hand_over` leaves less than one line, or the watch silent.
  size_t room = reading->longest + 2 - reading->filled;
  ssize_t count = recv(reading->fd, reading->buffer + reading->filled, room, 0);
  if (count < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return;
    fail_by(reading, errno, DH_ERROR_PROTOCOL, 0, "the connection to the server was lost");
    return;
  }
  if (count == 0) {
    reading->is_closed = 1;
    hang_up(reading);
  }
  reading->filled += (size_t)count;
  hand_over(reading);
}

// MARK: - The driver

static void read_lines(const instance *instance, dh_call_v1 call, const dh_value_v1 *inputs) {
  size_t longest = (size_t)dh_int_of(inputs, "max_line", 4096);
  reading *reading = calloc(1, sizeof *reading + longest + 2);
  if (reading == NULL) {
    dh_fail(call, DH_ERROR_UNAVAILABLE, "there is no memory for the call");
    return;
  }
  reading->instance = instance, reading->call = call, reading->fd = -1, reading->longest = longest;
  reading->last = dh_text_of(inputs, "last"); // The inputs are there until `done`: no copy is needed.
  snprintf(reading->port, sizeof reading->port, "%d", (int)dh_int_of(inputs, "port", 0));
  reading->is_wanted = call.fn->wanted(call, LINES) > 0;
  call.fn->on_stop(call, on_stop, reading); // It runs later, also for a call that is to stop already.
  look_up(reading, dh_text_of(inputs, "host"), dh_double_of(inputs, "connect_timeout", 10));
}

static void start(void *context, const dh_request_v1 *request) {
  if (dh_text_is(request->action, "read")) {
    read_lines(context, request->call, request->inputs);
  } else {
    dh_fail(request->call, DH_ERROR_UNSUPPORTED, "the driver does not know this action");
  }
}

/// The descriptor names both interfaces as needed, so a host that runs the driver has them.
static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **made, dh_report_v1 report) {
  instance *instance = malloc(sizeof *instance);
  if (instance == NULL) {
    dh_error_v1 error = dh_error(DH_ERROR_UNAVAILABLE, "there is no memory for the driver");
    report.fn(report.context, &error);
    return DH_FAILED;
  }
  instance->loop = loop;
  instance->reactor = host->interface(host, DH_REACTOR_V1);
  instance->resolve = host->interface(host, DH_RESOLVE_V1);
  *made = instance;
  return DH_OK;
}

/// No call is left, so no watch, timer or look-up is: each call took its own back.
static void destroy(void *context) { free(context); }

static const dh_driver_v1 driver = {create, destroy, start};
DH_DRIVER_ENTRY(driver)
