internal import DriverHost

/// What is found out by real calls, to a server that works and through one that does not.
///
/// An analysis action may end well without a server: what it finds is its result.
extension CheckTest {
  static let serverTests: [CheckTest] = [server, unreachable, silent, cut, drip, certificate]

  private static let server = CheckTest(
    name: "server",
    title: "the calls of --config work, many at once and one after another",
    rules: rulesOfCalls,
    limit: 60,
    place: .child { probe in
      let run = try await CallRun(probe, server: .own)
      for call in probe.settings.calls {
        guard let action = probe.action(call) else { continue }
        probe.step("in a call of \(action.name) of --config")
        if let error = await run.serve(call, timeout: .seconds(20)) {
          probe.report(
            CheckFinding("--config", "a call of \(action.name) does not work: \(error.message)")
          )
          continue
        }
        for _ in 0..<5 { await run.serve(call) }
        await withTaskGroup(of: Void.self) { group in
          for _ in 0..<8 { group.addTask { await run.serve(call) } }
        }
        probe.step("in calls of \(action.name) of --config that are cancelled")
        for delay in [0, 1, 2, 5, 10, 20, 50] {
          let task = Task { await run.serve(call) }
          try? await Task.sleep(for: .milliseconds(delay))
          task.cancel()
          _ = await task.value
        }
      }
      await run.end()
    },
    needsServer: true
  )

  private static let unreachable = CheckTest(
    name: "refused",
    title: "a server that refuses, or is not what it should be, is an error",
    rules: ["NET-3", "ERR-1", "CALL-1", "STOP-1", "PROC-11"],
    limit: 60,
    place: .child { probe in
      for manner in [nil, FaultProxy.Manner.junk] {
        let proxy = try manner.map { manner throws(HostError) in try FaultProxy(manner) }
        let run = try await CallRun(probe, server: proxy.map { .proxy($0) } ?? .refuses)
        for call in probe.settings.calls {
          guard let action = probe.action(call), run.inputs.isRedirected(call) else { continue }
          let what = manner == nil ? "refuses connections" : "sends what is no protocol"
          probe.step("in a call of \(action.name) whose server \(what)")
          let error = await run.serve(call, timeout: .seconds(3))
          if error == nil, action.kind == .run {
            probe.report(
              CheckFinding("NET-3", "\(action.name) ends well although its server \(what)")
            )
          } else if error?.code == .timedOut, manner == nil {
            probe.report(
              CheckFinding(
                "NET-3",
                "\(action.name) tries for longer than 3 s to reach a server that refuses connections: end with that error, and let the host try again"
              )
            )
          }
        }
        await run.end()
      }
    },
    needsServer: true
  )

  private static let silent = CheckTest(
    name: "silent",
    title: "a server that stops speaking, at once or in the middle, costs a call its deadline",
    rules: ["NET-1", "NET-3", "STOP-1", "STOP-7", "CALL-1", "PROC-11"],
    rulesOfEnd: EndRules(hang: "STOP-1"),
    limit: 60,
    place: .child { probe in
      for call in probe.settings.calls {
        guard let (action, answer) = try await ServerAnswer.of(call, probe) else { continue }
        for part in [0, answer.bytes / 3, answer.bytes / 2] {
          let proxy = try FaultProxy(.stalls(after: part), target: answer.server)
          let run = try await CallRun(probe, server: .proxy(proxy))
          probe.step(
            "in a call of \(action.name) whose server is silent after \(part) of \(answer.bytes) bytes"
          )
          let error = await run.serve(call, timeout: .milliseconds(500))
          if error == nil, action.kind == .run {
            probe.report(
              CheckFinding(
                "NET-1",
                "\(action.name) ends well although \(part) of \(answer.bytes) bytes of its answer have come"
              )
            )
          }
          let task = Task { await run.serve(call) }
          try? await Task.sleep(for: .milliseconds(50))
          task.cancel()
          _ = await task.value
          await reportConnections(proxy, probe)
          await run.end()
        }
      }
    },
    needsServer: true
  )

