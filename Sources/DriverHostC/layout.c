// Holds the layout and the numbers of revision 1: a change of any size, offset or constant stops the build here.
#include "driver_host.h"

#include <assert.h>

#define SIZE(type, bytes) static_assert(sizeof(type) == (bytes), "the layout of " #type " is frozen")
#define OFFSET(type, field, bytes)                                                                                     \
  static_assert(offsetof(type, field) == (bytes), "the place of " #type "." #field " is frozen")
#define NUMBER(name, number) static_assert(name == (number), "the number of " #name " is frozen")

SIZE(dh_fault_v1, 144);
OFFSET(dh_fault_v1, line, 4);
OFFSET(dh_fault_v1, column, 8);
OFFSET(dh_fault_v1, reserved, 12);
OFFSET(dh_fault_v1, pointer, 16);
OFFSET(dh_fault_v1, message, 32);
OFFSET(dh_fault_v1, expected, 48);
OFFSET(dh_fault_v1, got, 64);
OFFSET(dh_fault_v1, nearest, 80);
OFFSET(dh_fault_v1, keyword, 96);
OFFSET(dh_fault_v1, schema_location, 112);
OFFSET(dh_fault_v1, file, 128);

SIZE(dh_failure_v1, 200);
OFFSET(dh_failure_v1, flags, 4);
OFFSET(dh_failure_v1, stage, 8);
OFFSET(dh_failure_v1, status, 12);
OFFSET(dh_failure_v1, attempts, 16);
OFFSET(dh_failure_v1, line, 20);
OFFSET(dh_failure_v1, column, 24);
OFFSET(dh_failure_v1, reserved, 28);
OFFSET(dh_failure_v1, retry_after_ns, 32);
OFFSET(dh_failure_v1, vendor_code, 40);
OFFSET(dh_failure_v1, name, 48);
OFFSET(dh_failure_v1, message, 64);
OFFSET(dh_failure_v1, detail, 80);
OFFSET(dh_failure_v1, vendor_state, 96);
OFFSET(dh_failure_v1, pointer, 112);
OFFSET(dh_failure_v1, file, 128);
OFFSET(dh_failure_v1, execution, 144);
OFFSET(dh_failure_v1, faults, 160);
OFFSET(dh_failure_v1, fault_count, 168);
OFFSET(dh_failure_v1, details, 176);
OFFSET(dh_failure_v1, secrets, 184);
OFFSET(dh_failure_v1, secret_count, 192);

SIZE(dh_result_v1, 80);
OFFSET(dh_result_v1, driver, 16);
OFFSET(dh_result_v1, driver_version, 32);
OFFSET(dh_result_v1, duration_ns, 48);
OFFSET(dh_result_v1, attempts, 56);
OFFSET(dh_result_v1, reserved, 60);
OFFSET(dh_result_v1, secrets, 64);
OFFSET(dh_result_v1, secret_count, 72);

SIZE(dh_log_line_v1, 56);
OFFSET(dh_log_line_v1, reserved, 4);
OFFSET(dh_log_line_v1, driver, 8);
OFFSET(dh_log_line_v1, execution, 24);
OFFSET(dh_log_line_v1, message, 40);

SIZE(dh_host_options_v1, 136);
OFFSET(dh_host_options_v1, driver_path_count, 8);
OFFSET(dh_host_options_v1, flags, 16);
OFFSET(dh_host_options_v1, workspace_rule, 20);
OFFSET(dh_host_options_v1, workspace, 24);
OFFSET(dh_host_options_v1, history_rule, 40);
OFFSET(dh_host_options_v1, log_level_plus_1, 44);
OFFSET(dh_host_options_v1, history_limit, 48);
OFFSET(dh_host_options_v1, history_path, 56);
OFFSET(dh_host_options_v1, loops, 72);
OFFSET(dh_host_options_v1, threads, 76);
OFFSET(dh_host_options_v1, output_limit, 80);
OFFSET(dh_host_options_v1, secret_lifetime_ns, 88);
OFFSET(dh_host_options_v1, secret_timeout_ns, 96);
OFFSET(dh_host_options_v1, grace_limit_ns, 104);
OFFSET(dh_host_options_v1, log, 112);
OFFSET(dh_host_options_v1, log_context, 120);
OFFSET(dh_host_options_v1, further, 128);

SIZE(dh_texts_v1, 16);
OFFSET(dh_texts_v1, count, 8);

SIZE(dh_target_v1, 24);
OFFSET(dh_target_v1, reserved, 4);
OFFSET(dh_target_v1, name, 8);

SIZE(dh_sink_v1, 72);
OFFSET(dh_sink_v1, kind, 16);
OFFSET(dh_sink_v1, descriptor, 20);
OFFSET(dh_sink_v1, limit, 24);
OFFSET(dh_sink_v1, path, 32);
OFFSET(dh_sink_v1, bytes, 48);
OFFSET(dh_sink_v1, value, 56);
OFFSET(dh_sink_v1, context, 64);

SIZE(dh_source_v1, 64);
OFFSET(dh_source_v1, kind, 16);
OFFSET(dh_source_v1, descriptor, 20);
OFFSET(dh_source_v1, bytes, 24);
OFFSET(dh_source_v1, length_plus_1, 40);
OFFSET(dh_source_v1, read, 48);
OFFSET(dh_source_v1, context, 56);

SIZE(dh_call_options_v1, 168);
OFFSET(dh_call_options_v1, name, 16);
OFFSET(dh_call_options_v1, parent, 32);
OFFSET(dh_call_options_v1, connector, 48);
OFFSET(dh_call_options_v1, further, 64);
OFFSET(dh_call_options_v1, vault_secrets, 72);
OFFSET(dh_call_options_v1, vault_secret_count, 80);
OFFSET(dh_call_options_v1, flags, 88);
OFFSET(dh_call_options_v1, reserved, 92);
OFFSET(dh_call_options_v1, timeout_ns, 96);
OFFSET(dh_call_options_v1, sinks, 104);
OFFSET(dh_call_options_v1, sink_count, 112);
OFFSET(dh_call_options_v1, sources, 120);
OFFSET(dh_call_options_v1, source_count, 128);
OFFSET(dh_call_options_v1, progress, 136);
OFFSET(dh_call_options_v1, progress_context, 144);
OFFSET(dh_call_options_v1, rows, 152);
OFFSET(dh_call_options_v1, rows_context, 160);

SIZE(dh_fan_out_v1, 32);
OFFSET(dh_fan_out_v1, flags, 4);
OFFSET(dh_fan_out_v1, item, 8);
OFFSET(dh_fan_out_v1, context, 16);
OFFSET(dh_fan_out_v1, further, 24);

NUMBER(DH_HOST_API, 1u);
NUMBER(DH_FORKED, -16);
NUMBER(DH_STAGE_INPUT, 1u);
NUMBER(DH_STAGE_SECRET, 2u);
NUMBER(DH_STAGE_DRIVER, 3u);
NUMBER(DH_STAGE_CALL, 4u);
NUMBER(DH_FAULT_MISSING, 1u);
NUMBER(DH_FAULT_INVALID, 2u);
NUMBER(DH_FAULT_EXTRA, 3u);
NUMBER(DH_FAULT_SCHEMA, 4u);
NUMBER(DH_FAULT_SYNTAX, 5u);
NUMBER(DH_JSON_PRETTY, 1u);
NUMBER(DH_JSON_WITH_SECRETS, 2u);
NUMBER(DH_JSON_DECIMAL_NUMBERS, 4u);
NUMBER(DH_ONLY_GIVEN_PATHS, 1u);
NUMBER(DH_WORKSPACE_NONE, 0u);
NUMBER(DH_WORKSPACE_FOLDER, 1u);
NUMBER(DH_WORKSPACE_STANDARD, 2u);
NUMBER(DH_HISTORY_MEMORY, 0u);
NUMBER(DH_HISTORY_NONE, 1u);
NUMBER(DH_HISTORY_FILE, 2u);
NUMBER(DH_TARGET_CONNECTOR, 1u);
NUMBER(DH_TARGET_TYPE, 2u);
NUMBER(DH_TARGET_VAULT, 3u);
NUMBER(DH_SINK_MEMORY, 1u);
NUMBER(DH_SINK_FILE, 2u);
NUMBER(DH_SINK_DESCRIPTOR, 3u);
NUMBER(DH_SINK_BYTES, 4u);
NUMBER(DH_SINK_VALUES, 5u);
NUMBER(DH_SOURCE_MEMORY, 1u);
NUMBER(DH_SOURCE_FILE, 2u);
NUMBER(DH_SOURCE_DESCRIPTOR, 3u);
NUMBER(DH_SOURCE_READ, 4u);
NUMBER(DH_CALL_RESOLVES_REFERENCES, 1u);
NUMBER(DH_CALL_HAS_VAULT_SECRETS, 2u);
NUMBER(DH_CALL_STREAMS_ROWS, 4u);
NUMBER(DH_EXECUTION_NEW, 1);
NUMBER(DH_EXECUTION_RUNNING, 2);
NUMBER(DH_EXECUTION_SUCCEEDED, 3);
NUMBER(DH_EXECUTION_FAILED, 4);
NUMBER(DH_EXECUTION_CANCELLED, 5);
NUMBER(DH_FAN_OUT_FAILS_FAST, 1u);
