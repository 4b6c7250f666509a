// The driver for the connector type @TYPE@. Its calls never wait: they are timers on the host's loop, thousands of them
// on one thread. Each function here runs on that thread and returns at once. No exception leaves it: what the host calls
// is noexcept.
#include "driver_abi.h"

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

namespace {

// One for each loop.
struct Instance {
  dh_loop_v1 *loop;
  const dh_reactor_v1 *reactor;
};

// A call on its way. What is still needed of its inputs is copied.
class Saying {
public:
  // Begins a call, which owns itself until it ends.
  static void begin(const Instance &instance, dh_call_v1 call, const dh_value_v1 *inputs) {
    auto saying = std::make_unique<Saying>(instance, call, inputs);
    double delay = dh_double_of(inputs, "delay", 0);
    saying->timer_ =
        instance.reactor->timer(instance.loop, static_cast<uint64_t>(delay * 1e9), &Saying::on_time, saying.get());
    if (saying->timer_ < 0) throw std::runtime_error("the host set no timer");
    // It runs later, also for a call that is to stop already.
    call.fn->on_stop(call, &Saying::on_stop, saying.release());
  }

  Saying(const Instance &instance, dh_call_v1 call, const dh_value_v1 *inputs) : instance_(instance), call_(call) {
    dh_text_v1 text = dh_text_of(inputs, "text");
    text_.assign(text.ptr, text.len);
  }

private:
  static void on_time(void *context) noexcept {
    std::unique_ptr<Saying> saying(static_cast<Saying *>(context));
    dh_call_v1 call = saying->call_;
    dh_value_v1 output = dh_textual(DH_STRING, saying->text_.data(), saying->text_.size());
    if (call.fn->output(call, dh_text("text"), &output) == DH_OK) { // Copied in here.
      dh_succeed(call);
    } else {
      dh_fail(call, DH_ERROR_INTERNAL, "the host did not take the text");
    }
  }

  static void on_stop(void *context) noexcept {
    std::unique_ptr<Saying> saying(static_cast<Saying *>(context));
    dh_call_v1 call = saying->call_;
    saying->instance_.reactor->cancel(saying->instance_.loop, saying->timer_);
    bool was_late = call.fn->stopped(call) == DH_STOP_DEADLINE;
    dh_fail(call, was_late ? DH_ERROR_TIMED_OUT : DH_ERROR_CANCELLED, "stopped while it waited, as asked");
  }

  const Instance &instance_;
  dh_call_v1 call_;
  std::string text_;
  int64_t timer_ = 0;
};

// MARK: - What the host calls

dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) noexcept {
  try {
    // The descriptor's "needs" has it, so that a host without it does not come so far.
    auto reactor = static_cast<const dh_reactor_v1 *>(host->interface(host, DH_REACTOR_V1));
    *instance = new Instance{loop, reactor};
    return DH_OK;
  } catch (const std::exception &exception) {
    dh_error_v1 error = dh_error(DH_ERROR_UNAVAILABLE, exception.what());
    report.fn(report.context, &error);
    return DH_FAILED;
  }
}

void destroy(void *instance) noexcept { delete static_cast<Instance *>(instance); }

// The host has held the inputs against the descriptor: what they may be is not checked here.
void start(void *instance, const dh_request_v1 *request) noexcept {
  dh_call_v1 call = request->call;
  try {
    if (dh_text_is(request->action, "say")) {
      Saying::begin(*static_cast<Instance *>(instance), call, request->inputs);
    } else {
      dh_fail(call, DH_ERROR_UNSUPPORTED, "the driver does not know this action");
    }
  } catch (const std::exception &exception) {
    dh_fail(call, DH_ERROR_INTERNAL, exception.what());
  }
}

const dh_driver_v1 driver = {create, destroy, start};

} // namespace

DH_DRIVER_ENTRY(driver)
