internal import DriverHost

/// What a server answers to a call that works, as seen from between the two.
struct ServerAnswer: Sendable {
  var server: ServerAddress
  /// How many bytes come from it, on all connections of the call.
  var bytes: Int
  /// Whether they come over TLS from their beginning.
  var isEncrypted: Bool
  /// Whether doing it twice is certainly not the same as doing it once.
  var changesSomething: Bool

  /// Runs a call through a proxy that passes all on.
  ///
  /// - Throws: `HostError` where the system has no port or thread.
  /// - Returns: The action and its answer; nil, with the reason as that of the skipped test, where it does not work
  ///   so.
  static func of(
    _ call: CheckSettings.Call,
    _ probe: Probe
  ) async throws -> (Descriptor.Action, ServerAnswer)? {
    guard let action = probe.action(call) else { return nil }
    let plain = try CallInputs(probe.driver.descriptor, calls: [], nil)
    guard let complete = plain.complete(call.inputs, call.action),
      let server = ServerAddress(complete.values, plain.fields(of: call.action))
    else {
      probe.skip("the inputs of \(action.name) have no x-address that says where its server is")
      return nil
    }
    let proxy = try FaultProxy(.passes, target: server)
    let run = try await CallRun(probe, server: .proxy(proxy))
    probe.step("in a call of \(action.name) through a proxy that passes all on")
    let error = await run.serve(call, timeout: .seconds(10))
    let seen = proxy.now
    await run.end()
    guard error == nil, seen.received > 0 else {
      probe.skip(
        "\(action.name) does not work by way of 127.0.0.1, so nothing can be put in between: \(error?.message ?? "it did not connect there")"
      )
      return nil
    }
    // An action that may do this or that says the worst of itself, and its driver knows better what a call did: only
    // a branch speaks of this very call, and what is lost is lost in any case.
    let isHarmful =
      complete.effect.map { $0 != .read } ?? (action.effect == .destructive)
    return (
      action,
      ServerAnswer(
        server: server,
        bytes: seen.received,
        isEncrypted: seen.isEncrypted,
        changesSomething: isHarmful && !(complete.isIdempotent ?? action.isIdempotent)
      )
    )
  }
}
