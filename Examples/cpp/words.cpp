// A driver in C++: no exception leaves it. Build it with ./build
#include "driver_abi.h"

#include <algorithm>
#include <exception>
#include <map>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)

namespace {

// How a call fails, as an exception of this driver's own.
struct Failure : std::runtime_error {
  Failure(uint32_t code, const char *pointer, const std::string &message)
      : std::runtime_error(message), code(code), pointer(pointer) {}
  uint32_t code;
  const char *pointer;
};

dh_text_v1 text_of(std::string_view text) { return {text.data(), text.size()}; }

// Throws when the call is asked to stop: a long loop looks now and then.
void check_stop(dh_call_v1 call) {
  dh_status stop = call.fn->stopped(call);
  if (stop == DH_STOP_DEADLINE) throw Failure(DH_ERROR_TIMED_OUT, "", "the call's time was up");
  if (stop != DH_OK) throw Failure(DH_ERROR_CANCELLED, "", "the call was cancelled");
}

void output(dh_call_v1 call, const char *name, dh_value_v1 value) {
  dh_status status = call.fn->output(call, dh_text(name), &value);
  if (status == DH_LIMIT) {
    throw Failure(DH_ERROR_TOO_LARGE, "/text", "the counts are over the host's limit: give a shorter text");
  }
  if (status != DH_OK) throw Failure(DH_ERROR_INTERNAL, "", "the host did not take an output");
}

void count(dh_call_v1 call, const dh_value_v1 *inputs) {
  dh_text_v1 input = dh_text_of(inputs, "text");
  const std::string_view text(input.ptr, input.len);
  const auto longest = static_cast<size_t>(dh_int_of(inputs, "longest", 1000));
  const std::string_view white = " \t\n\r\f\v";
  std::map<std::string_view, int64_t> counts;
  int64_t words = 0;
  for (size_t start = text.find_first_not_of(white); start != text.npos;) {
    size_t end = std::min(text.find_first_of(white, start), text.size());
    if (end - start > longest) {
      throw Failure(DH_ERROR_INVALID_INPUT, "/text",
                    "a word has " + std::to_string(end - start) + " bytes, which is more than longest: raise that");
    }
    counts[text.substr(start, end - start)]++;
    if (++words % 1024 == 0) check_stop(call);
    start = text.find_first_not_of(white, end);
  }
  std::vector<dh_member_v1> members;
  members.reserve(counts.size());
  for (const auto &[word, number] : counts) members.push_back({text_of(word), dh_int(number)});
  output(call, "words", dh_int(words));
  output(call, "counts", dh_map(members.data(), members.size()));
}

void fail(dh_call_v1 call, uint32_t code, const char *pointer, const char *message) {
  dh_error_v1 error = dh_error(code, message);
  error.pointer = dh_text(pointer);
  call.fn->done(call, &error);
}

// MARK: - What the host calls: noexcept, so that an exception that is forgotten ends here and not in the host

dh_status create(const dh_host_v1 *, dh_loop_v1 *, void **instance, dh_report_v1) noexcept {
  *instance = nullptr; // It keeps nothing between calls.
  return DH_OK;
}

void destroy(void *) noexcept {}

void start(void *, const dh_request_v1 *request) noexcept {
  dh_call_v1 call = request->call;
  try {
    if (!dh_text_is(request->action, "count")) {
      throw Failure(DH_ERROR_UNSUPPORTED, "", "the driver does not know this action");
    }
    count(call, request->inputs);
    dh_succeed(call);
  } catch (const Failure &failure) {
    fail(call, failure.code, failure.pointer, failure.what());
  } catch (const std::bad_alloc &) {
    fail(call, DH_ERROR_UNAVAILABLE, "", "there is no memory left for the words of the text");
  } catch (const std::exception &exception) {
    fail(call, DH_ERROR_INTERNAL, "", exception.what());
  } catch (...) {
    fail(call, DH_ERROR_INTERNAL, "", "something was thrown that is no exception");
  }
}

const dh_driver_v1 driver = {create, destroy, start};

} // namespace

DH_DRIVER_ENTRY(driver)
