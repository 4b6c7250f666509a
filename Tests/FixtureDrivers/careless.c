/// Gives NULL where none may be, copies of tables, and ends calls while another thread of its own waits in them.
#include "fixture.h"

#include <pthread.h>
#include <string.h>

DH_EMBED_DESCRIPTOR("careless.json")

/// What `quit` found, for `last`: its own outputs are not taken any more.
static dh_status found_by_write, found_by_read;

/// Each function is given NULL where the header has no DH_NULLABLE, and sizes that there cannot be. The pointers are
/// volatile so that no compiler concludes from the header that they cannot be NULL.
static void give_null(const dh_host_v1 *host, dh_call_v1 call) {
  const dh_value_v1 *volatile no_value = NULL;
  struct ArrowArrayStream *volatile no_stream = NULL;
  void *volatile no_buffer = NULL;
  const char *volatile no_text = NULL;
  dh_status (*volatile no_init)(void *) = NULL;
  char buffer[1] = "";
  volatile size_t not_known = (size_t)-1;
  dh_value_v1 endless = dh_cstring(buffer);
  endless.count = not_known;
  const struct {
    const char *name;
    int64_t status;
  } answers[] = {
      {"output", call.fn->output(call, dh_text("nothing"), no_value)},
      {"send", call.fn->send(call, 1, no_value)},
      {"rows", call.fn->rows(call, dh_text("nothing"), no_stream)},
      {"read", call.fn->read(call, 2, no_buffer, 16)},
      {"output_size", call.fn->output(call, dh_text("nothing"), &endless)},
      {"write_size", call.fn->write(call, 0, buffer, not_known)},
      {"read_size", call.fn->read(call, 2, buffer, not_known)},
      {"once_key", host->once(host, no_text, no_init, NULL)},
      {"once_init", host->once(host, "libnothing.so.1", no_init, NULL)},
      {"interface", host->interface(host, no_text) == NULL ? DH_INVALID : DH_OK},
  };
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    fixture_output(call, answers[i].name, dh_int(answers[i].status));
  }
  dh_succeed(call);
}

static dh_status is_never_run(void *context) {
  (void)context;
  return DH_OK;
}

/// The address of a copy says nothing of whose it is.
static void copy_tables(const dh_host_v1 *host, dh_call_v1 call) {
  dh_host_v1 copied_host = *host;
  dh_calls_v1 copied_calls = *call.fn;
  dh_call_v1 copied = {&copied_calls, call.id};
  copied_host.log(&copied_host, DH_LOG_ERROR, dh_text("from a copied table"));
  fixture_output(call, "once", dh_int(copied_host.once(&copied_host, "libnothing.so.2", is_never_run, NULL)));
  fixture_output(call, "interface", dh_bool(copied_host.interface(&copied_host, DH_RESOLVE_V1) != NULL));
  dh_succeed(copied);
}

static void *end_soon(void *context) {
  fixture_sleep_ms(50);
  dh_succeed(*(dh_call_v1 *)context);
  return NULL;
}

/// Fills the channel that nobody reads, or waits for bytes that do not come, while another thread ends the call.
static void quit(dh_call_v1 call, int is_reading) {
  static char block[1 << 20];
  pthread_t thread;
  if (pthread_create(&thread, NULL, end_soon, &call) != 0) {
    dh_fail(call, DH_ERROR_UNAVAILABLE, "no thread");
    return;
  }
  if (is_reading) {
    int64_t count;
    while ((count = call.fn->read(call, 2, block, sizeof block)) > 0) {
    }
    found_by_read = (dh_status)count;
  } else {
    while ((found_by_write = call.fn->write(call, 0, block, sizeof block)) == DH_OK) {
    }
  }
  pthread_join(thread, NULL);
}

static void start(void *instance, const dh_request_v1 *request) {
  dh_call_v1 call = request->call;
  if (dh_text_is(request->action, "null")) {
    give_null((const dh_host_v1 *)instance, call);
  } else if (dh_text_is(request->action, "copy")) {
    copy_tables((const dh_host_v1 *)instance, call);
  } else if (dh_text_is(request->action, "quit_writing")) {
    quit(call, 0);
  } else if (dh_text_is(request->action, "quit_reading")) {
    quit(call, 1);
  } else if (dh_text_is(request->action, "last")) {
    fixture_output(call, "write", dh_int(found_by_write));
    fixture_output(call, "read", dh_int(found_by_read));
    dh_succeed(call);
  } else {
    fixture_unknown(call);
  }
}

FIXTURE_DRIVER(start)
