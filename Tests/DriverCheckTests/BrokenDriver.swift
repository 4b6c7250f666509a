import TestSupport

/// A driver in C that breaks one rule and no other.
///
/// With `after` or `only` it keeps the rule until it has a state: after so many calls, under load, or when it is to
/// stop.
struct BrokenDriver: Sendable, CustomStringConvertible {
  /// The rule's id.
  var rule: String
  /// What it does.
  var how: String
  /// Stands before the functions.
  var before = ""
  /// Runs in `create`.
  var create = ""
  /// Runs in `destroy`.
  var destroy = ""
  /// Runs in each call, before it ends well; `call`, `request` and `instance` are there.
  var start = ""
  /// Runs in calls of other actions: the host's own, for sessions.
  var other = ""
  /// The entry; the usual one if there is none.
  var entry: String?
  /// Whether it is on the host's loop.
  var isNonblocking = false
  /// After how many calls it begins.
  var after = 0
  /// What must hold, in C, for it to break the rule; `in_flight` is the number of calls in it.
  var only = "1"
  /// What that is in words.
  var when = ""
  /// Whether it refuses actions that it does not have.
  var knowsActions = true
  /// More of the descriptor, and what the action has more.
  var descriptor = ""
  var inputs = "{}"
  var action =
    #""summary": "Does it.", "output_kinds": ["value", "rows"], "channels": [{"name": "out", "direction": "out"}]"#
  var actionName = "call"
  /// Further actions of the descriptor, behind a comma.
  var moreActions = ""
  var abi = #"["dh.driver/1"]"#
  var flags: [String] = []

  /// Whether it does to memory what is not seen where a sanitizer has its own: `MALLOC_PERTURB_` and `mallinfo2` are those
  /// of the C library.
  var isAboutMemory: Bool {
    ["MEM-2", "PROC-11", "ROWS-4", "SESS-3"].contains(rule)
  }

  var description: String {
    "\(rule), \(how)\(after == 0 ? "" : ", after \(after) calls")\(when.isEmpty ? "" : ", \(when)")"
  }

  /// The path of the driver.
  func path() throws -> String {
    try FixtureDriver.build(
      "broken-\(rule)",
      descriptor: """
        {"descriptor": 1, "name": "BROKEN", "id": "org.driverhost.test.broken", "version": "1.0.0",
         "summary": "Breaks a rule.", "abi": \(abi), "grace_ms": 100,
         "execution": \(execution),\(descriptor)
         "inputs": {"type": "object", "properties": \(inputs)},
         "actions": [{"name": "\(actionName)", \(action)}\(moreActions)]}
        """,
      source: source,
      flags: ["-D_GNU_SOURCE"] + flags
    )
  }

  private var execution: String {
    isNonblocking ? #""nonblocking", "needs": ["dh.reactor/1"]"# : #""blocking""#
  }

  private var source: String {
    """
    #include <arpa/inet.h>
    #include <errno.h>
    #include <fcntl.h>
    #include <locale.h>
    #include <math.h>
    #include <pthread.h>
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/socket.h>
    #include <unistd.h>
    typedef struct state {
      const dh_host_v1 *host;
      dh_loop_v1 *loop;
      const dh_reactor_v1 *reactor;
    } state;
    static int calls, in_flight;
    \(before)
    static dh_status create(const dh_host_v1 *host, dh_loop_v1 *loop, void **instance,
                            dh_report_v1 report) {
      static state made;
      (void)report;
      made.host = host, made.loop = loop, made.reactor = host->interface(host, DH_REACTOR_V1);
      *instance = &made;
      \(create)
      return DH_OK;
    }
    static void destroy(void *instance) {
      state *state = instance;
      (void)state;
      \(destroy)
    }
    static void run(void *instance, const dh_request_v1 *request) {
      dh_call_v1 call = request->call;
      state *state = instance;
      (void)state;
      if (\(knowsActions ? 1 : 0) && !dh_text_is(request->action, "\(actionName)")) {
        \(other)
        dh_fail(call, DH_ERROR_UNSUPPORTED, "the driver does not know this action");
        return;
      }
      if (__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) > \(after) && (\(only))) {
        \(start)
      }
      dh_succeed(call);
    }
    static void start(void *instance, const dh_request_v1 *request) {
      __atomic_add_fetch(&in_flight, 1, __ATOMIC_RELAXED);
      run(instance, request);
      __atomic_sub_fetch(&in_flight, 1, __ATOMIC_RELAXED);
    }
    static const dh_driver_v1 driver = {create, destroy, start};
    \(entry ?? "DH_DRIVER_ENTRY(driver)")
    """
  }
}
