/// A blocking driver that was written against revision 1 of driver_abi.h: values of every kind, errors with all fields,
/// bytes, rows, sessions and stops. Valid C11 and C++17. It never changes: see ../README.md.
#define _POSIX_C_SOURCE 200809L

#include "driver_abi.h"

#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

typedef struct frozen_session {
  int64_t number, calls, resets, checks;
} frozen_session;

static const dh_host_v1 *the_host;
static int64_t sessions, closed, inits;

static void put(dh_call_v1 call, const char *name, dh_value_v1 value) { call.fn->output(call, dh_text(name), &value); }

static dh_value_v1 string_of(dh_text_v1 text) { return dh_textual(DH_STRING, text.ptr, text.len); }

// MARK: - The instance

static dh_status init_once(void *context) {
  ++*(int64_t *)context;
  return DH_OK;
}

/// A build that refuses every instance.
#ifdef FROZEN_REFUSES
enum { REFUSES = 1 };
#else
enum { REFUSES = 0 };
#endif

static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
  if (REFUSES || loop != NULL) {
    dh_error_v1 error = dh_error(DH_ERROR_UNAVAILABLE, "this build refuses to begin");
    report.fn(report.context, &error);
    return DH_FAILED;
  }
  the_host = host;
  *instance = (void *)&the_host;
  // Both are asked for; the second one finds it done.
  dh_status status = host->once(host, "libfrozen.so.1", init_once, &inits);
  return status == DH_OK ? host->once(host, "libfrozen.so.1", init_once, &inits) : status;
}

static void destroy(void *instance) { (void)instance; }

// MARK: - Values and errors

static void echo_values(dh_call_v1 call, const dh_value_v1 *inputs) {
  const dh_value_v1 *list = dh_member_of(inputs, "list");
  for (size_t i = 0; i < inputs->count; i++) {
    const dh_member_v1 *member = &inputs->as.members[i];
    call.fn->output(call, member->name, &member->value);
  }
  const char *document = "{\"a\": [1, 2.5]}";
  dh_text_v1 decimal = dh_text_of(inputs, "decimal"), bytes = dh_bytes_of(inputs, "bytes");
  dh_member_v1 members[] = {
      dh_member("string", dh_cstring(dh_string_of(inputs, "string", "none"))),
      dh_member("fallback", dh_cstring(dh_string_of(inputs, "missing", "none"))),
      dh_member("bytes", dh_textual(DH_BYTES, bytes.ptr, bytes.len)),
      dh_member("integer", dh_int(dh_int_of(inputs, "integer", 0))),
      dh_member("number", dh_double(dh_double_of(inputs, "number", 0))),
      dh_member("decimal", decimal.ptr == NULL ? dh_null() : dh_textual(DH_DECIMAL, decimal.ptr, decimal.len)),
      dh_member("rounded", dh_double(dh_number_of_text(decimal))),
      dh_member("flag", dh_bool(dh_bool_of(inputs, "flag", 0))),
      dh_member("nothing", dh_null()),
      dh_member("list", list == NULL ? dh_null() : dh_list(list->as.items, list->count)),
      dh_member("document", dh_textual(DH_JSON, document, strlen(document))),
  };
  put(call, "built", dh_map(members, sizeof members / sizeof *members));
  dh_value_v1 raw = dh_null();
  raw.kind = DH_DOUBLE;
  raw.as.number = 0.5;
  put(call, "half", raw);
  raw.kind = DH_INT;
  raw.as.integer = -7;
  put(call, "seven", raw);
  raw.kind = DH_STRING;
  raw.as.text = "shown to nobody";
  raw.count = strlen(raw.as.text);
  raw.flags = DH_SECRET;
  put(call, "hidden", raw);
  dh_succeed(call);
}

static void fail_with_all(dh_call_v1 call, const dh_value_v1 *inputs) {
  dh_member_v1 more[] = {dh_member("table", dh_cstring("orders")), dh_member("line", dh_int(3))};
  dh_value_v1 details = dh_map(more, 2);
  put(call, "partial", dh_cstring("so far"));
  dh_error_v1 error = dh_error((uint32_t)dh_int_of(inputs, "code", DH_ERROR_INTERNAL), "it went wrong");
  error.flags = DH_RETRYABLE | DH_SESSION_BROKEN;
  error.status = 503;
  error.retry_after_ms = 1500;
  error.vendor_code = -1234567890123;
  error.vendor_state = dh_text("08S01");
  error.pointer = dh_text("/code");
  error.detail = dh_text("all that is known");
  error.details = &details;
  error.code = error.code == DH_ERROR_LOST ? DH_ERROR_INTERNAL : error.code;
  call.fn->done(call, &error);
}

