/// driver_host.h: the driver host as a library, for engines in any language. Revision 1.
///
/// `libdriverhost.so` finds drivers, loads them and runs connections through them. This header is its specification:
/// C11, also valid C++17, 64-bit ELF systems. Values, rows and error codes are those of driver_abi.h, which it
/// includes. The library brings its own Swift runtime, needs none of the engine's, and exports what is declared here
/// and nothing else.
///
/// A whole engine, which greets by way of the driver in Examples/c:
///
///     #include "driver_host.h"
///     #include <stdio.h>
///
///     int main(void) {
///       dh_handle host = 0, result = 0, error = 0;
///       if (dh_api_v1() < DH_HOST_API || dh_host_open_v1(NULL, &host, &error) < 0) return 1;
///       dh_member_v1 members[] = {dh_member("who", dh_cstring("Ada"))};
///       dh_value_v1 inputs = dh_map(members, 1);
///       dh_target_v1 target = dh_type("HELLO");
///       if (dh_host_connect_v1(host, &target, &inputs, NULL, &result, &error) >= 0) {
///         puts(dh_string_of(dh_tree_v1(result), "text", ""));
///       } else {
///         puts(dh_failure_get_v1(error)->message.ptr);
///       }
///       dh_release_v1(result), dh_release_v1(error);
///       dh_host_close_v1(host, NULL, NULL);
///       dh_release_v1(host);
///       return 0;
///     }
///
/// Rules that hold everywhere:
///
/// - Everything that the library gives is reached by a **handle**, a number that names one use of one place: a handle
///   that was released, is 0 or names another kind of thing is told from a good one and refused, whatever has been made
///   since. Handles that a function gives are the caller's, who gives them back by `dh_release_v1`, once.
/// - What a function takes is borrowed until it returns: inputs, options and texts are copied. A callback and its
///   context are kept as long as the text at the callback says.
/// - What a function returns by pointer or as a text belongs to the handle that it was asked of, stays as it is, may be
///   read from any thread, and is valid until that handle is released. Nobody frees it.
/// - Text is UTF-8 with a length. Texts that come from the library are followed by one NUL that the length does not
///   count, and have a NULL `ptr` where there is none; texts that go to it need none. A text that goes to the library
///   and is no UTF-8 is refused. Times are nanoseconds, sizes are bytes; none is 2^63 or more.
/// - Texts that are **free of secrets** show the call's secret inputs, where these have 4 bytes or more, as a mask
///   wherever they stand as they are. That a driver repeats them in no other form, and none of its own, is its duty.
/// - Every function may be called from any thread at any time [thread-safe], also inside callbacks, save where its text
///   says [not in callbacks]: these wait for something that may be waiting for the callback. None may be called in a
///   signal handler.
/// - Each function says what it waits for; where it says nothing of that, it waits for nothing outside the process.
/// - Functions that may fail return a status: DH_OK or more is success. Less is failure, and where the function takes
///   an `error` that is not NULL, `*error` is a new handle on what went wrong (see `dh_failure_v1`); the caller
///   releases it. `*error` and other results are written only as the text says: set them to 0 before.
/// - Every function may answer these statuses of failure, and its text does not repeat them. DH_INVALID: an argument is
///   wrong: a NULL that may not be one, a text that is no UTF-8, a tree that breaks a rule of values, a number out of
///   range, a handle of another kind. DH_GONE: the handle was released. DH_FORKED: see below. DH_FAILED: all else;
///   `*error` says what. Inputs that do not fit the driver's schema are DH_FAILED, with all their faults.
/// - Callbacks run on threads of the host or on a thread that waits in a function of this library; each says whether it
///   may wait. A callback must not let an exception, a panic or a longjmp leave it. Callbacks of one channel
///   run one at a time; those of different channels, and other ones, may run at the same time.
/// - When a call has ended, none of its callbacks is running and none will run: its end is told only then, by
///   `dh_execution_wait_v1`, the return of `dh_host_connect_v1` and `on_end`, which is the last one.
///   So a callback that does not return holds back the end of its call, also after a cancel.
/// - After `fork()` the child has none of the host's threads, and locks may be held in it for ever. In a child of a
///   process that had opened a host every function that returns a status answers DH_FORKED at once, with the handle
///   DH_FORKED_ERROR as `*error`, and does nothing; those that return a pointer return NULL, save `dh_version_v1` and
///   `dh_failure_get_v1` of DH_FORKED_ERROR. Pointers that were got before stay valid. Streams of rows answer ECANCELED
///   there, and their release leaves the parent's call alone. Fork first and open afterwards, or exec.
/// - Hosts are closed before the process ends, or its end finds their threads at work. The library is never unloaded
///   once a host was opened, whatever dlclose(3) is called with. A thread that is inside a function of it is not
///   cancelled (pthread_cancel), and has 512 KiB of stack or more.
/// - A struct's layout is frozen with the revision in its tag, and a function with the revision in its name. Nothing is
///   ever appended to one. A struct that is all zero means the defaults; fields that are called `reserved`, and those
///   that a case does not use, are 0.
/// - Codes, kinds and flags that come from the library and that a reader does not know are treated as the nearest
///   general one: an error's code as DH_ERROR_INTERNAL, a stage as DH_STAGE_CALL, a fault as DH_FAULT_INVALID, a log
///   level as DH_LOG_ERROR, a value's kind as null. Those that go to it and that it does not know are DH_INVALID, kinds
///   and flags of values among them.
/// - Documents may come to have more: members of a map that its text does not list, and further words in the place of
///   those that there are. A reader passes over the former, and takes the latter for something that it does not know.
/// - C names that begin with `dh_` or `DH_` are the standard's, now and later: of driver_abi.h, of this header, and of
///   drafts.
#ifndef DRIVER_HOST_H
#define DRIVER_HOST_H

