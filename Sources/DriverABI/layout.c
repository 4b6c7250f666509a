// Holds the layout of revision 1: a change of any size or offset stops the build here.
#include "driver_abi.h"

#include <assert.h>

#define SIZE(type, bytes) static_assert(sizeof(type) == (bytes), "the layout of " #type " is frozen")
#define OFFSET(type, field, bytes)                                                                                     \
  static_assert(offsetof(type, field) == (bytes), "the place of " #type "." #field " is frozen")

static_assert(sizeof(void *) == 8 && sizeof(size_t) == 8, "the ABI is for 64-bit systems");

SIZE(dh_text_v1, 16);
OFFSET(dh_text_v1, len, 8);

SIZE(dh_value_v1, 24);
OFFSET(dh_value_v1, flags, 4);
OFFSET(dh_value_v1, count, 8);
OFFSET(dh_value_v1, as, 16);

SIZE(dh_member_v1, 40);
OFFSET(dh_member_v1, value, 16);

SIZE(dh_error_v1, 96);
OFFSET(dh_error_v1, flags, 4);
OFFSET(dh_error_v1, status, 8);
OFFSET(dh_error_v1, retry_after_ms, 12);
OFFSET(dh_error_v1, vendor_code, 16);
OFFSET(dh_error_v1, vendor_state, 24);
OFFSET(dh_error_v1, pointer, 40);
OFFSET(dh_error_v1, message, 56);
OFFSET(dh_error_v1, detail, 72);
OFFSET(dh_error_v1, details, 88);

SIZE(dh_call_v1, 16);
OFFSET(dh_call_v1, id, 8);

SIZE(dh_calls_v1, 14 * 8);
OFFSET(dh_calls_v1, stopped, 0);
OFFSET(dh_calls_v1, stop_fd, 8);
OFFSET(dh_calls_v1, on_stop, 16);
OFFSET(dh_calls_v1, log, 24);
OFFSET(dh_calls_v1, progress, 32);
OFFSET(dh_calls_v1, output, 40);
OFFSET(dh_calls_v1, emit, 48);
OFFSET(dh_calls_v1, wanted, 56);
OFFSET(dh_calls_v1, write, 64);
OFFSET(dh_calls_v1, read, 72);
OFFSET(dh_calls_v1, on_ready, 80);
OFFSET(dh_calls_v1, rows, 88);
OFFSET(dh_calls_v1, opened, 96);
OFFSET(dh_calls_v1, done, 104);

SIZE(dh_report_v1, 16);
OFFSET(dh_report_v1, context, 8);

SIZE(dh_host_v1, 56);
OFFSET(dh_host_v1, version, 16);
OFFSET(dh_host_v1, log, 32);
OFFSET(dh_host_v1, once, 40);
OFFSET(dh_host_v1, interface, 48);

SIZE(dh_reactor_v1, 6 * 8);
OFFSET(dh_reactor_v1, watch, 0);
OFFSET(dh_reactor_v1, change, 8);
OFFSET(dh_reactor_v1, unwatch, 16);
OFFSET(dh_reactor_v1, timer, 24);
OFFSET(dh_reactor_v1, cancel, 32);
OFFSET(dh_reactor_v1, post, 40);

SIZE(dh_resolve_v1, 2 * 8);
OFFSET(dh_resolve_v1, cancel, 8);

SIZE(dh_request_v1, 112);
OFFSET(dh_request_v1, session, 16);
OFFSET(dh_request_v1, action, 24);
OFFSET(dh_request_v1, inputs, 40);
OFFSET(dh_request_v1, deadline_ns, 48);
OFFSET(dh_request_v1, execution, 56);
OFFSET(dh_request_v1, connector, 72);
OFFSET(dh_request_v1, traceparent, 88);
OFFSET(dh_request_v1, attempt, 104);
OFFSET(dh_request_v1, flags, 108);

SIZE(dh_driver_v1, 3 * 8);
OFFSET(dh_driver_v1, destroy, 8);
OFFSET(dh_driver_v1, start, 16);

SIZE(struct ArrowSchema, 72);
SIZE(struct ArrowArray, 80);
SIZE(struct ArrowArrayStream, 40);