// MARK: - Channels

/// Reads all of channel 0, goes back to its beginning, and sends it down channel 1.
static void copy_bytes(dh_call_v1 call) {
  static const size_t size = 64 * 1024;
  unsigned char *buffer = (unsigned char *)malloc(size);
  int64_t length = call.fn->length(call, 0), seen = 0, written = 0, count = 0;
  if (buffer == NULL) {
    dh_fail(call, DH_ERROR_UNAVAILABLE, "there is no memory");
    return;
  }
  put(call, "in_wanted", dh_int(call.fn->wanted(call, 0)));
  put(call, "out_wanted", dh_int(call.fn->wanted(call, 1)));
  put(call, "length", dh_int(length));
  while ((count = call.fn->read(call, 0, buffer, size)) > 0) seen += count;
  put(call, "first_end", dh_int(count));
  put(call, "seen", dh_int(seen));
  put(call, "seek", dh_int(call.fn->seek(call, 0, 0)));
  while ((count = call.fn->read(call, 0, buffer, size)) > 0) {
    dh_status status = call.fn->write(call, 1, buffer, (size_t)count);
    if (status != DH_OK) {
      count = status;
      break;
    }
    written += count;
    call.fn->progress(call, (uint64_t)written, length > 0 ? (uint64_t)length : 0, dh_text("bytes"));
  }
  free(buffer);
  put(call, "written", dh_int(written));
  put(call, "end", dh_int(count));
  if (count == DH_STOPPED) {
    dh_fail(call, DH_ERROR_CANCELLED, "stopped in the middle");
  } else {
    dh_succeed(call);
  }
}

/// Sends the numbers from 0 on down channel 0, each in a map.
static void send_values(dh_call_v1 call, const dh_value_v1 *inputs) {
  int64_t count = dh_int_of(inputs, "count", 0), sent = 0;
  dh_status status = DH_OK;
  for (; sent < count && status == DH_OK; sent++) {
    dh_member_v1 member = dh_member("n", dh_int(sent));
    dh_value_v1 value = dh_map(&member, 1);
    status = call.fn->send(call, 0, &value);
  }
  put(call, "sent", dh_int(sent));
  put(call, "status", dh_int(status));
  dh_succeed(call);
}

// MARK: - Rows

enum { COLUMNS = 2, ROWS = 3 };

static const int64_t numbers[ROWS] = {1, 0, 3};
static const unsigned char valid[8] = {5};
static const int32_t ends[ROWS + 1] = {0, 3, 6, 11};
static const char names[] = "onetwothree";

typedef struct frozen_rows {
  dh_call_v1 call;
  int batches;
} frozen_rows;

typedef struct frozen_schema {
  struct ArrowSchema fields[COLUMNS];
  struct ArrowSchema *pointers[COLUMNS];
} frozen_schema;

static void release_field(struct ArrowSchema *field) { field->release = NULL; }

static void release_schema(struct ArrowSchema *schema) {
  for (int64_t i = 0; i < schema->n_children; i++) {
    if (schema->children[i]->release != NULL) schema->children[i]->release(schema->children[i]);
  }
  free(schema->private_data);
  schema->release = NULL;
}

static void set_schema(struct ArrowSchema *schema, const char *format, const char *name, int64_t flags) {
  schema->format = format;
  schema->name = name;
  schema->metadata = NULL;
  schema->flags = flags;
  schema->n_children = 0;
  schema->children = NULL;
  schema->dictionary = NULL;
  schema->release = release_field;
  schema->private_data = NULL;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  frozen_schema *made = (frozen_schema *)malloc(sizeof *made);
  (void)stream;
  if (made == NULL) return ENOMEM;
  set_schema(&made->fields[0], "l", "number", ARROW_FLAG_NULLABLE);
  set_schema(&made->fields[1], "u", "name", 0);
  for (int i = 0; i < COLUMNS; i++) made->pointers[i] = &made->fields[i];
  set_schema(out, "+s", "", 0);
  out->n_children = COLUMNS;
  out->children = made->pointers;
  out->release = release_schema;
  out->private_data = made;
  return 0;
}

/// Its buffers stay where they are for ever; a consumer may take a column out of it, so the arrays are counted.
typedef struct frozen_batch {
  int arrays;
  struct ArrowArray columns[COLUMNS];
  struct ArrowArray *pointers[COLUMNS];
  const void *row_buffers[1], *number_buffers[2], *name_buffers[3];
} frozen_batch;

static void release_array(struct ArrowArray *array) {
  frozen_batch *owner = (frozen_batch *)array->private_data;
  for (int64_t i = 0; i < array->n_children; i++) {
    if (array->children[i]->release != NULL) array->children[i]->release(array->children[i]);
  }
  array->release = NULL;
  if (--owner->arrays == 0) free(owner);
}

