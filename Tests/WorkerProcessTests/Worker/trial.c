/// A driver for what the fixture drivers do not do: a channel of values, both ways at once, and a crash inside a call.
#include "fixture.h"

#include <pthread.h>
#include <unistd.h>

DH_EMBED_DESCRIPTOR("trial.json")

static void send_values(dh_call_v1 call, int64_t count) {
  dh_status status = call.fn->wanted(call, 0);
  fixture_output(call, "wanted", dh_int(status));
  for (int64_t i = 0; i < count && status >= 0; i++) {
    dh_member_v1 members[] = {dh_member("number", dh_int(i)), dh_member("bytes", dh_textual(DH_BYTES, "\0\1", 2)),
                              dh_member("secret", dh_cstring("hush"))};
    members[2].value.flags = DH_SECRET;
    dh_value_v1 value = dh_map(members, 3);
    status = call.fn->send(call, 0, &value);
  }
  fixture_output(call, "status", dh_int(status));
  dh_succeed(call);
}

/// Its source gives bytes when it has received some, so a `read` that stood in the way of a `write` would wait for
/// ever.
static void *read_all(void *context) {
  dh_call_v1 call = *(dh_call_v1 *)context;
  char bytes[100];
  int64_t count, total = 0;
  while ((count = call.fn->read(call, 0, bytes, sizeof bytes)) > 0) total += count;
  fixture_output(call, "read", dh_int(total));
  fixture_output(call, "last", dh_int(count));
  return NULL;
}

static void read_and_write(dh_call_v1 call) {
  pthread_t reader;
  if (pthread_create(&reader, NULL, read_all, &call) != 0) abort();
  fixture_sleep_ms(20); // The reader waits by now.
  for (int i = 0; i < 10; i++) call.fn->write(call, 1, "0123456789", 10);
  pthread_join(reader, NULL);
  if (call.fn->stopped(call) > 0) {
    fixture_end_stopped(call);
  } else {
    dh_succeed(call);
  }
}

static void describe_channels(dh_call_v1 call) {
  char first[4] = "", again[4] = "";
  fixture_output(call, "in_wanted", dh_int(call.fn->wanted(call, 0)));
  fixture_output(call, "out_wanted", dh_int(call.fn->wanted(call, 1)));
  fixture_output(call, "none_wanted", dh_int(call.fn->wanted(call, 2)));
  fixture_output(call, "length", dh_int(call.fn->length(call, 0)));
  fixture_output(call, "out_length", dh_int(call.fn->length(call, 1)));
  fixture_output(call, "first", dh_int(call.fn->read(call, 0, first, 3)));
  fixture_output(call, "seek", dh_int(call.fn->seek(call, 0, 1)));
  fixture_output(call, "seek_beyond", dh_int(call.fn->seek(call, 0, 1000)));
  fixture_output(call, "count_again", dh_int(call.fn->read(call, 0, again, 3)));
  fixture_output(call, "first_bytes", dh_cstring(first));
  fixture_output(call, "again_bytes", dh_cstring(again));
  fixture_output(call, "write", dh_int(call.fn->write(call, 1, "abc", 3)));
  fixture_output(call, "ready", dh_int(call.fn->on_ready(call, 1, NULL, NULL)));
  dh_succeed(call);
}

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_call_v1 call = request->call;
  if (dh_text_is(request->action, "values")) {
    send_values(call, dh_int_of(request->inputs, "count", 0));
  } else if (dh_text_is(request->action, "twice")) {
    read_and_write(call);
  } else if (dh_text_is(request->action, "channels")) {
    describe_channels(call);
  } else if (dh_text_is(request->action, "crash")) {
    fixture_output(call, "before", dh_bool(1));
    abort();
  } else if (dh_text_is(request->action, "process")) {
    fixture_output(call, "process", dh_int(getpid()));
    dh_succeed(call);
  } else {
    fixture_unknown(call);
  }
}

FIXTURE_DRIVER(start)
