/// Opens and closes sessions and counts them. The name decides how opening and checking end, and whether the password
/// is put where it must not be seen.
#include "fixture.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

DH_EMBED_DESCRIPTOR("sessions.json")

typedef struct session {
  int64_t number, calls, resets, checks;
  atomic_int busy;
  char user[64], password[64];
} session;

static atomic_llong opened, closed, resets, checks, overlaps;
/// The password of the session that was opened last.
static char last_password[64];

static void open_session(const dh_request_v1 *request) {
  const char *user = dh_string_of(request->inputs, "user", "");
  if (dh_same(user, "nobody")) {
    dh_error_v1 error = dh_error(DH_ERROR_UNAUTHENTICATED, "nobody may not log in; name another user");
    error.pointer = dh_text("/user");
    request->call.fn->done(request->call, &error);
    return;
  }
  session *session = calloc(1, sizeof *session);
  if (session == NULL) {
    dh_fail(request->call, DH_ERROR_UNAVAILABLE, "no memory");
    return;
  }
  session->number = ++opened;
  snprintf(session->user, sizeof session->user, "%s", user);
  snprintf(session->password, sizeof session->password, "%s", dh_string_of(request->inputs, "password", ""));
  if (dh_same(user, "careless")) snprintf(last_password, sizeof last_password, "%s", session->password);
  if (request->call.fn->opened(request->call, session) != DH_OK) {
    opened--;
    free(session);
  }
  dh_succeed(request->call);
}

static void use_session(session *session, const dh_request_v1 *request) {
  dh_call_v1 call = request->call;
  if (atomic_fetch_add(&session->busy, 1) != 0) overlaps++;
  session->calls++;
  int64_t milliseconds = (int64_t)(dh_double_of(request->inputs, "seconds", 0) * 1000);
  int stopped = 0;
  if (dh_bool_of(request->inputs, "ignore_stop", 0)) {
    fixture_sleep_ms(milliseconds);
  } else {
    stopped = milliseconds > 0 && fixture_wait_ms(call, milliseconds);
  }
  fixture_output(call, "session", dh_int(session->number));
  fixture_output(call, "user", dh_cstring(session->user));
  fixture_output(call, "calls", dh_int(session->calls));
  fixture_output(call, "resets", dh_int(session->resets));
  fixture_output(call, "checks", dh_int(session->checks));
  atomic_fetch_sub(&session->busy, 1);
  if (dh_bool_of(request->inputs, "break", 0)) {
    dh_error_v1 error = dh_error(DH_ERROR_PROTOCOL, "the session broke as asked");
    error.flags = DH_SESSION_BROKEN;
    call.fn->done(call, &error);
  } else if (stopped) {
    fixture_end_stopped(call);
  } else {
    dh_succeed(call);
  }
}

static void give_totals(dh_call_v1 call) {
  fixture_output(call, "opened", dh_int(opened));
  fixture_output(call, "closed", dh_int(closed));
  fixture_output(call, "resets", dh_int(resets));
  fixture_output(call, "checks", dh_int(checks));
  fixture_output(call, "overlaps", dh_int(overlaps));
  dh_succeed(call);
}

static void close_session(session *session, dh_call_v1 call) {
  closed++;
  if (dh_same(session->user, "careless")) {
    char message[128];
    snprintf(message, sizeof message, "the password %s did not close the session", session->password);
    dh_fail(call, DH_ERROR_PROTOCOL, message);
  } else if (dh_same(session->user, "leisurely") && fixture_wait_ms(call, 50)) {
    fixture_end_stopped(call);
  } else {
    dh_succeed(call);
  }
  free(session);
}

static void gossip(const dh_host_v1 *host) {
  char line[128];
  snprintf(line, sizeof line, "the last password was %s", last_password);
  host->log(host, DH_LOG_WARNING, dh_text(line));
}

static void start(void *instance, const dh_request_v1 *request) {
  dh_call_v1 call = request->call;
  session *session = request->session;
  if (session != NULL && dh_same(session->user, "gossip") && dh_text_is(request->action, "use")) gossip(instance);
  if (dh_text_is(request->action, "open")) {
    open_session(request);
  } else if (session == NULL) {
    dh_fail(call, DH_ERROR_INTERNAL, "the host gave no session");
  } else if (dh_text_is(request->action, "close")) {
    close_session(session, call);
  } else if (dh_text_is(request->action, "reset")) {
    resets++;
    session->resets++;
    dh_succeed(call);
  } else if (dh_text_is(request->action, "check")) {
    checks++;
    session->checks++;
    if (dh_same(session->user, "fleeting")) {
      dh_fail(call, DH_ERROR_PROTOCOL, "the other side has closed the connection");
    } else {
      dh_succeed(call);
    }
  } else if (dh_text_is(request->action, "totals")) {
    give_totals(call);
  } else {
    use_session(session, request);
  }
}

FIXTURE_DRIVER(start)