#include "driver_abi.h"

#if defined(__cplusplus)
extern "C" {
#endif

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-completeness"
#pragma clang diagnostic ignored "-Wnullability-extension"
#endif

DH_ASSUME_NONNULL_BEGIN

// MARK: - Versions

/// The revision of this header.
#define DH_HOST_API 1u

/// The highest revision that the library serves; it serves those before it too. An engine that was built with this
/// header needs at least DH_HOST_API: compare them when the library is loaded, before anything else is called. For ever
/// of this name. [thread-safe] @since host API 1
uint32_t dh_api_v1(void);

/// The library's version, such as "1.0.0", ended by NUL; valid until the process ends. [thread-safe] @since host API 1
const char *dh_version_v1(void);

// MARK: - Handles

/// A host, an execution, a fan-out, a result, an error or a document; 0 is none.
typedef uint64_t dh_handle;

/// The process came from fork(2) after a host was opened: see the rules above. Beside the statuses of driver_abi.h.
#define DH_FORKED -16

/// The error that comes with DH_FORKED: valid for ever, also in the child, and need not be released.
#define DH_FORKED_ERROR ((dh_handle)1)

/// Gives a handle back, whatever its kind, and all that was got from it by pointer. 0 is accepted and does nothing.
///
/// A host: it is closed in the background if nobody has closed it; its `log` is not running any more when this returns,
/// and will not run. Calls and results of it stay valid. An execution or a fan-out: it goes on if it was started, as do
/// the callbacks of its options until its end (cancel it and wait first if their contexts are to go); one that was
/// never started ends as cancelled. Its `on_end` is not running any more when this returns, and will not run, unless
/// this is called inside of an `on_end`, which waits for no other one. Streams of rows that were not taken are let go
/// of, which cancels the call. Waits only for a `log` or `on_end` that is running on another thread: hold no lock
/// across it that these take. [thread-safe] @since host API 1
dh_status dh_release_v1(dh_handle handle);

// MARK: - Errors

#define DH_STAGE_INPUT 1u  /* what the caller gave: inputs, a connector's file, options */
#define DH_STAGE_SECRET 2u /* a secret could not be had from its vault */
#define DH_STAGE_DRIVER 3u /* the driver could not be found, read or loaded */
#define DH_STAGE_CALL 4u   /* the call ran, or was about to, and ended in an error */

#define DH_FAULT_MISSING 1u /* a required input is missing */
#define DH_FAULT_INVALID 2u /* an input has a value that the schema does not allow */
#define DH_FAULT_EXTRA 3u   /* an input is not known to the connector type */
#define DH_FAULT_SCHEMA 4u  /* a schema itself is at fault, or a value fails one that is no driver's */
#define DH_FAULT_SYNTAX 5u  /* a document could not be read at all */

/// One thing that is wrong with an input. Free of secrets.
typedef struct dh_fault_v1 {
  /// One of DH_FAULT_….
  uint32_t kind;
  /// In `file`, from 1; 0 where it is not known. The column counts characters.
  uint32_t line;
  uint32_t column;
  uint32_t reserved;
  /// JSON pointer (RFC 6901) of the value at fault; of a missing member, where it should be. Empty: the whole.
  dh_text_v1 pointer;
  /// What is wrong and what to do, in one sentence.
  dh_text_v1 message;
  /// What would have been right, and what was there, in words; none where the message says it all.
  dh_text_v1 expected;
  dh_text_v1 got;
  /// The nearest name that is known, for an unknown one.
  dh_text_v1 nearest;
  /// The schema keyword that failed, and its place in the schema: `#/properties/port/minimum`.
  dh_text_v1 keyword;
  dh_text_v1 schema_location;
  /// The file that the value came from; none where it came from no file.
  dh_text_v1 file;
} dh_fault_v1;

/// What went wrong, with everything that is known of it. Free of secrets, save in the outputs.
///
/// What a failed call had put out is the partial result: `dh_tree_v1`, `dh_output_v1` and `dh_json_v1` of the error.
typedef struct dh_failure_v1 {
  /// One of DH_ERROR_….
  uint32_t code;
  /// DH_RETRYABLE: the same call may work later, and trying again does no harm.
  uint32_t flags;
  /// One of DH_STAGE_….
  uint32_t stage;
  /// The protocol's own: HTTP status, FTP reply, exit code. 0: none.
  int32_t status;
  /// How many attempts there were: the error is that of the last one.
  uint32_t attempts;
  /// In `file`, from 1; 0 where it is not known.
  uint32_t line;
  uint32_t column;
  uint32_t reserved;
  /// When trying again may work. 0: not known.
  int64_t retry_after_ns;
  /// The library's or server's own number. 0: none.
  int64_t vendor_code;
  /// The code's name in JSON and in metrics: "timed_out".
  dh_text_v1 name;
  /// For the user: what happened and what to do.
  dh_text_v1 message;
  /// For the engineer: all that is known.
  dh_text_v1 detail;
  /// The library's or server's own state, such as an SQLSTATE.
  dh_text_v1 vendor_state;
  /// JSON pointer of the input at fault; an empty `ptr` that is not NULL is the whole.
  dh_text_v1 pointer;
  /// The file at fault.
  dh_text_v1 file;
  /// The id of the execution that ended in it; none where it did not come so far as to have one.
  dh_text_v1 execution;
  /// All faults of the inputs, in document order.
  const dh_fault_v1 *DH_NULLABLE faults;
  size_t fault_count;
  /// More of what the driver said; NULL: nothing.
  const dh_value_v1 *DH_NULLABLE details;
  /// JSON pointers of the places in the partial result that are secret.
  const dh_text_v1 *DH_NULLABLE secrets;
  size_t secret_count;
} dh_failure_v1;

/// What an error says; NULL where the handle is no error. Valid until its release. [thread-safe] @since host API 1
const dh_failure_v1 *DH_NULLABLE dh_failure_get_v1(dh_handle error);

// MARK: - Results and documents: trees and JSON

/// How a call went.
typedef struct dh_result_v1 {
  /// The execution's id, a UUID of version 7.
  dh_text_v1 execution;
  /// The driver's id and version.
  dh_text_v1 driver;
  dh_text_v1 driver_version;
  /// From the call to its end, with all that it waited.
  int64_t duration_ns;
  /// How many attempts it took.
  uint32_t attempts;
  uint32_t reserved;
  /// JSON pointers of the places in the outputs that the driver flagged as secret.
  const dh_text_v1 *DH_NULLABLE secrets;
  size_t secret_count;
} dh_result_v1;

/// How a call went; NULL where the handle is no result. Valid until its release. [thread-safe] @since host API 1
const dh_result_v1 *DH_NULLABLE dh_result_get_v1(dh_handle result);

/// What a handle holds as a tree: the outputs of a result, a map in the order in which the driver set them; the partial
/// result of an error; a document's content. NULL where the handle holds none.
///
/// Integers, decimals and bytes are exact. No value is of kind DH_JSON: documents that a driver passed on were parsed.
/// Secret places of a result are flagged DH_SECRET. Made on the first look, which costs time in proportion; valid until
/// the release of the handle. [thread-safe] @since host API 1
const dh_value_v1 *DH_NULLABLE dh_tree_v1(dh_handle handle);

/// One member of that tree by its name, made without the others: one output of a result. NULL: there is none.
/// Valid until the release of the handle. [thread-safe] @since host API 1
const dh_value_v1 *DH_NULLABLE dh_output_v1(dh_handle handle, dh_text_v1 name);

/// Some texts.
typedef struct dh_texts_v1 {
  const dh_text_v1 *DH_NULLABLE texts;
  size_t count;
} dh_texts_v1;

/// The secrets among the inputs of the call that a result or an error is of, as texts of 4 bytes or more, the longest
/// first: for an engine to keep them out of a log of its own, since a server may repeat them in any output. Never to be
/// shown. None for a document.
///
/// Valid until the release of the handle. [thread-safe] @since host API 1
dh_status dh_input_secrets_v1(dh_handle handle, dh_texts_v1 *secrets);

#define DH_JSON_PRETTY 1u          /* one member or item a line, indented by two spaces */
#define DH_JSON_WITH_SECRETS 2u    /* the secret places in clear; otherwise a mask stands there */
#define DH_JSON_DECIMAL_NUMBERS 4u /* decimals as numbers, for readers that keep them; otherwise as strings */

/// The same as JSON text, ended by NUL. Bytes become base64 text, decimals strings (see the flags). Without
/// DH_JSON_PRETTY there is no line break in it.
///
/// `*text` is valid until the release of the handle. [thread-safe] @since host API 1
dh_status dh_json_v1(dh_handle handle, uint32_t flags, dh_text_v1 *text);

// MARK: - Hosts

/// A line of the host's log. Free of secrets. Valid until the callback returns.
typedef struct dh_log_line_v1 {
  /// One of DH_LOG_….
  uint32_t level;
  uint32_t reserved;
  /// The connector type of the driver that it comes from or is about; none for the host's own.
  dh_text_v1 driver;
  /// The execution that it belongs to; none where it belongs to none.
  dh_text_v1 execution;
  /// Without a line end.
  dh_text_v1 message;
} dh_log_line_v1;

/// Takes a log line: on any thread, several at a time, also on threads of drivers. Returns at once, and calls no
/// function of this library.
typedef void (*dh_log_fn_v1)(void *DH_NULLABLE context, const dh_log_line_v1 *line);

#define DH_ONLY_GIVEN_PATHS 1u /* flag: drivers are looked for in `driver_paths` and nowhere else */

#define DH_WORKSPACE_NONE 0u     /* no connectors and no vaults: every call names its type */
#define DH_WORKSPACE_FOLDER 1u   /* the folder `workspace`, which need not exist */
#define DH_WORKSPACE_STANDARD 2u /* DRIVERS_WORKSPACE, else a folder around with `connectors`, else the user's own */

#define DH_HISTORY_MEMORY 0u /* the newest `history_limit` executions, for as long as the host lives */
#define DH_HISTORY_NONE 1u   /* executions are not kept */
#define DH_HISTORY_FILE 2u   /* the SQLite database `history_path`, which outlives the process; made if missing */

/// What a host is made with. All zero: the defaults.
typedef struct dh_host_options_v1 {
  /// Folders, or files of single drivers, that are looked into first: what is found there wins outright.
  const dh_text_v1 *DH_NULLABLE driver_paths;
  size_t driver_path_count;
  /// DH_ONLY_GIVEN_PATHS. Without it there follow: the folder of libdriverhost.so itself and `drivers` in it,
  /// DRIVERS_PATH, the user's folder, the system's. The folder of the engine's program is never looked into.
  uint32_t flags;
  /// One of DH_WORKSPACE_…; `workspace` is empty but for DH_WORKSPACE_FOLDER.
  uint32_t workspace_rule;
  dh_text_v1 workspace;
  /// One of DH_HISTORY_…; `history_path` is empty but for DH_HISTORY_FILE.
  uint32_t history_rule;
  /// DH_LOG_… + 1: lines below it are not made. 0: warnings and errors.
  uint32_t log_level_plus_1;
  /// How many executions are kept; 0: 1000 in memory, 100,000 of the last 30 days in a database.
  uint64_t history_limit;
  dh_text_v1 history_path;
  /// Event loops, each with a thread and an instance of every non-blocking driver that is used; 0: 1.
  uint32_t loops;
  /// How many calls of blocking drivers run at once, further ones wait for a thread; 0: 256.
  uint32_t threads;
  /// How many bytes of outputs a call may hand back in memory; 0: 256 MiB.
  uint64_t output_limit;
  /// For how long a secret is used again without another look at its vault; 0: 60 s, below 0: not at all.
  int64_t secret_lifetime_ns;
  /// For how long a look at a vault may take; 0: 30 s.
  int64_t secret_timeout_ns;
  /// The longest grace that a driver is granted after a stop; 0: 10 s.
  int64_t grace_limit_ns;
  /// Takes log lines until the host is released; NULL: they are dropped.
  dh_log_fn_v1 DH_NULLABLE log;
  void *DH_NULLABLE log_context;
  /// Further options, a map by name; NULL: none. A name that the library does not know is DH_INVALID. In this revision,
  /// all integers above 0: `session_limit`, sessions of one driver that are open at once (64); `session_calls`, calls
  /// that share one session at once, where its driver allows that (1024); `session_idle_ns`, after how long without use
  /// a session is closed (60 s); `session_age_ns`, after how long it is not used again (1 h); `session_check_ns`, after
  /// how long without use it is checked first (10 s).
  const dh_value_v1 *DH_NULLABLE further;
} dh_host_options_v1;

/// Makes a host, which finds drivers and reads their descriptors; no code of theirs runs.
///
/// DH_OK: `*host` is a new handle. A program makes one host and keeps it; several do no harm. `options` may be NULL.
/// Less: `log` is not running, and will not run. Reads files; writes the history's, where it is one.
/// [thread-safe] @since host API 1
dh_status dh_host_open_v1(const dh_host_options_v1 *DH_NULLABLE options, dh_handle *host,
                          dh_handle *DH_NULLABLE error);

/// Takes no new calls, asks those in flight to stop, waits for them, closes sessions, ends the host's threads.
///
/// Each call has its driver's grace; a thread that has not come back after that, of a driver or in a callback, is
/// waited for as long as `grace_limit_ns` and left behind, and so is each instance of a driver that does not end.
/// DH_OK: `*report` (which may be NULL) is a document,
/// `{"clean": bool, "abandoned": {TYPE: [execution id, …]}, "stuck": [TYPE, …]}`: the calls that ignored their stop and
/// are still inside their driver, and the drivers that did not end although no call is in them; clean: neither.
/// Calls of a closed host fail as DH_ERROR_UNAVAILABLE; what was got from it stays valid. A second close waits for the
/// first and answers the same. The handle must still be released.
///
/// The end of a call may be told a moment after this has returned, and a callback that has not come back is still
/// running: before a context goes, its call is waited for, or its `on_end` taken back.
/// [thread-safe] [not in callbacks] Waits for calls. @since host API 1
dh_status dh_host_close_v1(dh_handle host, dh_handle *DH_NULLABLE report, dh_handle *DH_NULLABLE error);

/// Loads the driver of a type (`TYPE` or `TYPE@id`) ahead of its first call, which then need not wait for it.
///
/// [thread-safe] Waits for the loading. @since host API 1
dh_status dh_host_load_v1(dh_handle host, dh_text_v1 type, dh_handle *DH_NULLABLE error);

/// How the host and its drivers fare at this moment, as a document:
/// `{"threads", "helper_threads", "wedged_threads", "waiting_calls", "drivers": {TYPE: {"calls_in_flight",
/// "waiting_calls", "running_calls", "stopping_calls", "settling_calls", "abandoned_calls", "bytes_written",
/// "bytes_read", "misuses", "slow_callbacks", "slowest_callback_ns", "sessions": null or {"warm", "busy",
/// "waiting_calls", "opened"}}}}`.
///
/// [thread-safe] @since host API 1
dh_status dh_host_statistics_v1(dh_handle host, dh_handle *document, dh_handle *DH_NULLABLE error);

// MARK: - What there is

/// The drivers that were found, as a document: `{"drivers": [{"type", "selector", "default", "id", "title", "version",
/// "vendor", "summary", "path", "origin", "actions": [name, …]}], "rejected": [{"path", "reason", "superseded"}],
/// "search_path": [{"path", "origin"}]}`. `selector` is what `dh_type` takes.
///
/// [thread-safe] @since host API 1
dh_status dh_host_drivers_v1(dh_handle host, dh_handle *document, dh_handle *DH_NULLABLE error);

/// One driver's descriptor as it was written (driver_abi.h, "The descriptor"), as a document. An action that this host
/// does not know how to call has `unusable` in it, which says why.
///
/// `type` is `TYPE` or `TYPE@id`. DH_FAILED with DH_ERROR_NOT_FOUND: there is none, and what there is instead.
/// [thread-safe] @since host API 1
dh_status dh_host_descriptor_v1(dh_handle host, dh_text_v1 type, dh_handle *document, dh_handle *DH_NULLABLE error);

/// The JSON Schema of all inputs that an action takes, the type's and its own, as one document. An empty `action` is
/// the default one.
///
/// For people and forms: what a call is given, the host checks itself. [thread-safe] @since host API 1
dh_status dh_host_schema_v1(dh_handle host, dh_text_v1 type, dh_text_v1 action, dh_handle *document,
                            dh_handle *DH_NULLABLE error);

/// The names of the workspace's connectors, as a document: a sorted list. Reads a folder.
/// [thread-safe] @since host API 1
dh_status dh_host_connectors_v1(dh_handle host, dh_handle *document, dh_handle *DH_NULLABLE error);

/// The names of the workspace's vault configurations, as a document: a sorted list. Reads a folder.
/// [thread-safe] @since host API 1
dh_status dh_host_vaults_v1(dh_handle host, dh_handle *document, dh_handle *DH_NULLABLE error);

// MARK: - What a call goes to, and how

#define DH_TARGET_CONNECTOR 1u /* a connector of the workspace, by its name */
#define DH_TARGET_TYPE 2u      /* a connector type, `TYPE` or `TYPE@id`: the inputs are all that there is */
#define DH_TARGET_VAULT 3u     /* a vault configuration of the workspace, by its name */

/// What a call goes to.
typedef struct dh_target_v1 {
  /// One of DH_TARGET_….
  uint32_t kind;
  uint32_t reserved;
  dh_text_v1 name;
} dh_target_v1;

/// Takes bytes of an output channel: DH_OK; all else refuses them, and the call fails as DH_ERROR_CANCELLED. Answer
/// DH_FAILED: DH_UNWANTED and what is above 0 are kept for a later meaning.
///
/// On a thread of the host, one piece at a time; may wait, and holds the driver back while it does.
typedef dh_status (*dh_bytes_fn_v1)(void *DH_NULLABLE context, const void *bytes, size_t count);

/// Takes one value of an output channel whose content is "values", as a tree that is valid until it returns; else as
/// dh_bytes_fn_v1.
typedef dh_status (*dh_value_fn_v1)(void *DH_NULLABLE context, const dh_value_v1 *value);

/// Gives up to `capacity` bytes for an input channel: how many, 0 at the end, or below 0: the call fails.
///
/// On a thread of the host, one at a time; may wait. `capacity` is at most 1 MiB.
typedef int64_t (*dh_read_fn_v1)(void *DH_NULLABLE context, void *buffer, size_t capacity);

#define DH_SINK_MEMORY 1u     /* collected, up to `limit` bytes: an output of the channel's name, a list for values */
#define DH_SINK_FILE 2u       /* the file `path`: replaced whole when the call has succeeded, else left as it was; what
                                 is no regular file, such as a pipe, is written to as it stands */
#define DH_SINK_DESCRIPTOR 3u /* `descriptor`, from where it stands; the caller closes it, when the call has ended */
#define DH_SINK_BYTES 4u      /* the function `bytes` */
#define DH_SINK_VALUES 5u     /* the function `value` */

/// Where one output channel of the action goes. A channel that no sink names goes nowhere, and the driver is told so;
/// one that two name is DH_INVALID. Values that go to bytes are lines of JSON. What a kind does not use is 0 or NULL,
/// else it is DH_INVALID.
typedef struct dh_sink_v1 {
  dh_text_v1 channel;
  /// One of DH_SINK_….
  uint32_t kind;
  int32_t descriptor;
  /// Of memory; 0: the host's output limit.
  uint64_t limit;
  dh_text_v1 path;
  dh_bytes_fn_v1 DH_NULLABLE bytes;
  dh_value_fn_v1 DH_NULLABLE value;
  void *DH_NULLABLE context;
} dh_sink_v1;

#define DH_SOURCE_MEMORY 1u     /* `bytes`, copied */
#define DH_SOURCE_FILE 2u       /* the file that `bytes` names */
#define DH_SOURCE_DESCRIPTOR 3u /* `descriptor`, from where it stands, which moves; the caller closes it, when the call
                                   has ended */
#define DH_SOURCE_READ 4u       /* the function `read` */

/// Where one input channel of the action comes from. One that two name is DH_INVALID. What a kind does not use is 0 or
/// NULL, else it is DH_INVALID.
typedef struct dh_source_v1 {
  dh_text_v1 channel;
  /// One of DH_SOURCE_….
  uint32_t kind;
  int32_t descriptor;
  dh_text_v1 bytes;
  /// Of `read`: how many bytes come all in all, plus 1, for protocols that say so first; where fewer come, the call
  /// fails, and more are not asked for. 0: not known.
  uint64_t length_plus_1;
  dh_read_fn_v1 DH_NULLABLE read;
  void *DH_NULLABLE context;
} dh_source_v1;

/// Hears how far a call is: `done` of `total`, in units that `text` names; total 0: not known.
///
/// On the driver's thread, maybe at the same time as other callbacks of the call: returns at once.
typedef void (*dh_progress_fn_v1)(void *DH_NULLABLE context, uint64_t done, uint64_t total, dh_text_v1 text);

/// Takes a stream of rows under the name of the output that they are.
///
/// To keep it, move it: copy the struct and set `stream->release` to NULL. What was not moved is released when this
/// returns. On a thread of the host; may wait, and may read all of the rows in here. See "Rows".
typedef void (*dh_rows_fn_v1)(void *DH_NULLABLE context, dh_text_v1 name, struct ArrowArrayStream *stream);

#define DH_CALL_RESOLVES_REFERENCES 1u /* texts in the inputs of this call that refer to secrets stand for them */
#define DH_CALL_HAS_VAULT_SECRETS 2u   /* `vault_secrets` replace those of the connector, also if there are none; texts
                                          in this call's inputs that refer to these and to no others are resolved */
#define DH_CALL_STREAMS_ROWS 4u        /* rows are pulled by `dh_execution_rows_v1`. Not in `connect`. */

/// How one call is run. All zero: the default action without a time limit and with nothing connected.
///
/// What is not here stands among the inputs: `retry`, `rate_limit`, `max_concurrency`, `max_runtime`.
typedef struct dh_call_options_v1 {
  /// An action of the driver; empty: its default one.
  dh_text_v1 action;
  /// What the execution is called.
  dh_text_v1 name;
  /// The id of the execution that makes this one.
  dh_text_v1 parent;
  /// For calls of a type: the connector's name, for logs, limits and the driver. Else empty, or it is DH_INVALID.
  dh_text_v1 connector;
  /// Further options, a map by name; NULL: none. A name that the library does not know is DH_INVALID. In this revision,
  /// both texts: `traceparent` and `tracestate`, the W3C trace context that the driver passes on.
  const dh_value_v1 *DH_NULLABLE further;
  /// Secrets that are attached to this call, each `CONFIG:PATH`. None without DH_CALL_HAS_VAULT_SECRETS, or it is
  /// DH_INVALID.
  const dh_text_v1 *DH_NULLABLE vault_secrets;
  size_t vault_secret_count;
  /// DH_CALL_….
  uint32_t flags;
  uint32_t reserved;
  /// After how long the call is asked to stop, with all of its attempts. 0: what the input `max_runtime` or the driver
  /// says, or never.
  int64_t timeout_ns;
  const dh_sink_v1 *DH_NULLABLE sinks;
  size_t sink_count;
  const dh_source_v1 *DH_NULLABLE sources;
  size_t source_count;
  dh_progress_fn_v1 DH_NULLABLE progress;
  void *DH_NULLABLE progress_context;
  /// NULL without DH_CALL_STREAMS_ROWS: rows become outputs, lists of maps, up to the host's limit.
  dh_rows_fn_v1 DH_NULLABLE rows;
  void *DH_NULLABLE rows_context;
} dh_call_options_v1;

/// Runs one call and waits for its end.
///
/// `inputs` is a map of what the driver's schema asks for, or NULL for none; a DH_JSON (see `dh_json`) holding a map is
/// one too, also inside a tree. What JSON has no word for: bytes are base64 text where the schema says contentEncoding,
/// decimals are numbers of any length, or strings where the schema says format decimal. DH_SECRET marks what is secret
/// and nothing else: in this revision the schema alone decides what is masked, later what is marked may be as well.
/// Inputs override the connector's stored ones key by key at the top; a null takes one away.
///
/// DH_OK: `*result` is a new handle. DH_FAILED: `*error` is one. `result` may be NULL, then it is dropped. To cancel a
/// call, make an execution. Costs no thread of its own: the calling thread does the host's part of the work.
/// [thread-safe] [not in callbacks] Waits for the call's end. @since host API 1
dh_status dh_host_connect_v1(dh_handle host, const dh_target_v1 *target, const dh_value_v1 *DH_NULLABLE inputs,
                             const dh_call_options_v1 *DH_NULLABLE options, dh_handle *DH_NULLABLE result,
                             dh_handle *DH_NULLABLE error);

// MARK: - Executions: calls that are started, waited for and cancelled apart

#define DH_EXECUTION_NEW 1       /* made, and not started */
#define DH_EXECUTION_RUNNING 2   /* started */
#define DH_EXECUTION_SUCCEEDED 3 /* ended; so is all above, now and later */
#define DH_EXECUTION_FAILED 4    /* ended; one above that a reader does not know is read as this */
#define DH_EXECUTION_CANCELLED 5 /* ended */

/// Makes an execution, which is NEW: DH_OK, and `*execution` is a new handle. Inputs and options as with
/// `dh_host_connect_v1`; what is wrong with them beyond their form shows when it runs.
///
/// [thread-safe] @since host API 1
dh_status dh_execution_create_v1(dh_handle host, const dh_target_v1 *target, const dh_value_v1 *DH_NULLABLE inputs,
                                 const dh_call_options_v1 *DH_NULLABLE options, dh_handle *execution,
                                 dh_handle *DH_NULLABLE error);

/// The execution's id, a UUID of version 7; `*text` is valid until the handle's release. A fan-out has none:
/// DH_INVALID. [thread-safe] @since host API 1
dh_status dh_execution_id_v1(dh_handle execution, dh_text_v1 *text);

/// Starts an execution if nobody has. [thread-safe] @since host API 1
dh_status dh_execution_start_v1(dh_handle execution);

/// Where an execution or a fan-out is on its way: DH_EXECUTION_…, or less than 0. A fan-out is RUNNING, then SUCCEEDED
/// if all of its items are, CANCELLED if it was cancelled as a whole, else FAILED. [thread-safe] @since host API 1
dh_status dh_execution_status_v1(dh_handle execution);

/// Asks an execution to stop, on the remote side too, or a fan-out with all of its items; returns at once. One that has
/// not been started ends as cancelled, one that has ended stays as it is. [thread-safe] @since host API 1
dh_status dh_execution_cancel_v1(dh_handle execution);

/// Starts an execution if nobody has, and waits for its end, or for that of a fan-out.
///
/// `timeout_ns` is how long to wait: below 0 for ever, 0 not at all. DH_OK: it has succeeded, and `*result` (which may
/// be NULL) is a new handle; of a fan-out a document, `{"succeeded", "failed", "cancelled"}`, however its items ended.
/// DH_FAILED: it has failed or was cancelled, and `*error` says how. DH_AGAIN: the time was up; it goes on, and there
/// is no error. Any number of threads may wait, any number of times. [thread-safe] [not in callbacks] Waits for the
/// end. @since host API 1
dh_status dh_execution_wait_v1(dh_handle execution, int64_t timeout_ns, dh_handle *DH_NULLABLE result,
                               dh_handle *DH_NULLABLE error);

typedef void (*dh_end_fn_v1)(void *DH_NULLABLE context, dh_handle execution);

/// Runs `fn(context, execution)` once when the execution or fan-out has ended, on any thread, or in here if it has
/// already. It returns soon, and may call anything but what waits; `dh_execution_wait_v1` with timeout 0 gives the end.
///
/// A second fn replaces the first, NULL takes it back. When this has returned, the earlier fn is not running and will
/// not run, unless this is called inside of an `on_end`, which waits for no other one. [thread-safe] Waits only for an
/// fn that is running on another thread: hold no lock across it that fn takes. @since host API 1
dh_status dh_execution_on_end_v1(dh_handle execution, dh_end_fn_v1 DH_NULLABLE fn, void *DH_NULLABLE context);

// MARK: - Rows
//
// An action that puts out rows hands over one or more streams, one after the other, each under a name. They come by the
// Arrow C stream interface, as `rows` of the call's options, or pulled by `dh_execution_rows_v1`. What is so given is
// the consumer's, who may pass it on (as a PyCapsule "arrow_array_stream", say) and read it on any one thread at a
// time:
//
// - The call stays in flight until the stream's release: deadline, cancel and errors go on to matter. Release it soon
//   when it is no longer read. The end of the call then comes as always.
// - `get_next` waits for the driver. After a cancel or the deadline, and when the call has ended, `get_schema` and
//   `get_next` answer ECANCELED, at once also where the driver does not come back; other failures are another errno,
//   and `get_last_error` says more.
// - Arrays are the driver's own memory, without a copy, and own it: they may outlive stream, call and host. The schema
//   is the driver's own, with its metadata.
// - A stream that is released before its end cancels the call. A stream may be released after the call has ended, and
//   after its host was closed.

/// Waits for the next stream of rows of an execution that was made with DH_CALL_STREAMS_ROWS; starts it if nobody has.
///
/// 1: `*stream` is the caller's, and `*name` (which may be NULL) its name, valid until the execution's release. 0: the
/// call has ended, or is about to, and no stream will follow: `dh_execution_wait_v1` says how. DH_AGAIN: `timeout_ns`
/// was up (as with `wait`), and there is no error. A stream comes only after the one before it was released; of several
/// threads that wait, one gets it.
/// [thread-safe] [not in callbacks] Waits for the driver. @since host API 1
dh_status dh_execution_rows_v1(dh_handle execution, int64_t timeout_ns, dh_text_v1 *DH_NULLABLE name,
                               struct ArrowArrayStream *stream, dh_handle *DH_NULLABLE error);

// MARK: - Fan-out: one call for each of some items

/// Hears of each item when it has ended: its place from 0, and a result or an error, which are valid until this returns
/// (0: none). One at a time, in the order in which they end, on a thread of the host; may wait, the next one waits for
/// it.
typedef void (*dh_item_fn_v1)(void *DH_NULLABLE context, size_t index, dh_handle result, dh_handle error);

#define DH_FAN_OUT_FAILS_FAST 1u /* the first failure cancels those that run, and those that wait are not begun */

/// How the items get along. All zero: 16 at once, each to its end.
typedef struct dh_fan_out_v1 {
  /// How many there are at once; 0: 16.
  uint32_t parallel;
  /// DH_FAN_OUT_….
  uint32_t flags;
  /// Called for every item, also for those that were not begun (DH_ERROR_CANCELLED).
  dh_item_fn_v1 DH_NULLABLE item;
  void *DH_NULLABLE context;
  /// Further options, a map by name; NULL: none. A name that the library does not know is DH_INVALID; in this revision
  /// it knows none.
  const dh_value_v1 *DH_NULLABLE further;
} dh_fan_out_v1;

/// Makes one call for each of `items`, several at once: each has the same inputs with those of its item laid over them.
///
/// `items` is a list of maps, or a DH_JSON that holds one. `options` are those of each, without DH_CALL_STREAMS_ROWS;
/// their callbacks may run for several items at once. All items share the channels: DH_SINK_FILE, which each would
/// replace, and sources other than memory and files, of which one would leave nothing for the others, are DH_INVALID.
/// DH_OK: it was started, and `*handle` is what `dh_execution_wait_v1`, `_cancel_`, `_status_` and `_on_end_` take.
/// [thread-safe] @since host API 1
dh_status dh_host_connect_many_v1(dh_handle host, const dh_target_v1 *target, const dh_value_v1 *DH_NULLABLE inputs,
                                  const dh_value_v1 *items, const dh_call_options_v1 *DH_NULLABLE options,
                                  const dh_fan_out_v1 *DH_NULLABLE fan_out, dh_handle *handle,
                                  dh_handle *DH_NULLABLE error);

// MARK: - The history of executions

/// The executions that a query asks for, the newest first, as a document: a list of `{"id", "name", "type":
/// "CONNECTION", "connector", "connector_type", "action", "parent", "status", "status_message", "error_code",
/// "created", "started", "ended" (nanoseconds since 1970, or null), "duration_ns", "attempts", "driver",
/// "driver_version", "input", "output", "dropped_output_size"}`, null where there is nothing to say. Inputs and outputs
/// are masked.
///
/// `query` is NULL for the newest 100, or a map: `statuses` (a list of "NEW", "RUNNING", "ENDED_SUCCESS",
/// "ENDED_ERROR", "ENDED_CANCELLED"), `connector`, `connector_type`, `parent`, `since` (nanoseconds since 1970),
/// `before` (an id: the next page), `limit`. [thread-safe] [not in callbacks] Waits for the history's storage. @since
/// host API 1
dh_status dh_host_executions_v1(dh_handle host, const dh_value_v1 *DH_NULLABLE query, dh_handle *document,
                                dh_handle *DH_NULLABLE error);

/// One execution by its id, as a document like those above. DH_FAILED with DH_ERROR_NOT_FOUND: none is kept.
/// [thread-safe] [not in callbacks] Waits for the history's storage. @since host API 1
dh_status dh_host_execution_v1(dh_handle host, dh_text_v1 id, dh_handle *document, dh_handle *DH_NULLABLE error);

/// Forgets executions that ended longer than `age_ns` ago, and all but the newest `count`; below 0: no limit of that
/// sort. `*removed` (which may be NULL) is how many there were.
/// [thread-safe] [not in callbacks] Waits for the history's storage. @since host API 1
dh_status dh_host_prune_v1(dh_handle host, int64_t age_ns, int64_t count, uint64_t *DH_NULLABLE removed,
                           dh_handle *DH_NULLABLE error);

// MARK: - Helpers

/// A document's text as inputs.
static inline dh_value_v1 dh_json(const char *DH_NULLABLE json) {
  dh_text_v1 text = dh_text(json);
  return dh_textual(DH_JSON, text.ptr, text.len);
}

static inline dh_target_v1 dh_target_of(uint32_t kind, const char *DH_NULLABLE name) {
  dh_target_v1 target = {kind, 0, {NULL, 0}};
  target.name = dh_text(name);
  return target;
}

/// A connector of the workspace.
static inline dh_target_v1 dh_connector(const char *DH_NULLABLE name) {
  return dh_target_of(DH_TARGET_CONNECTOR, name);
}

/// A connector type, `TYPE` or `TYPE@id`.
static inline dh_target_v1 dh_type(const char *DH_NULLABLE type) { return dh_target_of(DH_TARGET_TYPE, type); }

/// A vault configuration of the workspace.
static inline dh_target_v1 dh_vault(const char *DH_NULLABLE name) { return dh_target_of(DH_TARGET_VAULT, name); }

DH_ASSUME_NONNULL_END

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#if defined(__cplusplus)
}
#endif

#endif /* DRIVER_HOST_H */
