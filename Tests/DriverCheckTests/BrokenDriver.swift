import TestSupport

/// A driver in C that breaks one rule and no other.
struct BrokenDriver: Sendable, CustomStringConvertible {
  /// The rule's id.
  var rule: String
  /// What it does.
  var how: String
  /// Stands before the functions.
  var before = ""
  /// Runs in `create`.
  var create = ""
  /// Runs in each call, before it ends well; `call`, `request` and `instance` are there.
  var start = ""
  /// The entry; the usual one if there is none.
  var entry: String?
  /// Whether it is on the host's loop.
  var isNonblocking = false
  /// After how many calls it begins.
  var after = 0
  /// More of the descriptor, and what the action has more.
  var descriptor = ""
  var inputs = "{}"
  var action =
    #""summary": "Does it.", "output_kinds": ["value", "rows"], "channels": [{"name": "out", "direction": "out"}]"#
  var actionName = "call"
  var abi = #"["dh.driver/1"]"#
  var flags: [String] = []

  var description: String { "\(rule), \(how)\(after == 0 ? "" : ", after \(after) calls")" }

  /// The path of the driver.
  func path() throws -> String {
    try FixtureDriver.build(
      "broken-\(rule)",
      descriptor: """
        {"descriptor": 1, "name": "BROKEN", "id": "org.driverhost.test.broken", "version": "1.0.0",
         "summary": "Breaks a rule.", "abi": \(abi), "grace_ms": 100,
         "execution": \(execution),\(descriptor)
         "inputs": {"type": "object", "properties": \(inputs)},
         "actions": [{"name": "\(actionName)", \(action)}]}
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
    #include <fcntl.h>
    #include <locale.h>
    #include <math.h>
    #include <pthread.h>
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>
    typedef struct state {
      const dh_host_v1 *host;
      dh_loop_v1 *loop;
      const dh_reactor_v1 *reactor;
    } state;
    static int calls;
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
    static void destroy(void *instance) { (void)instance; }
    static void start(void *instance, const dh_request_v1 *request) {
      dh_call_v1 call = request->call;
      state *state = instance;
      (void)state;
      if (__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) > \(after)) {
        \(start)
      }
      dh_succeed(call);
    }
    static const dh_driver_v1 driver = {create, destroy, start};
    \(entry ?? "DH_DRIVER_ENTRY(driver)")
    """
  }
}
