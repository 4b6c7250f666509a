internal import DriverKit
internal import LoopKit
internal import TransferKit

/// The action `test`: the way to the server step by step.
///
/// A step that fails is a result of the test, and no error of the call. Nothing is kept of it.
struct TestAction: SSHAction {
  init(_ call: Call) throws(DriverError) {}

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let steps = TestSteps { $0.hint }
    var connection: SSHConnection?
    defer { connection?.close() }
    do throws(DriverError) {
      let way = try await steps.run("inputs") { () throws(DriverError) in
        let way = try session.way()
        let count = "\(way.stops.count) \(way.stops.count == 1 ? "server" : "servers") on the way"
        return (way, way.proxy.map { "\(count), behind the proxy \($0.name)" } ?? count)
      }
      let limited = try session.connector.limited(way, scope)
      for stop in way.stops {
        let jump = connection
        let opened = try await steps.run("connect \(stop.name)") {
          () async throws(DriverError) in
          let opened = try await session.connector.open(stop, jump, way.algorithms, limited)
          let key = opened.hostKey
          let through = jump == nil ? way.proxy.map { ", through the proxy \($0.name)" } : nil
          return (
            opened,
            "\(opened.banner), \(key.typeName) \(key.fingerprint(SystemHashes()))\(through ?? "")"
          )
        }
        connection = opened
        connection = try await steps.run("log in \(stop.name)") {
          () async throws(DriverError) in
          let open = try await session.connector.logIn(opened, stop, jump, way.algorithms, limited)
          return (open, stop.logins.first?.user ?? "")
        }
      }
      guard let last = connection else { return }
      _ = try await steps.run("program") { () async throws(DriverError) in
        let channel = try await last.opener.open(.session, limited)
        defer { channel.end() }
        let (word, output) = (RunToken().text, ShortOutput())
        try await channel.start("exec", "echo \(word)", limited)
        _ = try await Program(channel, nil, output).run(limited)
        guard output.text.contains(word) else {
          throw DriverError(
            .forbidden,
            "the server has run something else than what it was asked to, as ForceCommand or the login shell of the user have it\(output.bytes.isEmpty ? "" : ": \(output.text)")"
          )
        }
        return (true, "the server runs programs")
      }
      limited.unlimit()
    } catch {
      // The step tells; a call that is to stop ends all the same.
      try scope.check()
      steps.skip(["connect", "log in", "program"])
    }
    try call.output("steps", .list(steps.outputs))
  }
}

extension DriverError {
  /// What to do about it, where the code alone tells.
  fileprivate var hint: String {
    switch code {
    case _ where pointer.hasPrefix("/proxy"):
      "check the input proxy, and whether the proxy lets connections to the server through"
    case .dns: "check the name of the host"
    case .unavailable, .timedOut: "check the address, and whether an SSH server listens there"
    case .hostKey:
      "the action `host_key` shows the server's keys, to compare them with what its administrator says"
    case .unauthenticated: "check the user and how it logs in"
    case .invalidInput where !pointer.isEmpty: "see the input \(pointer)"
    default: ""
    }
  }
}
