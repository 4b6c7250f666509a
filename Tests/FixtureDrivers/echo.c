/// Gives back what it receives: every input as an output, the request itself, a JSON document as such.
#include "fixture.h"

DH_EMBED_DESCRIPTOR("echo.json")

static dh_value_v1 text_value(dh_text_v1 text) { return dh_textual(DH_STRING, text.ptr, text.len); }

static void echo(const dh_request_v1 *request) {
  const dh_value_v1 *inputs = request->inputs;
  for (size_t i = 0; i < inputs->count; i++) {
    const dh_member_v1 *member = &inputs->as.members[i];
    if (request->call.fn->output(request->call, member->name, &member->value) != DH_OK) {
      dh_fail(request->call, DH_ERROR_INTERNAL, "the host refused an output that it had given as an input");
      return;
    }
  }
  dh_succeed(request->call);
}

static void about(const dh_host_v1 *host, const dh_request_v1 *request) {
  dh_call_v1 call = request->call;
  fixture_output(call, "action", text_value(request->action));
  fixture_output(call, "execution", text_value(request->execution));
  fixture_output(call, "connector", text_value(request->connector));
  fixture_output(call, "traceparent", text_value(dh_text_of(request->context, "traceparent")));
  fixture_output(call, "tracestate", text_value(dh_text_of(request->context, "tracestate")));
  fixture_output(call, "attempt", dh_int(request->attempt));
  fixture_output(call, "flags", dh_int(request->flags));
  fixture_output(call, "deadline_ns", dh_int(request->deadline_ns));
  fixture_output(call, "has_session", dh_bool(request->session != NULL));
  fixture_output(call, "host_name", text_value(host->name));
  fixture_output(call, "host_version", text_value(host->version));
  fixture_output(call, "knows_unheard_of", dh_bool(host->interface(host, "dh.unheard-of/1") != NULL));
  dh_succeed(call);
}

static void start(void *instance, const dh_request_v1 *request) {
  if (dh_text_is(request->action, "echo")) {
    echo(request);
  } else if (dh_text_is(request->action, "about")) {
    about((const dh_host_v1 *)instance, request);
  } else if (dh_text_is(request->action, "document")) {
    const dh_value_v1 *text = dh_member_of(request->inputs, "string");
    fixture_output(request->call, "document", dh_textual(DH_JSON, text->as.text, text->count));
    dh_succeed(request->call);
  } else {
    fixture_unknown(request->call);
  }
}

FIXTURE_DRIVER(start)
