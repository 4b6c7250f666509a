/// driver_abi.h: the contract between a driver host and a driver. Revision 1.
///
/// A driver is one shared library, `lib<Type>Driver.so`, that serves one connector type. It exports one function,
/// carries its description as an ELF note, and needs nothing but this header: no library of the host is linked. 64-bit
/// ELF systems; C11, also valid C++17; only <stdint.h> and <stddef.h>. Everything that a driver author has to know
/// stands here.
///
/// A whole driver, hello.c, which has its descriptor.json (see "The descriptor") beside it:
///
///     #include "driver_abi.h"
///     DH_EMBED_DESCRIPTOR(DH_DESCRIPTOR)
///
///     static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance, dh_report_v1 report) {
///       (void)host, (void)loop, (void)report;
///       *instance = NULL;
///       return DH_OK;
///     }
///     static void destroy(void *instance) { (void)instance; }
///     static void start(void *instance, const dh_request_v1 *request) {
///       (void)instance;
///       if (!dh_text_is(request->action, "greet")) {
///         dh_fail(request->call, DH_ERROR_UNSUPPORTED, "the driver does not know this action");
///         return;
///       }
///       dh_value_v1 greeting = dh_cstring(dh_string_of(request->inputs, "greeting", "hello"));
///       request->call.fn->output(request->call, dh_text("greeting"), &greeting);
///       dh_succeed(request->call);
///     }
///     static const dh_driver_v1 driver = {create, destroy, start};
///     DH_DRIVER_ENTRY(driver)
///
/// It is built in its folder by
///
///     descriptor="\"$PWD/descriptor.json\""
///     cc -shared -fPIC -fvisibility=hidden -I INCLUDE -DDH_DESCRIPTOR="$descriptor" hello.c -o libHelloDriver.so
///
/// Rules that hold everywhere:
///
/// - Text is UTF-8 with a length. Every text that comes from the host is followed by one NUL that its length does not
///   count, also an empty one; text that goes to the host needs none. Interface ids and the key of `once` alone are C
///   strings. Sizes are bytes; a size or count of 2^63 or more is DH_INVALID. Times are nanoseconds, in JSON seconds,
///   unless a name ends in _ms.
/// - DH_NULLABLE stands where a pointer or function may be NULL. A NULL elsewhere is DH_INVALID.
/// - The host's tables and loops are used where they stand: pass their addresses on, and copy none of them.
/// - What is passed is borrowed until the function returns (a request's inputs: until the call's `done`). Nobody frees
///   what the other allocated. No callback comes without the context that was registered with it.
/// - Each function says who may call it: [thread-safe] any thread at any time; [call] any thread, between `start` and
///   `done`, and afterwards it answers DH_GONE; [loop] only on the thread of that loop, elsewhere DH_REFUSED. Unless it
///   says that it waits, a function does not wait for anything outside the process.
/// - Each function says what it answers beside DH_OK, and beside the DH_GONE and DH_REFUSED of these tags.
/// - All declarations are frozen: a struct's layout with the revision in its tag. Nothing is ever appended to one: what
///   is new is a new interface id, asked for by text and answered by NULL where it is not known.
/// - What a reader does not know it takes for the nearest general one: an error's code for DH_ERROR_INTERNAL, a status
///   below 0 for DH_FAILED, a reason to stop for DH_STOP_CANCELLED, a log level for DH_LOG_ERROR, a family for
///   DH_ANY_FAMILY, a kind for null. Unknown flags and events are ignored. A driver gives none that it does not know
///   from here, and 0 in all other bits; those of a later header only to a host that answers that header's id.
/// - C names that begin with `dh_` or `DH_` are the standard's, now and later: of this header, of driver_host.h, and of
///   drafts.
/// - A driver is a guest. It does not install signal handlers, fork without exec, exit, change directory, locale,
///   environment, umask or limits, write to stdout or stderr, raise SIGPIPE, tear down a library that others may use
///   (`curl_global_cleanup`), or let an exception, panic or trap leave it. Runtimes that install signal handlers of
///   their own accord (Go's, the JVM) do not fit.
/// - A thread of the host's is left as it was: its signal mask, its cancellation, its floating-point modes, its name.
///   Threads of a driver's own block all signals. Its descriptors are closed on exec. Libraries that it loads itself it
///   loads with RTLD_LOCAL. It is called with 256 KiB of stack or more to use.
/// - A driver is never unloaded. When the process ends its threads may still be inside: nothing that a driver registers
///   for that moment (atexit, destructors) frees or ends what a call uses.
/// - A driver does not count on sharing its process with the engine, other drivers, or all of its own instances.
/// - Secrets are kept no longer than the session or the call that they were given to, and written nowhere.
/// - A driver exports its entry and nothing else (-fvisibility=hidden, or a version script), links no library of the
///   host and no shared runtime of Swift, and has no RPATH or RUNPATH outside $ORIGIN.
#ifndef DRIVER_ABI_H
#define DRIVER_ABI_H

#include <stddef.h>
#include <stdint.h>

#if !defined(__ELF__) || UINTPTR_MAX != 0xFFFFFFFFFFFFFFFFu
#error "driver_abi.h is for 64-bit ELF systems"
#endif

#if defined(__clang__)
#define DH_NULLABLE _Nullable
#define DH_NONNULL _Nonnull
#define DH_ASSUME_NONNULL_BEGIN _Pragma("clang assume_nonnull begin")
#define DH_ASSUME_NONNULL_END _Pragma("clang assume_nonnull end")
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-completeness"
#pragma clang diagnostic ignored "-Wnullability-extension"
#else
#define DH_NULLABLE
#define DH_NONNULL
#define DH_ASSUME_NONNULL_BEGIN
#define DH_ASSUME_NONNULL_END
#endif

#if defined(__cplusplus)
#define DH_EXTERN_C extern "C"
#else
#define DH_EXTERN_C
#endif

