/// An engine that was written against revision 1 of driver_host.h, and calls every function of it. Valid C11 and C++17.
/// It never changes: see ../README.md.
///
/// Usage: engine FOLDER DRIVER: an empty folder for what it writes, and the blocking driver beside this file. Each
/// check that fails is a line; it ends with 0 if there is none.
#define _POSIX_C_SOURCE 200809L

#include "driver_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int faults, checks;

#define CHECK(condition)                                                                                               \
  do {                                                                                                                 \
    checks++;                                                                                                          \
    if (!(condition)) {                                                                                                \
      printf("line %d: %s\n", __LINE__, #condition);                                                                   \
      faults++;                                                                                                        \
    }                                                                                                                  \
  } while (0)

static dh_handle host;
static const char *folder;
static char paths[8][4096];

/// A file of the folder; up to eight of them.
static dh_text_v1 path_of(int place, const char *name) {
  snprintf(paths[place], sizeof paths[place], "%s/%s", folder, name);
  return dh_text(paths[place]);
}

/// Writes what an error says where there should be none, and gives it back.
static void expect_none(int line, dh_handle error) {
  if (error == 0) return;
  const dh_failure_v1 *failure = dh_failure_get_v1(error);
  printf("line %d: %s, %s\n", line, failure->name.ptr, failure->message.ptr);
  faults++;
  dh_release_v1(error);
}

static int64_t count_of(dh_handle handle, const char *name) { return dh_int_of(dh_tree_v1(handle), name, -1); }

static dh_call_options_v1 options_of(const char *action) {
  dh_call_options_v1 options;
  memset(&options, 0, sizeof options);
  options.action = dh_text(action);
  return options;
}

static dh_target_v1 blocking(void) { return dh_type("FROZEN_BLOCKING"); }

// MARK: - Callbacks

typedef struct seen {
  int lines, progress, ends, items, failed, batches;
  size_t bytes, values, given;
  dh_handle ended;
  char rows[32];
} seen;

static void take_line(void *context, const dh_log_line_v1 *line) {
  seen *seen_so_far = (seen *)context;
  if (dh_text_is(line->message, "a line of a call")) {
    CHECK(line->level == DH_LOG_INFO && line->reserved == 0 && line->execution.len == 36);
    CHECK(dh_text_is(line->driver, "FROZEN_BLOCKING"));
    seen_so_far->lines++;
  }
}

static dh_status take_bytes(void *context, const void *bytes, size_t count) {
  (void)bytes;
  ((seen *)context)->bytes += count;
  return DH_OK;
}

static dh_status take_value(void *context, const dh_value_v1 *value) {
  seen *so_far = (seen *)context;
  CHECK(dh_int_of(value, "n", -1) == (int64_t)so_far->values);
  so_far->values++;
  return DH_OK;
}

static int64_t give_bytes(void *context, void *buffer, size_t capacity) {
  seen *so_far = (seen *)context;
  size_t left = 1000 - so_far->given, count = capacity < left ? capacity : left;
  memset(buffer, 'x', count);
  so_far->given += count;
  return (int64_t)count;
}

static void hear_progress(void *context, uint64_t done, uint64_t total, dh_text_v1 text) {
  (void)total;
  if (done > 0) CHECK(dh_text_is(text, "bytes"));
  ((seen *)context)->progress++;
}

/// Reads a stream to its end; how many rows there were.
static int64_t read_rows(struct ArrowArrayStream *stream) {
  int64_t rows = 0;
  struct ArrowSchema schema;
  CHECK(stream->get_schema(stream, &schema) == 0);
  CHECK(strcmp(schema.format, "+s") == 0 && schema.n_children == 2);
  CHECK(strcmp(schema.children[1]->name, "name") == 0);
  schema.release(&schema);
  for (;;) {
    struct ArrowArray batch;
    int status = stream->get_next(stream, &batch);
    CHECK(status == 0);
    if (status != 0) {
      printf("%s\n", stream->get_last_error(stream));
      break;
    }
    if (batch.release == NULL) break;
    rows += batch.length;
    CHECK(((const int64_t *)batch.children[0]->buffers[1])[2] == 3);
    batch.release(&batch);
  }
  return rows;
}

static void take_rows(void *context, dh_text_v1 name, struct ArrowArrayStream *stream) {
  seen *so_far = (seen *)context;
  CHECK(dh_text_is(name, "table"));
  so_far->batches = (int)read_rows(stream);
}

static void hear_end(void *context, dh_handle execution) {
  seen *so_far = (seen *)context;
  so_far->ended = execution;
  __atomic_add_fetch(&so_far->ends, 1, __ATOMIC_SEQ_CST);
}

static void hear_item(void *context, size_t index, dh_handle result, dh_handle error) {
  seen *so_far = (seen *)context;
  CHECK(index < 3 && (result == 0) != (error == 0));
  so_far->items++;
  if (error != 0) so_far->failed++;
}

// MARK: - Without a host

static void versions(void) {
  CHECK(dh_api_v1() == DH_HOST_API);
  CHECK(strchr(dh_version_v1(), '.') != NULL);
  CHECK(dh_release_v1(0) == DH_OK);
  CHECK(dh_failure_get_v1(0) == NULL && dh_result_get_v1(0) == NULL && dh_tree_v1(0) == NULL);
  CHECK(dh_failure_get_v1(DH_FORKED_ERROR) != NULL);
  CHECK(dh_execution_start_v1(0) == DH_INVALID && dh_execution_status_v1(12345) < 0);
}

// MARK: - What there is

static void documents(void) {
  dh_handle document = 0, error = 0;
  dh_text_v1 type = dh_text("FROZEN_BLOCKING"), json = {NULL, 0};
  CHECK(dh_host_load_v1(host, type, &error) == DH_OK);
  CHECK(dh_host_drivers_v1(host, &document, &error) == DH_OK);
  const dh_value_v1 *drivers = dh_output_v1(document, dh_text("drivers"));
  CHECK(drivers != NULL && drivers->kind == DH_LIST && drivers->count == 1);
  CHECK(dh_same(dh_string_of(&drivers->as.items[0], "type", ""), "FROZEN_BLOCKING"));
  dh_release_v1(document);
  CHECK(dh_host_descriptor_v1(host, type, &document, &error) == DH_OK);
  CHECK(dh_same(dh_string_of(dh_tree_v1(document), "licence", ""), "MIT"));
  dh_release_v1(document);
  CHECK(dh_host_schema_v1(host, type, dh_text("values"), &document, &error) == DH_OK);
  CHECK(dh_json_v1(document, DH_JSON_PRETTY, &json) == DH_OK && strstr(json.ptr, "\"decimal\"") != NULL);
  dh_release_v1(document);
  CHECK(dh_host_connectors_v1(host, &document, &error) == DH_OK);
  CHECK(dh_json_v1(document, 0, &json) == DH_OK && dh_text_is(json, "[]"));
  dh_release_v1(document);
  CHECK(dh_host_vaults_v1(host, &document, &error) == DH_OK);
  dh_release_v1(document);
  CHECK(dh_host_statistics_v1(host, &document, &error) == DH_OK);
  CHECK(dh_output_v1(document, dh_text("drivers")) != NULL);
  dh_release_v1(document);
  expect_none(__LINE__, error);
}

// MARK: - Calls

static void results(void) {
  dh_handle result = 0, error = 0;
  dh_target_v1 target = blocking();
  dh_call_options_v1 options = options_of("values");
  dh_value_v1 inputs = dh_json("{\"string\": \"gr\\u00fcn\", \"decimal\": \"0.10\", \"bytes\": \"AAE=\"}");
  CHECK(target.kind == DH_TARGET_TYPE && target.reserved == 0 && target.name.len == 15);
  options.name = dh_text("a name");
  options.timeout_ns = 60000000000;
  CHECK(dh_host_connect_v1(host, &target, &inputs, &options, &result, &error) == DH_OK);
  expect_none(__LINE__, error);
  const dh_result_v1 *how = dh_result_get_v1(result);
  CHECK(how->execution.len == 36 && dh_text_is(how->driver, "org.driverhost.frozen.blocking"));
  CHECK(dh_text_is(how->driver_version, "1.0.0") && how->duration_ns > 0 && how->attempts == 1 && how->reserved == 0);
  CHECK(how->secret_count == 1 && dh_text_is(how->secrets[0], "/hidden"));
  const dh_value_v1 *decimal = dh_output_v1(result, dh_text("decimal"));
  CHECK(decimal->kind == DH_DECIMAL && dh_text_is(dh_text_of(dh_tree_v1(result), "decimal"), "0.10"));
  CHECK(dh_bytes_of(dh_tree_v1(result), "bytes").len == 2);
  CHECK(dh_output_v1(result, dh_text("hidden"))->flags == DH_SECRET);
  dh_text_v1 json = {NULL, 0};
  CHECK(dh_json_v1(result, 0, &json) == DH_OK && strstr(json.ptr, "shown to nobody") == NULL);
  CHECK(strstr(json.ptr, "\"decimal\":\"0.10\"") != NULL || strstr(json.ptr, "\"decimal\": \"0.10\"") != NULL);
  CHECK(dh_json_v1(result, DH_JSON_WITH_SECRETS | DH_JSON_DECIMAL_NUMBERS, &json) == DH_OK);
  CHECK(strstr(json.ptr, "shown to nobody") != NULL && strstr(json.ptr, "\"0.10\"") == NULL);
  dh_texts_v1 secrets = {NULL, 0};
  CHECK(dh_input_secrets_v1(result, &secrets) == DH_OK && secrets.count == 0);
  CHECK(secrets.count == 0 || secrets.texts[0].len > 0);
  CHECK(dh_release_v1(result) == DH_OK && dh_release_v1(result) == DH_GONE);
}

static void failures(void) {
  dh_handle error = 0;
  dh_target_v1 target = blocking();
  dh_call_options_v1 options = options_of("fail");
  dh_value_v1 inputs = dh_json("{\"code\": 14}");
  CHECK(dh_host_connect_v1(host, &target, &inputs, &options, NULL, &error) == DH_FAILED);
  const dh_failure_v1 *failure = dh_failure_get_v1(error);
  CHECK(failure->code == DH_ERROR_REMOTE_FAILURE && failure->stage == DH_STAGE_CALL && failure->status == 503);
  CHECK(failure->flags == DH_RETRYABLE && failure->attempts == 1 && failure->reserved == 0);
  CHECK(failure->line == 0 && failure->column == 0 && failure->file.ptr == NULL);
  CHECK(failure->retry_after_ns == 1500000000 && failure->vendor_code == -1234567890123);
  CHECK(dh_text_is(failure->name, "remote_failure") && dh_text_is(failure->message, "it went wrong"));
  CHECK(dh_text_is(failure->detail, "all that is known") && dh_text_is(failure->vendor_state, "08S01"));
  CHECK(dh_text_is(failure->pointer, "/code") && failure->execution.len == 36);
  CHECK(failure->fault_count == 0 && dh_int_of(failure->details, "line", 0) == 3);
  CHECK(failure->secret_count == 0 && (failure->secrets == NULL || failure->secret_count == 0));
  CHECK(dh_same(dh_string_of(dh_tree_v1(error), "partial", ""), "so far"));
  dh_release_v1(error);

  inputs = dh_json("{\"accoun\": \"me\", \"code\": 99}");
  CHECK(dh_host_connect_v1(host, &target, &inputs, &options, NULL, &error) == DH_FAILED);
  failure = dh_failure_get_v1(error);
  CHECK(failure->code == DH_ERROR_INVALID_INPUT && failure->stage == DH_STAGE_INPUT && failure->fault_count == 2);
  int extra = 0, invalid = 0;
  for (size_t i = 0; i < failure->fault_count; i++) {
    const dh_fault_v1 *fault = &failure->faults[i];
    CHECK(fault->message.len > 0 && fault->reserved == 0 && fault->line == 0 && fault->column == 0);
    CHECK(fault->file.ptr == NULL);
    if (fault->kind == DH_FAULT_EXTRA) {
      extra++;
      CHECK(dh_text_is(fault->pointer, "/accoun") && dh_text_is(fault->nearest, "account"));
    } else {
      invalid += fault->kind == DH_FAULT_INVALID;
      CHECK(dh_text_is(fault->keyword, "maximum") && fault->expected.len > 0 && fault->got.len > 0);
      CHECK(fault->schema_location.len > 0);
    }
  }
  CHECK(extra == 1 && invalid == 1);
  dh_release_v1(error);
}

// MARK: - Channels

/// What a kind does not use is 0.
static dh_sink_v1 sink_of(uint32_t kind, const char *channel) {
  dh_sink_v1 sink;
  memset(&sink, 0, sizeof sink);
  sink.kind = kind;
  sink.channel = dh_text(channel);
  return sink;
}

static dh_source_v1 source_of(uint32_t kind) {
  dh_source_v1 source;
  memset(&source, 0, sizeof source);
  source.kind = kind;
  source.channel = dh_text("in");
  return source;
}

static void channels(void) {
  dh_handle result = 0, error = 0;
  dh_target_v1 target = blocking();
  seen so_far;
  memset(&so_far, 0, sizeof so_far);
  dh_sink_v1 sink = sink_of(DH_SINK_BYTES, "out");
  dh_source_v1 source = source_of(DH_SOURCE_MEMORY);
  dh_call_options_v1 options = options_of("copy");
  options.sinks = &sink;
  options.sink_count = 1;
  options.sources = &source;
  options.source_count = 1;
  options.progress = hear_progress;
  options.progress_context = &so_far;

  sink.bytes = take_bytes;
  sink.context = &so_far;
  source.bytes = dh_text("from memory");
  CHECK(dh_host_connect_v1(host, &target, NULL, &options, &result, &error) == DH_OK);
  expect_none(__LINE__, error);
  CHECK(so_far.bytes == 11 && so_far.progress > 0 && count_of(result, "length") == 11);
  dh_release_v1(result);

  // Into a file, and out of it.
  sink = sink_of(DH_SINK_FILE, "out");
  sink.path = path_of(0, "copied");
  CHECK(dh_host_connect_v1(host, &target, NULL, &options, &result, &error) == DH_OK);
  dh_release_v1(result);
  source = source_of(DH_SOURCE_FILE);
  source.bytes = sink.path;
  sink = sink_of(DH_SINK_MEMORY, "out");
  sink.limit = 100;
  CHECK(dh_host_connect_v1(host, &target, NULL, &options, &result, &error) == DH_OK);
  expect_none(__LINE__, error);
  dh_text_v1 out = dh_bytes_of(dh_tree_v1(result), "out");
  CHECK(out.len == 11 && memcmp(out.ptr, "from memory", 11) == 0);
  dh_release_v1(result);

  // From a descriptor to a descriptor.
  FILE *file = fopen(paths[0], "r+");
  source = source_of(DH_SOURCE_DESCRIPTOR);
  source.descriptor = file == NULL ? -1 : fileno(file);
  FILE *written = fopen(path_of(1, "written").ptr, "w+");
  sink = sink_of(DH_SINK_DESCRIPTOR, "out");
  sink.descriptor = written == NULL ? -1 : fileno(written);
  CHECK(dh_host_connect_v1(host, &target, NULL, &options, &result, &error) == DH_OK);
  expect_none(__LINE__, error);
  CHECK(count_of(result, "written") == 11);
  dh_release_v1(result);
  if (file != NULL) fclose(file);
  if (written != NULL) fclose(written);

  // From a function, which cannot be read again.
  source = source_of(DH_SOURCE_READ);
  source.read = give_bytes;
  source.context = &so_far;
  source.length_plus_1 = 1001;
  sink = sink_of(DH_SINK_BYTES, "out");
  sink.bytes = take_bytes;
  sink.context = &so_far;
  CHECK(dh_host_connect_v1(host, &target, NULL, &options, &result, &error) == DH_OK);
  expect_none(__LINE__, error);
  CHECK(count_of(result, "seen") == 1000 && count_of(result, "seek") == DH_UNABLE);
  CHECK(count_of(result, "length") == 1000);
  dh_release_v1(result);

  sink = sink_of(DH_SINK_VALUES, "items");
  sink.value = take_value;
  sink.context = &so_far;
  options.action = dh_text("send");
  options.source_count = 0;
  CHECK(dh_host_connect_v1(host, &target, NULL, &options, &result, &error) == DH_OK);
  expect_none(__LINE__, error);
  CHECK(so_far.values == 3);
  dh_release_v1(result);
}

static void rows(void) {
  dh_handle result = 0, error = 0, execution = 0;
  dh_target_v1 target = blocking();
  seen so_far;
  memset(&so_far, 0, sizeof so_far);
  dh_call_options_v1 options = options_of("rows");
  CHECK(dh_host_connect_v1(host, &target, NULL, &options, &result, &error) == DH_OK);
  expect_none(__LINE__, error);
  const dh_value_v1 *table = dh_output_v1(result, dh_text("table"));
  CHECK(table->count == 6 && dh_same(dh_string_of(&table->as.items[2], "name", ""), "three"));
  dh_release_v1(result);

  options.flags = DH_CALL_STREAMS_ROWS;
  struct ArrowArrayStream stream;
  dh_text_v1 name = {NULL, 0};
  CHECK(dh_execution_create_v1(host, &target, NULL, &options, &execution, &error) == DH_OK);
  CHECK(dh_execution_rows_v1(execution, -1, &name, &stream, &error) == 1 && dh_text_is(name, "table"));
  CHECK(read_rows(&stream) == 6);
  stream.release(&stream);
  CHECK(dh_execution_rows_v1(execution, -1, NULL, &stream, &error) == 0);
  CHECK(dh_execution_wait_v1(execution, -1, NULL, &error) == DH_OK);
  expect_none(__LINE__, error);
  dh_release_v1(execution);

  options.flags = 0;
  options.rows = take_rows;
  options.rows_context = &so_far;
  CHECK(dh_execution_create_v1(host, &target, NULL, &options, &execution, &error) == DH_OK);
  CHECK(dh_execution_wait_v1(execution, -1, NULL, &error) == DH_OK);
  expect_none(__LINE__, error);
  CHECK(so_far.batches == 6);
  dh_release_v1(execution);
}

// MARK: - Executions

static void executions(void) {
  dh_handle result = 0, error = 0, execution = 0, document = 0;
  dh_target_v1 target = blocking();
  dh_call_options_v1 options = options_of("tell");
  dh_text_v1 id = {NULL, 0};
  char kept[64] = "";
  seen so_far;
  memset(&so_far, 0, sizeof so_far);
  options.name = dh_text("told");
  options.connector = dh_text("mine");
  options.parent = dh_text("01890000-0000-7000-8000-000000000000");
  const char *trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  dh_member_v1 traces[] = {dh_member("traceparent", dh_cstring(trace)), dh_member("tracestate", dh_cstring("v=1"))};
  dh_value_v1 further = dh_map(traces, 2);
  options.further = &further;
  options.flags = DH_CALL_HAS_VAULT_SECRETS;
  options.vault_secrets = NULL;
  options.vault_secret_count = 0;
  options.reserved = 0;
  CHECK(dh_execution_create_v1(host, &target, NULL, &options, &execution, &error) == DH_OK);
  expect_none(__LINE__, error);
  CHECK(dh_execution_status_v1(execution) == DH_EXECUTION_NEW);
  CHECK(dh_execution_id_v1(execution, &id) == DH_OK && id.len == 36);
  snprintf(kept, sizeof kept, "%s", id.ptr);
  CHECK(dh_execution_on_end_v1(execution, hear_end, &so_far) == DH_OK);
  CHECK(dh_execution_start_v1(execution) == DH_OK);
  CHECK(dh_execution_wait_v1(execution, -1, &result, &error) == DH_OK);
  expect_none(__LINE__, error);
  CHECK(dh_execution_status_v1(execution) == DH_EXECUTION_SUCCEEDED);
  const dh_value_v1 *request = dh_output_v1(result, dh_text("request"));
  CHECK(dh_same(dh_string_of(request, "connector", ""), "mine"));
  CHECK(dh_same(dh_string_of(request, "traceparent", ""), trace));
  CHECK(dh_same(dh_string_of(request, "tracestate", ""), "v=1"));
  CHECK(dh_text_is(dh_text_of(request, "execution"), kept));
  CHECK(dh_int_of(request, "inits", 0) == 1);
  // The one who waits may hear of the end first.
  struct timespec pause = {0, 1000000};
  for (int i = 0; i < 10000 && __atomic_load_n(&so_far.ends, __ATOMIC_SEQ_CST) == 0; i++) nanosleep(&pause, NULL);
  CHECK(so_far.ends == 1 && so_far.ended == execution);
  dh_release_v1(result), dh_release_v1(execution);

  CHECK(dh_host_execution_v1(host, dh_text(kept), &document, &error) == DH_OK);
  CHECK(dh_same(dh_string_of(dh_tree_v1(document), "status", ""), "ENDED_SUCCESS"));
  dh_release_v1(document);
  dh_value_v1 query = dh_json("{\"connector\": \"mine\"}");
  CHECK(dh_host_executions_v1(host, &query, &document, &error) == DH_OK && dh_tree_v1(document)->count == 1);
  dh_release_v1(document);
  expect_none(__LINE__, error);

  options = options_of("poll");
  dh_value_v1 patient = dh_json("{\"milliseconds\": 600000}");
  CHECK(dh_execution_create_v1(host, &target, &patient, &options, &execution, &error) == DH_OK);
  CHECK(dh_execution_start_v1(execution) == DH_OK);
  CHECK(dh_execution_wait_v1(execution, 20000000, NULL, &error) == DH_AGAIN);
  CHECK(dh_execution_status_v1(execution) == DH_EXECUTION_RUNNING);
  CHECK(dh_execution_cancel_v1(execution) == DH_OK);
  CHECK(dh_execution_wait_v1(execution, -1, NULL, &error) == DH_FAILED);
  CHECK(dh_failure_get_v1(error)->code == DH_ERROR_CANCELLED);
  CHECK(dh_execution_status_v1(execution) == DH_EXECUTION_CANCELLED);
  dh_release_v1(error), dh_release_v1(execution);
}

static void fan_out(void) {
  dh_handle document = 0, error = 0, all = 0;
  dh_target_v1 target = blocking();
  dh_call_options_v1 options = options_of("values");
  dh_value_v1 inputs = dh_json("{\"string\": \"of all\"}");
  dh_value_v1 items = dh_json("[{\"integer\": 1}, {\"integer\": \"no\"}, {}]");
  seen so_far;
  memset(&so_far, 0, sizeof so_far);
  dh_fan_out_v1 fan_out;
  fan_out.parallel = 2;
  fan_out.flags = 0;
  fan_out.item = hear_item;
  fan_out.context = &so_far;
  fan_out.further = NULL;
  CHECK(dh_host_connect_many_v1(host, &target, &inputs, &items, &options, &fan_out, &all, &error) == DH_OK);
  CHECK(dh_execution_wait_v1(all, -1, &document, &error) == DH_OK);
  expect_none(__LINE__, error);
  CHECK(count_of(document, "succeeded") == 2 && count_of(document, "failed") == 1);
  CHECK(count_of(document, "cancelled") == 0 && so_far.items == 3 && so_far.failed == 1);
  dh_release_v1(document), dh_release_v1(all);
}

static void prune(void) {
  dh_handle error = 0;
  uint64_t removed = 0;
  CHECK(dh_host_prune_v1(host, -1, 1, &removed, &error) == DH_OK && removed > 0);
  expect_none(__LINE__, error);
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  folder = arguments[1];
  seen so_far;
  memset(&so_far, 0, sizeof so_far);
  versions();
  dh_handle error = 0, report = 0;
  dh_text_v1 driver = dh_text(arguments[2]);
  dh_host_options_v1 options;
  memset(&options, 0, sizeof options);
  options.driver_paths = &driver;
  options.driver_path_count = 1;
  options.flags = DH_ONLY_GIVEN_PATHS;
  options.workspace_rule = DH_WORKSPACE_FOLDER;
  options.workspace = path_of(6, "workspace");
  options.history_rule = DH_HISTORY_FILE;
  options.history_path = path_of(7, "executions.sqlite");
  options.history_limit = 100;
  options.log_level_plus_1 = DH_LOG_DEBUG + 1;
  options.loops = 1;
  options.threads = 8;
  options.output_limit = 1 << 20;
  options.secret_lifetime_ns = 1000000000;
  options.secret_timeout_ns = 1000000000;
  options.grace_limit_ns = 1000000000;
  dh_member_v1 limits[] = {dh_member("session_limit", dh_int(3)), dh_member("session_idle_ns", dh_int(60000000000))};
  dh_value_v1 further = dh_map(limits, 2);
  options.further = &further;
  options.log = take_line;
  options.log_context = &so_far;
  if (dh_host_open_v1(&options, &host, &error) != DH_OK) {
    expect_none(__LINE__, error);
    return 1;
  }
  documents();
  results();
  failures();
  channels();
  rows();
  executions();
  fan_out();
  prune();
  CHECK(dh_host_close_v1(host, &report, &error) == DH_OK && dh_bool_of(dh_tree_v1(report), "clean", 0) == 1);
  expect_none(__LINE__, error);
  dh_release_v1(report), dh_release_v1(host);
  CHECK(so_far.lines == 1);
  printf("%d checks, %d failed\n", checks, faults);
  return faults != 0;
}