static void set_array(struct ArrowArray *array, frozen_batch *owner, int64_t nulls, int64_t count,
                      const void **buffers) {
  owner->arrays++;
  array->length = ROWS;
  array->null_count = nulls;
  array->offset = 0;
  array->n_buffers = count;
  array->n_children = 0;
  array->buffers = buffers;
  array->children = NULL;
  array->dictionary = NULL;
  array->release = release_array;
  array->private_data = owner;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  frozen_rows *rows = (frozen_rows *)stream->private_data;
  memset(out, 0, sizeof *out);
  if (rows->batches-- == 0) return 0; // An array without a release is the end.
  frozen_batch *made = (frozen_batch *)calloc(1, sizeof *made);
  if (made == NULL) return ENOMEM;
  made->number_buffers[0] = valid, made->number_buffers[1] = numbers;
  made->name_buffers[1] = ends, made->name_buffers[2] = names;
  set_array(&made->columns[0], made, 1, 2, made->number_buffers);
  set_array(&made->columns[1], made, 0, 3, made->name_buffers);
  for (int i = 0; i < COLUMNS; i++) made->pointers[i] = &made->columns[i];
  set_array(out, made, 0, 1, made->row_buffers);
  out->n_children = COLUMNS;
  out->children = made->pointers;
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return "the rows broke off";
}

static void release_stream(struct ArrowArrayStream *stream) {
  frozen_rows *rows = (frozen_rows *)stream->private_data;
  dh_call_v1 call = rows->call;
  free(rows);
  stream->release = NULL;
  put(call, "after", dh_cstring("the rows"));
  dh_succeed(call);
}

static void hand_over_rows(dh_call_v1 call) {
  struct ArrowArrayStream stream;
  frozen_rows *rows = (frozen_rows *)malloc(sizeof *rows);
  if (rows == NULL) {
    dh_fail(call, DH_ERROR_UNAVAILABLE, "there is no memory");
    return;
  }
  rows->call = call;
  rows->batches = 2;
  stream.get_schema = get_schema;
  stream.get_next = get_next;
  stream.get_last_error = get_last_error;
  stream.release = release_stream;
  stream.private_data = rows;
  dh_status status = call.fn->rows(call, dh_text("table"), &stream);
  if (status == DH_OK) return;
  free(rows);
  if (status == DH_UNWANTED) {
    dh_succeed(call);
  } else {
    dh_fail(call, DH_ERROR_CANCELLED, "nobody took the rows");
  }
}

// MARK: - Stops

static void end_stopped(dh_call_v1 call, dh_status reason) {
  put(call, "reason", dh_int(reason));
  if (reason == DH_STOP_DEADLINE) {
    dh_fail(call, DH_ERROR_TIMED_OUT, "the deadline has passed");
  } else {
    dh_fail(call, DH_ERROR_CANCELLED, "stopped as asked");
  }
}

/// When `milliseconds` from now are over, on a clock.
static struct timespec moment_after(clockid_t clock, int64_t milliseconds) {
  struct timespec moment;
  clock_gettime(clock, &moment);
  moment.tv_sec += (time_t)(milliseconds / 1000);
  moment.tv_nsec += (long)(milliseconds % 1000) * 1000000;
  if (moment.tv_nsec >= 1000000000) moment.tv_sec++, moment.tv_nsec -= 1000000000;
  return moment;
}

static void end_waiting(dh_call_v1 call) {
  dh_status reason = call.fn->stopped(call);
  if (reason > 0) {
    end_stopped(call, reason);
  } else {
    put(call, "waited", dh_bool(1));
    dh_succeed(call);
  }
}

static void wait_for_descriptor(dh_call_v1 call, int64_t milliseconds) {
  struct pollfd stop = {call.fn->stop_fd(call), POLLIN, 0};
  call.fn->progress(call, 0, 0, dh_text("waiting"));
  poll(&stop, 1, (int)milliseconds);
  end_waiting(call);
}

static void wake(void *context) { sem_post((sem_t *)context); }

static void wait_for_function(dh_call_v1 call, int64_t milliseconds) {
  sem_t woken;
  struct timespec end = moment_after(CLOCK_REALTIME, milliseconds);
  sem_init(&woken, 0, 0);
  // The first is taken back, so that only the second wakes.
  call.fn->on_stop(call, wake, &woken);
  call.fn->on_stop(call, NULL, NULL);
  call.fn->on_stop(call, wake, &woken);
  call.fn->progress(call, 0, 0, dh_text("waiting"));
  while (sem_timedwait(&woken, &end) != 0 && errno == EINTR) {
  }
  call.fn->on_stop(call, NULL, NULL);
  sem_destroy(&woken);
  end_waiting(call);
}

