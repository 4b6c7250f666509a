// Holds the layout and the numbers of revision 1: a change of any size, offset or constant stops the build here.
#include "driver_abi.h"

#include <assert.h>

#define SIZE(type, bytes) static_assert(sizeof(type) == (bytes), "the layout of " #type " is frozen")
#define OFFSET(type, field, bytes)                                                                                     \
  static_assert(offsetof(type, field) == (bytes), "the place of " #type "." #field " is frozen")
#define NUMBER(name, number) static_assert(name == (number), "the number of " #name " is frozen")

static_assert(sizeof(void *) == 8 && sizeof(size_t) == 8, "the ABI is for 64-bit systems");

SIZE(dh_text_v1, 16);
OFFSET(dh_text_v1, len, 8);

SIZE(dh_value_as_v1, 8);

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

SIZE(dh_calls_v1, 16 * 8);
OFFSET(dh_calls_v1, stopped, 0);
OFFSET(dh_calls_v1, stop_fd, 8);
OFFSET(dh_calls_v1, on_stop, 16);
OFFSET(dh_calls_v1, log, 24);
OFFSET(dh_calls_v1, progress, 32);
OFFSET(dh_calls_v1, output, 40);
OFFSET(dh_calls_v1, send, 48);
OFFSET(dh_calls_v1, wanted, 56);
OFFSET(dh_calls_v1, write, 64);
OFFSET(dh_calls_v1, read, 72);
OFFSET(dh_calls_v1, length, 80);
OFFSET(dh_calls_v1, seek, 88);
OFFSET(dh_calls_v1, on_ready, 96);
OFFSET(dh_calls_v1, rows, 104);
OFFSET(dh_calls_v1, opened, 112);
OFFSET(dh_calls_v1, done, 120);

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

SIZE(dh_request_v1, 104);
OFFSET(dh_request_v1, session, 16);
OFFSET(dh_request_v1, action, 24);
OFFSET(dh_request_v1, inputs, 40);
OFFSET(dh_request_v1, deadline_ns, 48);
OFFSET(dh_request_v1, execution, 56);
OFFSET(dh_request_v1, connector, 72);
OFFSET(dh_request_v1, context, 88);
OFFSET(dh_request_v1, attempt, 96);
OFFSET(dh_request_v1, flags, 100);

SIZE(dh_driver_v1, 3 * 8);
OFFSET(dh_driver_v1, destroy, 8);
OFFSET(dh_driver_v1, start, 16);

SIZE(struct ArrowSchema, 72);
OFFSET(struct ArrowSchema, format, 0);
OFFSET(struct ArrowSchema, name, 8);
OFFSET(struct ArrowSchema, metadata, 16);
OFFSET(struct ArrowSchema, flags, 24);
OFFSET(struct ArrowSchema, n_children, 32);
OFFSET(struct ArrowSchema, children, 40);
OFFSET(struct ArrowSchema, dictionary, 48);
OFFSET(struct ArrowSchema, release, 56);
OFFSET(struct ArrowSchema, private_data, 64);

SIZE(struct ArrowArray, 80);
OFFSET(struct ArrowArray, length, 0);
OFFSET(struct ArrowArray, null_count, 8);
OFFSET(struct ArrowArray, offset, 16);
OFFSET(struct ArrowArray, n_buffers, 24);
OFFSET(struct ArrowArray, n_children, 32);
OFFSET(struct ArrowArray, buffers, 40);
OFFSET(struct ArrowArray, children, 48);
OFFSET(struct ArrowArray, dictionary, 56);
OFFSET(struct ArrowArray, release, 64);
OFFSET(struct ArrowArray, private_data, 72);

SIZE(struct ArrowArrayStream, 40);
OFFSET(struct ArrowArrayStream, get_schema, 0);
OFFSET(struct ArrowArrayStream, get_next, 8);
OFFSET(struct ArrowArrayStream, get_last_error, 16);
OFFSET(struct ArrowArrayStream, release, 24);
OFFSET(struct ArrowArrayStream, private_data, 32);

NUMBER(ARROW_FLAG_DICTIONARY_ORDERED, 1);
NUMBER(ARROW_FLAG_NULLABLE, 2);
NUMBER(ARROW_FLAG_MAP_KEYS_SORTED, 4);

NUMBER(DH_OK, 0);
NUMBER(DH_AGAIN, -1);
NUMBER(DH_STOPPED, -2);
NUMBER(DH_GONE, -3);
NUMBER(DH_INVALID, -4);
NUMBER(DH_UNWANTED, -5);
NUMBER(DH_REFUSED, -6);
NUMBER(DH_LIMIT, -7);
NUMBER(DH_FAILED, -8);
NUMBER(DH_UNABLE, -9);

NUMBER(DH_NULL, 0u);
NUMBER(DH_BOOL, 1u);
NUMBER(DH_INT, 2u);
NUMBER(DH_DOUBLE, 3u);
NUMBER(DH_DECIMAL, 4u);
NUMBER(DH_STRING, 5u);
NUMBER(DH_BYTES, 6u);
NUMBER(DH_LIST, 7u);
NUMBER(DH_MAP, 8u);
NUMBER(DH_JSON, 9u);

NUMBER(DH_SECRET, 1u);

NUMBER(DH_ERROR_INVALID_INPUT, 1u);
NUMBER(DH_ERROR_UNAUTHENTICATED, 2u);
NUMBER(DH_ERROR_FORBIDDEN, 3u);
NUMBER(DH_ERROR_NOT_FOUND, 4u);
NUMBER(DH_ERROR_CONFLICT, 5u);
NUMBER(DH_ERROR_RATE_LIMITED, 6u);
NUMBER(DH_ERROR_TIMED_OUT, 7u);
NUMBER(DH_ERROR_CANCELLED, 8u);
NUMBER(DH_ERROR_UNAVAILABLE, 9u);
NUMBER(DH_ERROR_DNS, 10u);
NUMBER(DH_ERROR_TLS, 11u);
NUMBER(DH_ERROR_HOST_KEY, 12u);
NUMBER(DH_ERROR_PROTOCOL, 13u);
NUMBER(DH_ERROR_REMOTE_FAILURE, 14u);
NUMBER(DH_ERROR_TOO_LARGE, 15u);
NUMBER(DH_ERROR_UNSUPPORTED, 16u);
NUMBER(DH_ERROR_INTERNAL, 17u);
NUMBER(DH_ERROR_LOST, 18u);

NUMBER(DH_RETRYABLE, 1u);
NUMBER(DH_SESSION_BROKEN, 2u);

NUMBER(DH_LOG_TRACE, 0u);
NUMBER(DH_LOG_DEBUG, 1u);
NUMBER(DH_LOG_INFO, 2u);
NUMBER(DH_LOG_WARNING, 3u);
NUMBER(DH_LOG_ERROR, 4u);

NUMBER(DH_STOP_CANCELLED, 1);
NUMBER(DH_STOP_DEADLINE, 2);

NUMBER(DH_READABLE, 1u);
NUMBER(DH_WRITABLE, 2u);
NUMBER(DH_HANGUP, 4u);

NUMBER(DH_ANY_FAMILY, 0u);
NUMBER(DH_IPV4, 4u);
NUMBER(DH_IPV6, 6u);

NUMBER(DH_NOTE_TYPE, 1u);
