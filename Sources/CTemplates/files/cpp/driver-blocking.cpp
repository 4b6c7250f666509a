// The driver for the connector type @TYPE@. Its calls may wait: the host runs each on a thread of its own. No exception
// leaves it: what the host calls is noexcept.
#include "driver_abi.h"

#include <exception>
#include <new>
#include <stdexcept>
#include <string>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

namespace {

// How a call fails.
struct Failure : std::runtime_error {
  Failure(uint32_t code, const char *message) : std::runtime_error(message), code(code) {}
  uint32_t code;
};

// Throws when the call is asked to stop: a long loop looks now and then.
void check_stop(dh_call_v1 call) {
  dh_status stop = call.fn->stopped(call);
  if (stop == DH_STOP_DEADLINE) throw Failure(DH_ERROR_TIMED_OUT, "the call's time was up");
  if (stop != DH_OK) throw Failure(DH_ERROR_CANCELLED, "the call was cancelled");
}

void output(dh_call_v1 call, const char *name, const std::string &text) {
  dh_value_v1 value = dh_textual(DH_STRING, text.data(), text.size());
  dh_status status = call.fn->output(call, dh_text(name), &value); // Copied in here.
  if (status == DH_LIMIT) throw Failure(DH_ERROR_TOO_LARGE, "the text is over the host's limit: say it fewer times");
  if (status != DH_OK) throw Failure(DH_ERROR_INTERNAL, "the host did not take the text");
}

void say(dh_call_v1 call, const dh_value_v1 *inputs) {
  dh_text_v1 text = dh_text_of(inputs, "text");
  std::string said;
  for (int64_t i = 0, times = dh_int_of(inputs, "times", 1); i < times; i++) {
    check_stop(call);
    if (i > 0) said += ' ';
    said.append(text.ptr, text.len);
  }
  output(call, "text", said);
}

// MARK: - What the host calls

// Makes the one instance, which all calls share. What they need in common goes in here.
dh_status create(const dh_host_v1 *, dh_loop_v1 *, void **instance, dh_report_v1) noexcept {
  *instance = nullptr;
  return DH_OK;
}

void destroy(void *) noexcept {}

// The host has held the inputs against the descriptor: what they may be is not checked here.
void start(void *, const dh_request_v1 *request) noexcept {
  dh_call_v1 call = request->call;
  try {
    if (!dh_text_is(request->action, "say")) {
      throw Failure(DH_ERROR_UNSUPPORTED, "the driver does not know this action");
    }
    say(call, request->inputs);
    dh_succeed(call);
  } catch (const Failure &failure) {
    dh_fail(call, failure.code, failure.what());
  } catch (const std::bad_alloc &) {
    dh_fail(call, DH_ERROR_UNAVAILABLE, "there is no memory left");
  } catch (const std::exception &exception) {
    dh_fail(call, DH_ERROR_INTERNAL, exception.what());
  } catch (...) {
    dh_fail(call, DH_ERROR_INTERNAL, "something was thrown that is no exception");
  }
}

const dh_driver_v1 driver = {create, destroy, start};

} // namespace

DH_DRIVER_ENTRY(driver)