  private static let cut = CheckTest(
    name: "cut",
    title: "an answer that breaks off is an error, reset or closed",
    rules: ["NET-1", "ERR-1", "ERR-3", "CALL-1", "PROC-11"],
    limit: 60,
    place: .child { probe in
      var random = SeededRandom(seed: probe.settings.seed)
      for call in probe.settings.calls {
        guard let (action, answer) = try await ServerAnswer.of(call, probe) else { continue }
        let parts = [answer.bytes / 4, answer.bytes / 2]
        let further = (0..<2).map { _ in Int.random(in: 0...(answer.bytes / 2), using: &random) }
        for part in parts + further {
          for manner in [FaultProxy.Manner.resets(after: part), .closes(after: part)] {
            let proxy = try FaultProxy(manner, target: answer.server)
            let run = try await CallRun(probe, server: .proxy(proxy))
            let isReset = if case .resets = manner { true } else { false }
            let how = "\(isReset ? "reset" : "closed") after \(part) of \(answer.bytes) bytes"
            probe.step("in a call of \(action.name) whose connections are \(how)")
            let error = await run.serve(call, timeout: .seconds(5))
            if error == nil, action.kind == .run {
              probe.report(
                CheckFinding(
                  "NET-1",
                  "\(action.name) ends well although its connections were \(how) of its answer: what is missing is lost without a word"
                )
              )
            }
            if let error, error.isRetryable, part > 0, answer.changesSomething {
              probe.report(
                CheckFinding(
                  "ERR-3",
                  "\(action.name) changes something and is not idempotent, and its error is DH_RETRYABLE although the server may have done it (\(how)): \(error.message)"
                )
              )
            }
            await run.end()
          }
        }
      }
    },
    needsServer: true
  )

  private static let drip = CheckTest(
    name: "drip",
    title: "an answer that comes byte by byte is the same answer, or an error",
    rules: ["NET-1", "NET-3", "CALL-1", "STOP-1", "PROC-11"],
    limit: 60,
    place: .child { probe in
      for call in probe.settings.calls {
        guard let (action, answer) = try await ServerAnswer.of(call, probe) else { continue }
        // So that it takes half a second, and a byte at a time where it is short.
        let proxy = try FaultProxy(.drips(max(1, answer.bytes / 500)), target: answer.server)
        let run = try await CallRun(probe, server: .proxy(proxy))
        probe.step("in a call of \(action.name) whose answer comes slowly")
        if let error = await run.serve(call, timeout: .seconds(10)) {
          probe.report(
            CheckFinding(
              "NET-3",
              "\(action.name) fails where its answer comes in small pieces over some seconds: \(error.message)"
            )
          )
        }
        await run.end()
      }
    },
    needsServer: true
  )

  private static let certificate = CheckTest(
    name: "impostor",
    title: "a server with a certificate that nobody has signed gets nothing",
    rules: ["NET-2", "ERR-1", "PROC-11"],
    place: .child { probe in
      var isTried = false
      for call in probe.settings.calls {
        guard let (action, answer) = try await ServerAnswer.of(call, probe), answer.isEncrypted
        else { continue }
        let impostor = try TLSImpostor()
        let proxy = try FaultProxy(
          .passes,
          target: ServerAddress(host: "127.0.0.1", port: impostor.port)
        )
        let run = try await CallRun(probe, server: .proxy(proxy))
        probe.step("in a call of \(action.name) whose server has a certificate that it made itself")
        isTried = true
        let error = await run.serve(call, timeout: .seconds(3))
        await run.end()
        if error == nil && action.kind == .run || impostor.hasHeardSomething() {
          probe.report(
            CheckFinding(
              "NET-2",
              "\(action.name) speaks to a server whose certificate nobody has signed: verify it, unless an input says otherwise"
            )
          )
        }
      }
      if !isTried { probe.skip("no call of --config begins its connection with TLS") }
    },
    needsServer: true
  )
}

extension CallRun {
  /// Runs a call of --config, by whichever way its server is to be reached.
  @discardableResult
  func serve(_ call: CheckSettings.Call, timeout: Duration = .seconds(5)) async -> HostError? {
    guard let action = probe.action(call) else { return nil }
    return await self.call(action, inputs.redirected(call.inputs, call.action), timeout: timeout) {
      // What the inputs ask for has to do.
      $0.sources = [:]
    }
  }
}

extension Probe {
  /// The action of a call that works.
  func action(_ call: CheckSettings.Call) -> Descriptor.Action? {
    driver.descriptor.actions.first { $0.name == call.action }
  }
}