// MARK: - Calls

/// What the call was begun with.
static void tell_request(const dh_request_v1 *request, const frozen_session *session) {
  dh_call_v1 call = request->call;
  dh_member_v1 members[] = {
      dh_member("has_id", dh_bool(call.id != 0)),
      dh_member("action", string_of(request->action)),
      dh_member("inputs", dh_int((int64_t)request->inputs->count)),
      dh_member("has_deadline", dh_bool(request->deadline_ns > 0)),
      dh_member("execution", string_of(request->execution)),
      dh_member("connector", string_of(request->connector)),
      dh_member("traceparent", string_of(dh_text_of(request->context, "traceparent"))),
      dh_member("tracestate", string_of(dh_text_of(request->context, "tracestate"))),
      dh_member("attempt", dh_int(request->attempt)),
      dh_member("flags", dh_int(request->flags)),
      dh_member("host", string_of(the_host->name)),
      dh_member("host_version", string_of(the_host->version)),
      dh_member("reactor", dh_bool(the_host->interface(the_host, DH_REACTOR_V1) != NULL)),
      dh_member("resolve", dh_bool(the_host->interface(the_host, DH_RESOLVE_V1) != NULL)),
      dh_member("unknown", dh_bool(the_host->interface(the_host, "dh.unknown/1") != NULL)),
      dh_member("inits", dh_int(inits)),
  };
  put(call, "request", dh_map(members, sizeof members / sizeof *members));
  dh_member_v1 counts[] = {
      dh_member("number", dh_int(session->number)), dh_member("calls", dh_int(session->calls)),
      dh_member("resets", dh_int(session->resets)), dh_member("checks", dh_int(session->checks)),
      dh_member("closed", dh_int(__atomic_load_n(&closed, __ATOMIC_SEQ_CST))),
  };
  put(call, "session", dh_map(counts, sizeof counts / sizeof *counts));
  call.fn->log(call, DH_LOG_INFO, dh_text("a line of a call"));
  the_host->log(the_host, DH_LOG_DEBUG, dh_text("a line of the driver"));
  dh_succeed(call);
}

static void open_session(dh_call_v1 call) {
  frozen_session *made = (frozen_session *)calloc(1, sizeof *made);
  if (made == NULL) {
    dh_fail(call, DH_ERROR_UNAVAILABLE, "there is no memory");
    return;
  }
  made->number = __atomic_add_fetch(&sessions, 1, __ATOMIC_SEQ_CST);
  if (call.fn->opened(call, made) != DH_OK) {
    free(made);
    dh_fail(call, DH_ERROR_INTERNAL, "the host took no session");
  } else if (dh_succeed(call) != DH_OK) {
    free(made); // The host had given up waiting for it.
  }
}

static void start(void *instance, const dh_request_v1 *request) {
  dh_call_v1 call = request->call;
  dh_text_v1 action = request->action;
  frozen_session *session = (frozen_session *)request->session;
  (void)instance;
  if (dh_text_is(action, "open")) {
    open_session(call);
    return;
  }
  if (dh_text_is(action, "close")) {
    free(session);
    __atomic_add_fetch(&closed, 1, __ATOMIC_SEQ_CST);
    dh_succeed(call);
    return;
  }
  if (dh_text_is(action, "reset") || dh_text_is(action, "check")) {
    int64_t *counter = dh_text_is(action, "reset") ? &session->resets : &session->checks;
    ++*counter;
    dh_succeed(call);
    return;
  }
  session->calls++;
  if (dh_text_is(action, "values")) {
    echo_values(call, request->inputs);
  } else if (dh_text_is(action, "fail")) {
    fail_with_all(call, request->inputs);
  } else if (dh_text_is(action, "copy")) {
    copy_bytes(call);
  } else if (dh_text_is(action, "send")) {
    send_values(call, request->inputs);
  } else if (dh_text_is(action, "rows")) {
    hand_over_rows(call);
  } else if (dh_text_is(action, "poll")) {
    wait_for_descriptor(call, dh_int_of(request->inputs, "milliseconds", 0));
  } else if (dh_text_is(action, "listen")) {
    wait_for_function(call, dh_int_of(request->inputs, "milliseconds", 0));
  } else if (dh_text_is(action, "tell")) {
    tell_request(request, session);
  } else {
    dh_fail(call, DH_ERROR_UNSUPPORTED, "the driver does not know this action");
  }
}

static const dh_driver_v1 driver = {create, destroy, start};
DH_DRIVER_ENTRY(driver)
