internal import CODBC
internal import DriverKit
internal import Glibc

/// The action `test`: step by step from the driver's library to an answer of the server.
///
/// A step that fails is a result of the test, and no error of the call.
struct TestCall {
  private let call: Call
  private let session: ODBCSession

  init(_ call: Call, _ session: ODBCSession) {
    self.call = call
    self.session = session
  }

  func run() throws(DriverError) {
    var steps: [OutputValue] = []
    var hasFailed = false
    func step(_ name: String, _ body: () throws(DriverError) -> String) throws(DriverError) {
      guard !hasFailed else {
        steps.append(TestCall.step(name, "skipped", nil, "an earlier step failed", ""))
        return
      }
      let start = TestCall.now()
      do throws(DriverError) {
        let message = try body()
        steps.append(TestCall.step(name, "passed", TestCall.now() - start, message, ""))
      } catch {
        // A call that is to stop ends, whatever its step says.
        try call.checkStop()
        hasFailed = true
        steps.append(
          TestCall.step(name, "failed", TestCall.now() - start, error.message, error.hint)
        )
      }
    }
    try step("driver") { () throws(DriverError) in try session.installedDriver() }
    try step("connect") { () throws(DriverError) in
      let connection = try session.connection(for: call)
      let server = connection.text(of: SQL_DBMS_NAME) ?? "a server"
      return "\(server) \(connection.text(of: SQL_DBMS_VER) ?? "")"
    }
    try step("query") { () throws(DriverError) in
      guard let probe = session.facts.probe else {
        return "nothing is known of a statement that every such server has"
      }
      let run = try StatementRun(
        StatementInputs(probe),
        on: try session.connection(for: call),
        of: session,
        call
      )
      run.end()
      return probe
    }
    try call.output("steps", .list(steps))
  }

  private static func step(
    _ name: String,
    _ outcome: String,
    _ seconds: Double?,
    _ message: String,
    _ hint: String
  ) -> OutputValue {
    .map([
      ("name", .string(name)), ("outcome", .string(outcome)),
      ("seconds", seconds.map { .double($0) } ?? .null), ("message", .string(message)),
      ("hint", .string(hint)),
    ])
  }

  private static func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

extension DriverError {
  /// What to do about it, where the code alone tells.
  fileprivate var hint: String {
    switch code {
    case .notFound where vendorState == "01000",
      _ where vendorState == "IM002" || vendorState == "IM003":
      "the action `drivers` lists what is installed, and what is missing of it"
    case .unauthenticated: "check the user name and the password"
    case .notFound: "check the name of the database"
    case .unavailable, .timedOut: "check the address, and whether the server is up"
    case .invalidInput where !pointer.isEmpty: "see the input \(pointer)"
    default: ""
    }
  }
}