#if defined(__cplusplus)
extern "C" {
#endif

// MARK: - Rows: the Arrow C data and stream interfaces, as their standard has them

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */

DH_ASSUME_NONNULL_BEGIN

// MARK: - Interface ids
//
// An id is a name, a slash and a number, which rises with every change of layout or meaning; a draft's id stays when it
// is final. Names that begin with `dh.` are the standard's; others begin with the reverse DNS of who made them:
// "org.example.trace/1". An id may also stand for a behaviour without functions: what `interface` or the entry answers
// to it is then not NULL, and that is all. Functions of an interface that a driver answers take the instance that
// `create` has made.

/// What a driver answers to its entry: a `dh_driver_v1`. Stands in the descriptor's "abi".
#define DH_DRIVER_V1 "dh.driver/1"

/// What the host answers to `interface`. A driver that cannot do without one names it in the descriptor's "needs".
#define DH_REACTOR_V1 "dh.reactor/1"
#define DH_RESOLVE_V1 "dh.resolve/1"

// MARK: - Statuses: what functions return

/// 0 or more: it was done, or the answer. Less than 0: it was not done, and why, but for DH_STOPPED of `on_stop` and
/// DH_GONE of `done`, as these two say.
typedef int32_t dh_status;

#define DH_OK 0        /* done */
#define DH_AGAIN -1    /* not now: `on_ready` tells when. Only to a non-blocking driver. */
#define DH_STOPPED -2  /* the call was asked to stop: end it with `done` */
#define DH_GONE -3     /* the call has ended, or was given up: nothing that it does has an effect any more */
#define DH_INVALID -4  /* an argument is wrong; the host's log says which. The driver's fault, but for DH_JSON. */
#define DH_UNWANTED -5 /* nobody reads this channel, or not any longer; carry on without it or end */
#define DH_REFUSED -6  /* not in this state or not on this thread; the host's log says why. The driver's fault. */
#define DH_LIMIT -7    /* over a limit of the host, such as the size of collected outputs: end with `done` */
#define DH_FAILED -8   /* the system refused, such as no file descriptor left. Unknown ones are read as this. */
#define DH_UNABLE -9   /* what is connected cannot do it, such as say how long a pipe is: carry on without */
/* -16 is driver_host.h's. */

// MARK: - Values: one tree type in both directions

typedef struct dh_value_v1 dh_value_v1;
typedef struct dh_member_v1 dh_member_v1;

/// `len` bytes of UTF-8 at `ptr`. `ptr` may be NULL where `len` is 0.
typedef struct dh_text_v1 {
  const char *DH_NULLABLE ptr;
  size_t len;
} dh_text_v1;

#define DH_NULL 0u
#define DH_BOOL 1u    /* as.integer: 0 or 1 */
#define DH_INT 2u     /* as.integer */
#define DH_DOUBLE 3u  /* as.number; neither infinite nor NaN */
#define DH_DECIMAL 4u /* as.text: a JSON number's text, for what neither of the two above holds exactly */
#define DH_STRING 5u  /* as.text: UTF-8 */
#define DH_BYTES 6u   /* as.text: any bytes */
#define DH_LIST 7u    /* as.items */
#define DH_MAP 8u     /* as.members, in order; names are unique */
#define DH_JSON 9u    /* as.text: one JSON document, which becomes a tree when somebody looks. Outputs only. */

#define DH_SECRET 1u /* flag: never shown, logged or put into a message */

/// What a value holds; which of these, its kind says.
typedef union dh_value_as_v1 {
  int64_t integer;
  double number;
  const char *DH_NULLABLE text;
  const dh_value_v1 *DH_NULLABLE items;
  const dh_member_v1 *DH_NULLABLE members;
} dh_value_as_v1;

/// A value. Unknown kinds are read as null, unknown flags are ignored. A tree that goes to the host is at most 256
/// levels deep, of which each list or map is one (a DH_JSON in it counts by itself); inputs may have twice as many. How
/// large an output may be is up to the host; what goes over its limit is DH_LIMIT.
struct dh_value_v1 {
  uint32_t kind;
  uint32_t flags;
  /// Bytes of a text, items of a list, members of a map; otherwise 0.
  size_t count;
  dh_value_as_v1 as;
};

/// One entry of a map.
struct dh_member_v1 {
  dh_text_v1 name;
  dh_value_v1 value;
};

// MARK: - Errors

#define DH_ERROR_INVALID_INPUT 1u    /* an input is wrong; `pointer` says which */
#define DH_ERROR_UNAUTHENTICATED 2u  /* who asks is not known: wrong or missing credentials */
#define DH_ERROR_FORBIDDEN 3u        /* who asks is known and may not */
#define DH_ERROR_NOT_FOUND 4u        /* what is asked for does not exist */
#define DH_ERROR_CONFLICT 5u         /* it exists already, or has changed meanwhile */
#define DH_ERROR_RATE_LIMITED 6u     /* too many requests; `retry_after_ms` where it is known */
#define DH_ERROR_TIMED_OUT 7u        /* a wait of the driver ran out, or the call's deadline */
#define DH_ERROR_CANCELLED 8u        /* the call was stopped */
#define DH_ERROR_UNAVAILABLE 9u      /* refused, unreachable or overloaded; later may work */
#define DH_ERROR_DNS 10u             /* a name has no address */
#define DH_ERROR_TLS 11u             /* no trusted encrypted connection: certificate, protocol version, cipher */
#define DH_ERROR_HOST_KEY 12u        /* an SSH host key is unknown or has changed */
#define DH_ERROR_PROTOCOL 13u        /* the other side broke its protocol, or the connection was lost inside it */
#define DH_ERROR_REMOTE_FAILURE 14u  /* the other side worked as it should and reports a failure */
#define DH_ERROR_TOO_LARGE 15u       /* over a limit of size or count */
#define DH_ERROR_UNSUPPORTED 16u     /* this driver, library or server cannot do it */
#define DH_ERROR_INTERNAL 17u        /* a fault in the driver or the host. Unknown codes are read as this one. */
#define DH_ERROR_LOST 18u            /* the process that ran the call died. The host's: no driver gives it. */

#define DH_RETRYABLE 1u      /* flag: the same call may work later, and trying again does no harm */
#define DH_SESSION_BROKEN 2u /* flag: the session must not be used again */

/// How a call failed. Everything but `code` and `message` may be 0 or empty.
typedef struct dh_error_v1 {
  uint32_t code;
  uint32_t flags;
  /// The protocol's own: HTTP status, FTP reply, exit code. 0: none.
  int32_t status;
  /// When trying again may work. 0: not known.
  uint32_t retry_after_ms;
  /// The library's or server's own number beyond that, such as a database's. 0: none.
  int64_t vendor_code;
  /// The library's or server's own state, such as an SQLSTATE.
  dh_text_v1 vendor_state;
  /// JSON pointer (RFC 6901) of the input at fault. Empty: none.
  dh_text_v1 pointer;
  /// For the user: what happened and what to do. No secrets.
  dh_text_v1 message;
  /// For the engineer: all that is known. No secrets.
  dh_text_v1 detail;
  /// More of it, as a map. Its member `faults`, where there are several, is a list in the form of `warnings` (see "The
  /// descriptor").
  const dh_value_v1 *DH_NULLABLE details;
} dh_error_v1;

// MARK: - Calls

typedef struct dh_calls_v1 dh_calls_v1;

/// A call, as a value: copy it freely. Its functions are reached as `call.fn->done(call, NULL)`.
///
/// The id carries a generation. After `done` every function of the call answers DH_GONE, for ever, also when other
/// calls have begun since: a driver can do no harm with a call that has ended.
typedef struct dh_call_v1 {
  const dh_calls_v1 *fn;
  uint64_t id;
} dh_call_v1;

typedef void (*dh_fn_v1)(void *DH_NULLABLE context);

#define DH_LOG_TRACE 0u
#define DH_LOG_DEBUG 1u
#define DH_LOG_INFO 2u
#define DH_LOG_WARNING 3u
#define DH_LOG_ERROR 4u

#define DH_STOP_CANCELLED 1 /* somebody cancelled the call */
#define DH_STOP_DEADLINE 2  /* its deadline has passed */

/// The functions of a call. The table is valid until the process ends.
struct dh_calls_v1 {
  /// Has the call been asked to stop? 0: go on. Above 0: DH_STOP_…, end it with `done` soon. DH_GONE: it has ended or
  /// was given up.
  ///
  /// Costs nanoseconds: `while (!call.fn->stopped(call))` is a good loop. When a function has answered DH_STOPPED, this
  /// says so too. [call] @since ABI 1
  dh_status (*stopped)(dh_call_v1 call);

  /// A file descriptor that becomes readable when the call is asked to stop, for poll(2) beside one's own; DH_FAILED:
  /// there is none left.
  ///
  /// Made on the first use and kept by the host: neither read nor close it, nor use it after `done`.
  /// [call] @since ABI 1
  int32_t (*stop_fd)(dh_call_v1 call);

  /// Runs `fn(context)` once when the call is asked to stop: soon, and never inside `on_stop` itself. NULL takes it
  /// back; a second fn replaces the first.
  ///
  /// For a blocking driver fn runs on another thread while `start` waits (SQLCancel fits there), for a non-blocking one
  /// on its loop. fn may call `done`. When `on_stop` or `done` has returned, the earlier fn is not running and will not
  /// run (unless it is fn itself that called): so hold no lock across these two that the earlier fn takes. DH_STOPPED:
  /// the call has been asked already, and fn was registered and runs soon all the same. [call] Waits only for an fn
  /// that is running on another thread. @since ABI 1
  dh_status (*on_stop)(dh_call_v1 call, dh_fn_v1 DH_NULLABLE fn, void *DH_NULLABLE context);

  /// A line for the host's log, one of DH_LOG_…; no secrets, no line end.
  ///
  /// Beside <tgmath.h>, which makes a macro of the name: `(call.fn->log)(call, …)`. [call] @since ABI 1
  void (*log)(dh_call_v1 call, uint32_t level, dh_text_v1 text);

  /// How far the call is: `done` of `total`, in units that `text` names ("bytes"); total 0: not known. Call it as often
  /// as it suits: the host keeps the newest. [call] @since ABI 1
  void (*progress)(dh_call_v1 call, uint64_t done, uint64_t total, dh_text_v1 text);

  /// Sets the output `name`, copied before it returns; the same name again replaces. What was set before `done(error)`
  /// is the partial result. It is taken after a stop too.
  ///
  /// DH_LIMIT: the outputs are too large. DH_INVALID: the name is empty or no UTF-8, or the tree breaks a rule of
  /// values. A DH_JSON is checked here: it must keep the grammar, have no name twice in a map, and be at most 256
  /// levels deep; one that is none is DH_INVALID too, but not counted as the driver's fault. [call] @since ABI 1
  dh_status (*output)(dh_call_v1 call, dh_text_v1 name, const dh_value_v1 *value);

  /// Sends one value down a channel whose content is "values", copied before it returns.
  ///
  /// Back-pressure and answers as with `write`, and DH_INVALID as with `output`.
  /// [call] Waits in a blocking driver. @since ABI 1
  dh_status (*send)(dh_call_v1 call, uint32_t channel, const dh_value_v1 *value);

  /// Does anybody read this channel (or, of an input channel, is anything connected)? 1 or 0. A driver then streams
  /// instead of parsing or collecting.
  ///
  /// A channel is an index into the "channels" of the action in the descriptor; DH_INVALID: it has none of that index.
  /// What a host collects from one becomes the output of the channel's name. [call] @since ABI 1
  dh_status (*wanted)(dh_call_v1 call, uint32_t channel);

  /// Sends bytes down an output channel: all of them or none, save where the call is stopped, or its receiver fails or
  /// has its fill meanwhile, which no driver need look into.
  ///
  /// A slow reader holds the driver back: a blocking driver waits in here; a non-blocking one gets DH_AGAIN, keeps its
  /// bytes and is told by `on_ready`. When nothing is queued, a piece of any size is taken. DH_STOPPED, DH_UNWANTED: as
  /// they say; DH_GONE: another thread called `done` meanwhile. DH_INVALID: an input channel, one of
  /// values, or none of that index. [call] Waits in a blocking driver. @since ABI 1
  dh_status (*write)(dh_call_v1 call, uint32_t channel, const void *DH_NULLABLE bytes, size_t count);

  /// Takes up to `capacity` bytes from an input channel: how many, 0 at the end, or a status below 0. `read` and `seek`
  /// of one channel are called by one thread at a time.
  ///
  /// Nothing there yet: a blocking driver waits; a non-blocking one gets DH_AGAIN and is told by `on_ready`.
  /// DH_STOPPED: also when the source failed. DH_UNWANTED: nothing is connected. DH_INVALID: `capacity` is 0, an output
  /// channel, or none of that index. [call] Waits in a blocking driver. @since ABI 1
  int64_t (*read)(dh_call_v1 call, uint32_t channel, void *buffer, size_t capacity);

  /// How many bytes an input channel has from its beginning to its end, however many were read: for protocols that say
  /// the length first. A promise: `read` brings exactly so many, or the call is stopped with an error that says why.
  ///
  /// DH_UNABLE: nobody knows, as with a pipe. DH_UNWANTED: nothing is connected. DH_INVALID: an output channel, or none
  /// of that index. [call] @since ABI 1
  int64_t (*length)(dh_call_v1 call, uint32_t channel);

  /// Has the next `read` of an input channel begin `offset` bytes after its beginning: 0 to send all of it again, more
  /// to go on with a transfer that was broken off.
  ///
  /// DH_UNABLE: what is connected can be read once only, as a pipe can. DH_UNWANTED: nothing is connected. DH_INVALID:
  /// `offset` is below 0 or beyond the length, an output channel, or none of that index. [call] @since ABI 1
  dh_status (*seek)(dh_call_v1 call, uint32_t channel, int64_t offset);

  /// Runs `fn(context)` once on the loop when it is time to try again: the channel has room, has bytes or has come to
  /// its end, its reader has gone, or the call is asked to stop. At once (but not inside `on_ready`) if that is so
  /// already. NULL takes it back; one a channel.
  ///
  /// When another thread than the loop's calls `done`, fn may be running at that moment: free its context on the loop.
  /// DH_UNWANTED: nothing is connected. DH_INVALID: no channel of that index. DH_REFUSED: in a blocking driver too.
  /// [call, loop] @since ABI 1
  dh_status (*on_ready)(dh_call_v1 call, uint32_t channel, dh_fn_v1 DH_NULLABLE fn, void *DH_NULLABLE context);

  /// Hands rows to the consumer under a name. The stream is moved: on DH_OK the host owns it and has set
  /// `stream->release` to NULL; otherwise it is still the driver's.
  ///
  /// The call stays in flight until the host has released the stream; then, inside that release or soon after it and
  /// from any thread, comes `done`, with outputs before it if there are any. A further result set may be handed over
  /// after the release of the one before. The host calls the stream from one thread at a time and never on a loop, so
  /// `get_next` and `release` may wait, and look at `stopped` while they do; what one call of it wrote the next one
  /// sees. It may ask for the schema at any time and more than once. An array that was handed out owns its memory: it
  /// may outlive stream, call and session. Types that rows may have: see "Rows" at the end. An errno that the stream
  /// answers ends the rows, and the call fails with it unless `done` is given the error that says more.
  ///
  /// DH_STOPPED: as it says. DH_UNWANTED: nobody takes rows. DH_INVALID: the name is empty or no UTF-8, or the stream
  /// was released. DH_REFUSED: the stream before it was not. [call] @since ABI 1
  dh_status (*rows)(dh_call_v1 call, dh_text_v1 name, struct ArrowArrayStream *stream);

  /// In the action "open": hands the session over, which the host gives back in later requests and ends by the action
  /// "close". Followed by `done`: if that is given an error or answers DH_GONE, the session is still the driver's.
  /// DH_INVALID: `session` is NULL. DH_REFUSED: not in "open", or for the second time. [call] @since ABI 1
  dh_status (*opened)(dh_call_v1 call, void *session);

  /// Ends the call: NULL is success. Exactly once, inside `start` or later, from any thread. The error is copied before
  /// the inputs go, and may point into them; from here on the driver looks at no input of the call. A thread of the
  /// driver's that waits in `read`, `write` or `send` comes out with DH_GONE.
  ///
  /// In a blocking driver the call is over for its session, its instance and the turn in a "driver-serial" driver when
  /// `done` was called *and* `start` has returned: none of them meets the next call, "close" or `destroy` before, so
  /// `dh_succeed(call); unlock(&session->mutex);` is safe. In a non-blocking driver `done` is the last that is done for
  /// a call: another call may begin, or the session be closed, inside it.
  ///
  /// A call that has not ended when the grace after its stop is over is given up: its caller gets an error, and all
  /// functions answer DH_GONE. It still holds all that it was given until its `done`, which answers DH_GONE and is
  /// expected. A second `done` answers DH_GONE too, but is reported as the driver's fault.
  /// [call] Waits only for an `on_stop` function that is running on another thread. @since ABI 1
  dh_status (*done)(dh_call_v1 call, const dh_error_v1 *DH_NULLABLE error);
};

// MARK: - What the host gives

typedef struct dh_host_v1 dh_host_v1;

/// A loop, which is one thread for one or more drivers. The address is valid until the process ends. After the instance
/// was ended nothing of it runs there any more, and `post` answers DH_GONE.
typedef struct dh_loop_v1 dh_loop_v1;

/// Takes one error from a function that cannot return it. Valid until that function returns.
typedef struct dh_report_v1 {
  /// Copies the error before it returns. [thread-safe] @since ABI 1
  void (*fn)(void *DH_NULLABLE context, const dh_error_v1 *error);
  void *DH_NULLABLE context;
} dh_report_v1;

/// The host, as one driver sees it. Valid until the process ends. An instance uses the one that its `create` was given:
/// a process may have several, and the entry may be asked by another.
struct dh_host_v1 {
  /// Name and version of the host, for user agents and logs.
  dh_text_v1 name;
  dh_text_v1 version;

  /// A line for the host's log that belongs to no call. [thread-safe] @since ABI 1
  void (*log)(const dh_host_v1 *host, uint32_t level, dh_text_v1 text);

  /// Runs `init(context)` once for each key, whichever driver asks first. 0 from init is success and is remembered.
  /// Less is a failure, which is returned; more counts as one and comes back as DH_FAILED. After a failure the next one
  /// tries again. "Once" is once for this host library: where a process has two, such as one in a program and one in a
  /// plug-in of it, init bears that the other's has run.
  ///
  /// For what a shared library must do once: `host->once(host, "libcurl.so.4", …)` around curl_global_init. The key is
  /// the library's SONAME, and init does what any user of the library would do and nothing else: where another driver
  /// was first, this one's does not run. A library that is linked into the driver is its own business, and needs no
  /// `once`. All inits run one at a time, whatever their keys. init must not call `once`, which is DH_REFUSED there.
  /// [thread-safe] Waits for another's init. @since ABI 1
  dh_status (*once)(const dh_host_v1 *host, const char *key, dh_status (*init)(void *DH_NULLABLE context),
                    void *DH_NULLABLE context);

  /// The table for an interface id such as DH_REACTOR_V1; NULL where this host has none. Valid until the process ends.
  /// [thread-safe] @since ABI 1
  const void *DH_NULLABLE (*DH_NONNULL interface)(const dh_host_v1 *host, const char *id);
};

#define DH_READABLE 1u
#define DH_WRITABLE 2u
#define DH_HANGUP 4u /* the peer has gone, or the descriptor is in error: comes with each of the others, or alone */

typedef void (*dh_event_fn_v1)(void *DH_NULLABLE context, uint32_t events);

/// "dh.reactor/1": descriptors and timers on the loop of a non-blocking instance (the loop that `create` received).
///
/// What was removed keeps silent: no callback follows `unwatch` or `cancel`, not even for an event that had been
/// fetched already. A callback may remove itself and others. Nothing is removed by itself when an instance ends: see
/// `destroy`.
typedef struct dh_reactor_v1 {
  /// Calls fn while `fd` is ready for any of `events` (level-triggered): an id above 0. One watch a descriptor;
  /// `unwatch` before closing it. DH_INVALID: no descriptor that can be watched, or it is already. DH_FAILED: the
  /// system has no room. [loop] @since ABI 1
  int64_t (*watch)(dh_loop_v1 *loop, int32_t fd, uint32_t events, dh_event_fn_v1 fn, void *DH_NULLABLE context);

  /// Changes what a watch waits for; 0 keeps it silent, also about hang-ups. DH_INVALID: there is no such watch.
  /// DH_FAILED: the system has no room, and the watch is as it was. [loop] @since ABI 1
  dh_status (*change)(dh_loop_v1 *loop, int64_t watch, uint32_t events);

  /// Ends a watch. DH_INVALID: there is no such watch. [loop] @since ABI 1
  dh_status (*unwatch)(dh_loop_v1 *loop, int64_t watch);

  /// Calls fn once, not earlier than `after_ns` from now: an id above 0. [loop] @since ABI 1
  int64_t (*timer)(dh_loop_v1 *loop, uint64_t after_ns, dh_fn_v1 fn, void *DH_NULLABLE context);

  /// Takes a timer back. DH_GONE: it has run already. [loop] @since ABI 1
  dh_status (*cancel)(dh_loop_v1 *loop, int64_t timer);

  /// Runs fn on the loop, soon, and never inside `post`; in the order of posting. DH_GONE: the instance is being ended,
  /// or was, or the host was closed, and fn will not run. What was taken before still runs, and before `destroy`, which
  /// may not have begun yet. [thread-safe] @since ABI 1
  dh_status (*post)(dh_loop_v1 *loop, dh_fn_v1 fn, void *DH_NULLABLE context);
} dh_reactor_v1;

/// What a look-up ended with: addresses as numeric text (IPv4 or IPv6), the system's order; or an error.
typedef void (*dh_resolved_fn_v1)(void *DH_NULLABLE context, const dh_error_v1 *DH_NULLABLE error,
                                  const dh_text_v1 *DH_NULLABLE addresses, size_t count);

#define DH_ANY_FAMILY 0u
#define DH_IPV4 4u
#define DH_IPV6 6u

/// "dh.resolve/1": names to addresses off the loop, on a bounded number of threads, once for all who wait for one name.
typedef struct dh_resolve_v1 {
  /// Looks `name` up and runs fn once on the loop, never inside `resolve`: an id above 0. There is no time limit of its
  /// own: set a timer and `cancel`. DH_INVALID: the name is empty or no UTF-8. [loop] @since ABI 1
  int64_t (*resolve)(dh_loop_v1 *loop, dh_text_v1 name, uint32_t family, dh_resolved_fn_v1 fn,
                     void *DH_NULLABLE context);

  /// Takes a look-up back: fn will not run. DH_GONE: it has run already. [loop] @since ABI 1
  dh_status (*cancel)(dh_loop_v1 *loop, int64_t lookup);
} dh_resolve_v1;

// MARK: - What a driver gives

/// One call's beginning. The struct is borrowed until `start` returns; what it points to, until `done`.
typedef struct dh_request_v1 {
  dh_call_v1 call;
  /// The session for this call; NULL in "open", for actions with `"session": false` and for drivers that have none.
  void *DH_NULLABLE session;
  /// An action of the descriptor, or "open", "close", "reset", "check" for drivers with sessions.
  dh_text_v1 action;
  /// A map: validated against the schema, defaults applied, references resolved. "open" gets the x-session inputs only,
  /// "close", "reset" and "check" get none.
  const dh_value_v1 *inputs;
  /// When the call will be asked to stop, on CLOCK_MONOTONIC; 0: never. For the timeouts of the library underneath.
  int64_t deadline_ns;
  /// A UUID that is the same for all attempts of one call.
  dh_text_v1 execution;
  /// The connector's name; empty where there is none.
  dh_text_v1 connector;
  /// What the caller tells about the call beside its inputs, a map of texts by name: `traceparent` and `tracestate`
  /// (W3C Trace Context), to be passed on to servers. Names that a driver does not know are ignored. Others than the
  /// standard's have the reverse DNS of who made them.
  const dh_value_v1 *context;
  /// From 1.
  uint32_t attempt;
  /// 0 in this revision.
  uint32_t flags;
} dh_request_v1;

/// A driver, which its entry answers to DH_DRIVER_V1. Valid until the process ends.
///
/// "execution": "blocking" drivers: `start` may wait, on a thread of the host's own; one instance serves all sessions
/// at once. "nonblocking" drivers: one instance for each loop, entered only on that loop's thread, and every function
/// and callback returns at once (1 ms is long; over 20 ms is counted and named). The tags below say on which thread the
/// host calls.
///
/// "concurrency": a session takes one call at a time ("session-serial"), several ("session-concurrent"), or the whole
/// driver one a process ("driver-serial"). When a call is over, so that the next may begin, stands at `done`. In a
/// blocking driver the calls of one session, "open" and "close" too, come on different threads; what one wrote the next
/// one sees.
///
/// Calls with equal x-session inputs meet on one instance of a non-blocking driver, also without sessions: what it
/// keeps between calls, such as connections and tokens, is kept there, by these inputs.
typedef struct dh_driver_v1 {
  /// Makes an instance: DH_OK and `*instance` (which may become NULL), or anything else after `report.fn` was given the
  /// reason ("libfoo.so.1 is missing; apt-get install libfoo1"): then the next call tries again. `loop` is NULL for a
  /// blocking driver. Does no network I/O. [loop], or [thread-safe] where there is no loop. @since ABI 1
  dh_status (*create)(const dh_host_v1 *host, dh_loop_v1 *DH_NULLABLE loop, void *DH_NULLABLE *DH_NONNULL instance,
                      dh_report_v1 report);

  /// Ends an instance that has no call and no session left. Takes every watch, timer and look-up back that the instance
  /// still has. [loop], or [thread-safe] where there is no loop. @since ABI 1
  void (*destroy)(void *DH_NULLABLE instance);

  /// Begins a call, which ends by `done`, inside `start` or later. In a blocking driver it also lasts until `start` has
  /// returned (see `done`). [loop], or [thread-safe] where there is no loop. @since ABI 1
  void (*start)(void *DH_NULLABLE instance, const dh_request_v1 *request);
} dh_driver_v1;

/// The one function that a driver exports: the table for an interface id, or NULL.
///
/// Does no I/O and starts no thread; may be called often. `DH_DRIVER_ENTRY` writes it. [thread-safe] @since ABI 1
const void *DH_NULLABLE dh_driver_entry_v1(const dh_host_v1 *host, const char *id);

#define DH_ENTRY_SYMBOL "dh_driver_entry_v1"

#define DH_EXPORT __attribute__((visibility("default"), used))

/// Defines the entry for a driver that answers DH_DRIVER_V1 and nothing else: `DH_DRIVER_ENTRY(driver)`.
#define DH_DRIVER_ENTRY(driver)                                                                                        \
  DH_EXTERN_C DH_EXPORT const void *dh_driver_entry_v1(const dh_host_v1 *dh_entry_host_, const char *dh_entry_id_) {   \
    (void)dh_entry_host_;                                                                                              \
    return dh_same(dh_entry_id_, DH_DRIVER_V1) ? (const void *)&(driver) : NULL;                                       \
  }

// MARK: - The descriptor

/// One JSON document that describes the driver, embedded once as an ELF note which the host reads from the file before
/// any code of the driver runs. What stands in it:
///
///     {"descriptor": 1, "name": "HELLO", "id": "org.example.hello", "title": "Hello", "version": "1.0.0",
///      "vendor": "Example", "licence": "MIT", "summary": "Says hello.", "homepage": "https://example.org",
///      "abi": ["dh.driver/1"], "needs": [], "execution": "blocking", "concurrency": "session-serial",
///      "capabilities": {"network": false, "files": false, "processes": false},
///      "inputs": {"type": "object", "properties": {…}},                  JSON Schema 2020-12, common to all actions
///      "session": {"reset": false, "check": false},                      only for drivers with sessions
///      "default_action": "greet", "grace_ms": 2000, "defaults": {"max_runtime": 60},
///      "actions": [{"name": "greet", "title": "Greet", "summary": "…", "kind": "run" | "analysis",
///        "inputs": {…}, "outputs": {…}, "effect": "read" | "write" | "destructive", "idempotent": true,
///        "cancellable": true, "session": true, "implements": [], "output_kinds": ["value" | "bytes" | "rows"],
///        "channels": [{"name": "body", "direction": "out" | "in", "content": "bytes" | "values"}]}]}
///
/// Required: descriptor, name, id, version, abi, execution and actions; of an action its name, of a channel name and
/// direction. default_action is required unless exactly one action is of kind "run".
///
/// Left out means: title as name; needs []; concurrency "session-serial"; capabilities all false; inputs {}; no
/// sessions; grace_ms 2000; kind "run"; effect "write", or "read" where kind is "analysis"; idempotent false;
/// cancellable true; session true; implements []; output_kinds ["value"]; channels []; content "bytes". A host caps
/// grace_ms (at 10000, as this one is delivered).
///
/// What a host does not know spoils what it stands at, and not the driver. Keys are ignored. Of the words above, an
/// output kind is left out, an effect is read as "destructive", a concurrency as "driver-serial"; an action of another
/// kind, or with a channel of another direction or content, is listed and refused when it is called; a driver of
/// another execution is listed and cannot be used. "descriptor" rises only where an older host would read the document
/// wrongly.
///
/// Names: the type's has capital letters, digits and _, a letter first; an action's and a channel's letters, digits, _
/// and -, a letter first; both are at most 64 bytes and unique. id is reverse DNS, version SemVer. No action is called
/// open, close, reset or check, which are the host's own, for sessions. Names of actions, inputs, outputs and channels
/// that begin with `dh_`, and keys and annotations without a dot, are the standard's, now and later; those of others
/// have the reverse DNS of who made them: "x-org.example.unit".
///
/// Within a major version what was accepted is accepted and means the same: no action, input, output or value is taken
/// away, renamed or narrowed, no default changes, and channels are added at the end of their list only.
///
/// "capabilities" is what the driver does beside computing, and complete: network: sockets beyond the process, and
/// looking up names; files: opening files that inputs name or that it chooses, other than those by which libraries work
/// (name service, certificates, locales); processes: starting programs. licence, homepage, vendor and cancellable
/// inform people.
///
/// Sessions: a driver that has "session", even an empty one, is asked to "open" one (see `opened`) and to "close" each
/// that it has opened, whatever became of it; after that it is not seen again. With reset it promises that "reset"
/// brings a session back to its first state, with check that "check" finds out whether one still works: a session that
/// a stopped call has left is used again only after the first or else the second, and closed where there is neither.
///
/// An action with `"session": false` needs none: it is called without, and none is opened for it.
///
/// Inputs: an action takes the type's and its own. One name has one schema in the whole descriptor. These belong to the
/// host and are not declared: name, run, connector_type, action, vault_secrets, max_runtime, retry, rate_limit,
/// max_concurrency; "defaults" may say better values for the last four, of which a host passes over what it does not
/// know: max_runtime, seconds; retry, true, false or {attempts, initial, maximum, multiplier, deadline, jitter};
/// rate_limit, calls a second or {calls, per, burst}; max_concurrency, calls at once. A type `integer` always arrives
/// as DH_INT. `contentEncoding: base64` makes an input bytes, `format: decimal` makes it a decimal. Unions are `oneOf`
/// with a `const` that tells the branches apart; `effect` and `idempotent` in a branch's schema hold in the place of
/// the action's for calls that take the branch.
///
/// An action of kind "analysis" finds something out. What else an action is for, "implements" says by ids; two are
/// known by their names. One called test puts out `steps`, a list of {name, outcome (passed | failed | skipped),
/// seconds, message, hint}: what it took to get through, and where it ended. One called secret makes the driver a
/// secret store: it takes `path`, a text, and puts out `data`, a map of what is kept there, flagged DH_SECRET, and,
/// where the store says so, `lease_seconds`, for how long it may be kept. It ends in DH_ERROR_NOT_FOUND where there is
/// nothing at that path, in DH_ERROR_FORBIDDEN or DH_ERROR_UNAUTHENTICATED where the store does not let us in, in
/// DH_ERROR_UNAVAILABLE with the vendor_state "sealed" where it is sealed.
///
/// An output called warnings says what went well and should be known all the same: a list of {message, code (a word),
/// pointer, vendor_code, vendor_state}, of which all but message may be left out.
///
/// Annotations in a schema: x-secret (never shown), x-session (part of a session's identity; every x-secret of the type
/// is one), x-address (host | port | url), x-sink and x-source (a path which the host opens and connects to that
/// channel), x-suggest (where values are listed: ACTION.OUTPUT, an analysis action and an output that is a list of
/// them; or ACTION.OUTPUT.MEMBER, of maps or rows), x-unit, x-order, x-group, x-advanced, x-multiline, x-nul (U+0000 is
/// allowed), deprecated.
///
/// Give the macro an absolute path, from the build: -DDH_DESCRIPTOR="\"$PWD/descriptor.json\"". Another is looked for
/// in the folder that the compiler runs in, and only then in the -I folders; with -flto in the folder that the *linker*
/// runs in. A build from elsewhere would embed the descriptor of another driver that it finds there, without a word.
///
/// The file is no dependency of the object by itself: name it in the build file's rule, or let clang find out:
///
///     #if defined(__clang__) && defined(__has_embed)
///     #if __has_embed(DH_DESCRIPTOR)
///     #pragma clang diagnostic ignored "-Wc23-extensions"
///     __attribute__((unused)) static const unsigned char descriptor_dependency[] = {
///     #embed DH_DESCRIPTOR
///     };
///     #endif
///     #endif
#define DH_EMBED_DESCRIPTOR(path)                                                                                      \
  __asm__(".pushsection .note.driver_host,\"a\",%note\n"                                                               \
          "  .balign 4\n"                                                                                              \
          "  .long 771f - 770f, 773f - 772f, " DH_NOTE_TYPE_TEXT "\n"                                                  \
          "770: .asciz \"" DH_NOTE_NAME "\"\n"                                                                         \
          "771: .balign 4\n"                                                                                           \
          "772: .incbin \"" path "\"\n"                                                                                \
          "773: .balign 4\n"                                                                                           \
          "  .popsection\n");

#define DH_NOTE_NAME "driver_host"

/// The note's type names the form of the note, and is 1 for ever: what the driver answers stands in "abi".
#define DH_NOTE_TYPE 1u
#define DH_NOTE_TYPE_TEXT "1"

// MARK: - Helpers to read inputs

/// A text from a C string.
static inline dh_text_v1 dh_text(const char *DH_NULLABLE string) {
  dh_text_v1 text = {string, 0};
  if (string != NULL) {
    while (string[text.len] != '\0') text.len++;
  }
  return text;
}

/// Are two C strings equal? 1 or 0.
static inline int dh_same(const char *a, const char *b) {
  while (*a != '\0' && *a == *b) a++, b++;
  return *a == *b;
}

/// Is `text` equal to a C string? 1 or 0.
static inline int dh_text_is(dh_text_v1 text, const char *string) {
  size_t i = 0;
  while (i < text.len && string[i] != '\0' && text.ptr != NULL && text.ptr[i] == string[i]) i++;
  return i == text.len && string[i] == '\0';
}

/// The member `name` of a map; NULL if it is no map, has none, or the member is null.
static inline const dh_value_v1 *DH_NULLABLE dh_member_of(const dh_value_v1 *DH_NULLABLE map, const char *name) {
  if (map == NULL || map->kind != DH_MAP || map->as.members == NULL) return NULL;
  for (size_t i = 0; i < map->count; i++) {
    const dh_member_v1 *member = &map->as.members[i];
    if (dh_text_is(member->name, name)) return member->value.kind == DH_NULL ? NULL : &member->value;
  }
  return NULL;
}

/// The text of a string or decimal member, ended by NUL; `fallback` if there is none. Cut at U+0000, where the schema
/// allows it: see `dh_text_of`.
static inline const char *DH_NULLABLE dh_string_of(const dh_value_v1 *DH_NULLABLE map, const char *name,
                                                   const char *DH_NULLABLE fallback) {
  const dh_value_v1 *value = dh_member_of(map, name);
  return value != NULL && (value->kind == DH_STRING || value->kind == DH_DECIMAL) ? value->as.text : fallback;
}

/// The text of a string or decimal member with its length; {NULL, 0} if there is none.
static inline dh_text_v1 dh_text_of(const dh_value_v1 *DH_NULLABLE map, const char *name) {
  const dh_value_v1 *value = dh_member_of(map, name);
  dh_text_v1 text = {NULL, 0};
  if (value != NULL && (value->kind == DH_STRING || value->kind == DH_DECIMAL)) {
    text.ptr = value->as.text;
    text.len = value->count;
  }
  return text;
}

/// The bytes of a bytes member with their number; {NULL, 0} if there is none.
static inline dh_text_v1 dh_bytes_of(const dh_value_v1 *DH_NULLABLE map, const char *name) {
  const dh_value_v1 *value = dh_member_of(map, name);
  dh_text_v1 bytes = {NULL, 0};
  if (value != NULL && value->kind == DH_BYTES) {
    bytes.ptr = value->as.text;
    bytes.len = value->count;
  }
  return bytes;
}

/// An integer member; `fallback` if there is none. A number of another type than `integer` may be a double or, beyond
/// 64 bits, a decimal: these are none.
static inline int64_t dh_int_of(const dh_value_v1 *DH_NULLABLE map, const char *name, int64_t fallback) {
  const dh_value_v1 *value = dh_member_of(map, name);
  return value != NULL && value->kind == DH_INT ? value->as.integer : fallback;
}

/// The text of a JSON number as a double: the nearest one for up to 15 digits and powers of ten up to 22, else that or
/// the one next to it; infinite beyond a double's range. Unlike strtod(3) it looks at no locale.
static inline double dh_number_of_text(dh_text_v1 text) {
  uint64_t bits = 0;
  int64_t ten = 0, exponent = 0;
  int two = 0, digits = 0, is_negative = 0, is_below_one = 0;
  size_t i = 0;
  if (i < text.len && text.ptr[i] == '-') is_negative = 1, i++;
  for (; i < text.len && (text.ptr[i] == '.' || (text.ptr[i] >= '0' && text.ptr[i] <= '9')); i++) {
    if (text.ptr[i] == '.') {
      is_below_one = 1;
    } else if (digits < 19) { // So many fit into 64 bits; the rest is less than a double can tell.
      bits = bits * 10 + (uint64_t)(text.ptr[i] - '0');
      if (bits != 0) digits++;
      ten -= is_below_one;
    } else {
      ten += !is_below_one;
    }
  }
  if (i < text.len && (text.ptr[i] == 'e' || text.ptr[i] == 'E')) {
    int is_small = ++i < text.len && text.ptr[i] == '-';
    if (i < text.len && (text.ptr[i] == '-' || text.ptr[i] == '+')) i++;
    for (; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++) {
      if (exponent < 1000000000) exponent = exponent * 10 + (text.ptr[i] - '0');
    }
    ten += is_small ? -exponent : exponent;
  }
  double number = (double)bits, power = 1;
  if (digits <= 15 && ten >= -22 && ten <= 22) { // Both are exact, so this rounds once.
    for (int64_t n = ten < 0 ? -ten : ten; n > 0; n--) power *= 10;
    number = ten < 0 ? number / power : number * power;
    return is_negative ? -number : number;
  }
  if (bits == 0) return is_negative ? -0.0 : 0.0;
  for (; bits >> 63 == 0; two--) bits <<= 1;
  for (; ten > 0 && two < 1100; ten--, two += 3) { // Times 1.25, and times 8.
    uint64_t product = bits + (bits >> 2);
    if (product < bits) product = product >> 1 | (uint64_t)1 << 63, two++;
    bits = product;
  }
  for (; ten < 0 && two > -1300; ten++, two -= 3) { // Through 1.25, and through 8.
    bits = bits / 5 * 4 + (bits % 5 * 4 + 2) / 5;
    if (bits >> 63 == 0) bits <<= 1, two--;
  }
  number = (double)bits;
  for (; two > 0; two--) number *= 2;
  for (; two < 0; two++) number /= 2;
  return is_negative ? -number : number;
}

/// A number member, integer or not, as a double; `fallback` if there is none. What no double holds exactly is rounded:
/// see `dh_number_of_text`.
static inline double dh_double_of(const dh_value_v1 *DH_NULLABLE map, const char *name, double fallback) {
  const dh_value_v1 *value = dh_member_of(map, name);
  if (value == NULL) return fallback;
  if (value->kind == DH_INT) return (double)value->as.integer;
  if (value->kind == DH_DOUBLE) return value->as.number;
  return value->kind == DH_DECIMAL ? dh_number_of_text(dh_text_of(map, name)) : fallback;
}

/// A boolean member as 1 or 0; `fallback` if there is none.
static inline int dh_bool_of(const dh_value_v1 *DH_NULLABLE map, const char *name, int fallback) {
  const dh_value_v1 *value = dh_member_of(map, name);
  return value != NULL && value->kind == DH_BOOL ? value->as.integer != 0 : fallback;
}

// MARK: - Helpers to build outputs: they copy nothing, so what they point to must outlive the call of `output`

static inline dh_value_v1 dh_null(void) {
  dh_value_v1 value = {DH_NULL, 0, 0, {0}};
  return value;
}

static inline dh_value_v1 dh_bool(int truth) {
  dh_value_v1 value = {DH_BOOL, 0, 0, {truth != 0}};
  return value;
}

static inline dh_value_v1 dh_int(int64_t integer) {
  dh_value_v1 value = {DH_INT, 0, 0, {integer}};
  return value;
}

static inline dh_value_v1 dh_double(double number) {
  dh_value_v1 value = dh_null();
  value.kind = DH_DOUBLE;
  value.as.number = number;
  return value;
}

/// A value of a kind that is text: DH_STRING, DH_BYTES, DH_DECIMAL, DH_JSON.
static inline dh_value_v1 dh_textual(uint32_t kind, const void *DH_NULLABLE bytes, size_t count) {
  dh_value_v1 value = dh_null();
  value.kind = kind;
  value.count = count;
  value.as.text = (const char *)bytes;
  return value;
}

static inline dh_value_v1 dh_cstring(const char *DH_NULLABLE string) {
  dh_text_v1 text = dh_text(string);
  return dh_textual(DH_STRING, text.ptr, text.len);
}

static inline dh_value_v1 dh_list(const dh_value_v1 *DH_NULLABLE items, size_t count) {
  dh_value_v1 value = dh_null();
  value.kind = DH_LIST;
  value.count = count;
  value.as.items = items;
  return value;
}

static inline dh_value_v1 dh_map(const dh_member_v1 *DH_NULLABLE members, size_t count) {
  dh_value_v1 value = dh_null();
  value.kind = DH_MAP;
  value.count = count;
  value.as.members = members;
  return value;
}

static inline dh_member_v1 dh_member(const char *name, dh_value_v1 value) {
  dh_member_v1 member = {dh_text(name), value};
  return member;
}

// MARK: - Helpers to end a call

static inline dh_status dh_succeed(dh_call_v1 call) { return call.fn->done(call, NULL); }

/// An error that holds a code and a message and nothing else yet.
static inline dh_error_v1 dh_error(uint32_t code, const char *message) {
  dh_text_v1 none = {NULL, 0};
  dh_error_v1 error = {code, 0, 0, 0, 0, none, none, none, none, NULL};
  error.message = dh_text(message);
  return error;
}

static inline dh_status dh_fail(dh_call_v1 call, uint32_t code, const char *message) {
  dh_error_v1 error = dh_error(code, message);
  return call.fn->done(call, &error);
}

// MARK: - Rows
//
// The types that rows may have in revision 1, by their Arrow format text: n, b, c C s S i I l L, e f g, d:P,S and
// d:P,S,256, u U z Z, tdD tdm, tts ttm ttu ttn, tss: tsm: tsu: tsn: with a zone or none, +l +L, +s. The stream's own
// schema is a struct (+s) whose children are the columns. Others (views, unions, dictionaries, run-end encoding,
// intervals) are refused by name: an exported buffer carries no length, and a host that hands rows to another process
// must be able to tell it from the type.

DH_ASSUME_NONNULL_END

#if defined(__cplusplus)
}
#endif

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif /* DRIVER_ABI_H */
