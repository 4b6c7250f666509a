/// An engine in C: embeds the host, and runs connections through the drivers of the examples. Build it with ./build
#include "driver_host.h"

#include <stdio.h>
#include <stdlib.h>

/// Prints what a handle holds, and gives the handle back.
static void show(const char *title, dh_handle handle) {
  dh_text_v1 json = {NULL, 0};
  dh_json_v1(handle, DH_JSON_PRETTY, &json);
  printf("%s: %s\n", title, json.ptr != NULL ? json.ptr : "nothing");
  dh_release_v1(handle);
}

/// Prints an error with all of its faults, and gives it back.
static void explain(const char *title, dh_handle error) {
  const dh_failure_v1 *failure = dh_failure_get_v1(error);
  if (failure == NULL) return;
  printf("%s: %s, %s\n", title, failure->name.ptr, failure->message.ptr);
  for (size_t i = 0; i < failure->fault_count; i++) {
    const dh_fault_v1 *fault = &failure->faults[i];
    printf("  at %s: %s", fault->pointer.ptr, fault->message.ptr);
    if (fault->nearest.ptr != NULL) printf(" (nearest: %s)", fault->nearest.ptr);
    printf("\n");
  }
  dh_release_v1(error);
}

static int fail(const char *what, dh_handle error) {
  explain(what, error);
  return EXIT_FAILURE;
}

/// Takes the bytes of an output channel, and has seen enough after the first of them.
static dh_status enough(void *context, const void *bytes, size_t count) {
  (void)bytes, (void)count;
  dh_execution_cancel_v1(*(dh_handle *)context);
  return DH_OK;
}

/// A type, and inputs as a tree.
static int greet(dh_handle host) {
  dh_handle result = 0, error = 0;
  dh_target_v1 target = dh_type("HELLO");
  dh_member_v1 members[] = {dh_member("who", dh_cstring("Ada"))};
  dh_value_v1 inputs = dh_map(members, 1);
  if (dh_host_connect_v1(host, &target, &inputs, NULL, &result, &error) < 0) return fail("HELLO", error);
  show("HELLO", result);
  return EXIT_SUCCESS;
}

/// A connector of the workspace, and inputs as JSON.
static int greet_in_the_morning(dh_handle host) {
  dh_handle result = 0, error = 0;
  dh_target_v1 target = dh_connector("morning");
  dh_value_v1 inputs = dh_json("{\"who\": \"Grace\"}");
  if (dh_host_connect_v1(host, &target, &inputs, NULL, &result, &error) < 0) return fail("morning", error);
  show("morning", result);
  return EXIT_SUCCESS;
}

/// An execution that is cancelled on its way.
static int cancel(dh_handle host) {
  dh_handle execution = 0, error = 0;
  dh_target_v1 target = dh_type("STREAM");
  dh_value_v1 inputs = dh_json("{\"size\": 1000000000000}");
  dh_sink_v1 sink = {.channel = dh_text("out"), .kind = DH_SINK_BYTES, .bytes = enough, .context = &execution};
  dh_call_options_v1 options = {.action = dh_text("generate"), .sinks = &sink, .sink_count = 1};
  if (dh_execution_create_v1(host, &target, &inputs, &options, &execution, &error) < 0) return fail("STREAM", error);
  if (dh_execution_wait_v1(execution, -1, NULL, &error) != DH_FAILED) return EXIT_FAILURE;
  explain("STREAM", error);
  dh_release_v1(execution);
  return EXIT_SUCCESS;
}

/// Inputs that are wrong: all faults come at once.
static int misspell(dh_handle host) {
  dh_handle error = 0;
  dh_target_v1 target = dh_type("HELLO");
  dh_value_v1 inputs = dh_json("{\"greting\": \"Hi\", \"greeting\": 3}");
  if (dh_host_connect_v1(host, &target, &inputs, NULL, NULL, &error) != DH_FAILED) return EXIT_FAILURE;
  explain("a wrong input", error);
  return EXIT_SUCCESS;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: %s DRIVERS WORKSPACE\n", arguments[0]);
    return EXIT_FAILURE;
  }
  if (dh_api_v1() < DH_HOST_API) {
    fprintf(stderr, "libdriverhost.so %s is older than this program needs\n", dh_version_v1());
    return EXIT_FAILURE;
  }
  dh_handle host = 0, error = 0, document = 0;
  dh_text_v1 drivers = dh_text(arguments[1]);
  dh_host_options_v1 options = {.driver_paths = &drivers, .driver_path_count = 1, .flags = DH_ONLY_GIVEN_PATHS};
  options.workspace_rule = DH_WORKSPACE_FOLDER;
  options.workspace = dh_text(arguments[2]);
  if (dh_host_open_v1(&options, &host, &error) < 0) return fail("no host", error);

  if (dh_host_connectors_v1(host, &document, &error) < 0) return fail("connectors", error);
  show("connectors", document);
  if (dh_host_drivers_v1(host, &document, &error) < 0) return fail("drivers", error);
  const dh_value_v1 *found = dh_output_v1(document, dh_text("drivers"));
  for (size_t i = 0; found != NULL && i < found->count; i++) {
    const dh_value_v1 *driver = &found->as.items[i];
    printf("driver %s %s\n", dh_string_of(driver, "type", ""), dh_string_of(driver, "version", ""));
  }
  dh_release_v1(document);

  int status = greet(host) | greet_in_the_morning(host) | cancel(host) | misspell(host);

  if (dh_host_close_v1(host, &document, &error) < 0) return fail("close", error);
  show("closed", document);
  dh_release_v1(host);
  return status;
}
