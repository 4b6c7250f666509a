internal import DriverHost

/// What is found out by hosts that are not as this one is: older, newer, or on the watch.
extension CheckTest {
  static let hostTests: [CheckTest] = [unknown, older, newer, borrowed, secrets]

  /// No action has this name.
  private static let noAction = "dh-check-no-such-action"

  private static let unknown = CheckTest(
    name: "unknown",
    title: "an action that it does not know is refused, and none that it declares",
    rules: ["CALL-13", "DESC-15", "CALL-1", "PROC-7"],
    limit: 10,
    place: .child { probe in
      let usual = try await CallRun(probe, server: .refuses)
      var refusals: [String: HostError] = [:]
      for (action, inputs) in usual.actions {
        let error = await usual.call(action, inputs)
        if let error, error.code == .unsupported { refusals[action.name] = error }
      }
      await usual.end()
      let proxy = try FaultProxy(.silent)
      let run = try await CallRun(probe, server: .proxy(proxy)) { configuration in
        var probing = HostProbing()
        probing.action = noAction
        configuration.probing = probing
      }
      run.reportSkipped()
      probe.step("in a call of an action that it does not have")
      for (action, inputs) in run.actions {
        let before = proxy.now.accepted
        let error = await run.call(action, inputs, timeout: .milliseconds(300))
        if let error, error.code == .unsupported, refusals[action.name]?.message == error.message {
          probe.report(
            CheckFinding(
              "DESC-15",
              "\(action.name) is in the descriptor and is answered as no action at all: \(error.message)"
            )
          )
          continue
        }
        // A session that cannot be opened is the end before the action's name is looked at.
        let takesSession = probe.driver.descriptor.session != nil && action.takesSession
        if takesSession, proxy.now.accepted > before { continue }
        let deed: String
        switch error {
        case nil: deed = "ended well"
        case let error? where error.code == .timedOut: deed = "was carried out until its deadline"
        case .some where proxy.now.accepted > before: deed = "reached for its server"
        case .some: continue
        }
        probe.report(
          CheckFinding(
            "CALL-13",
            "a call of an action that it does not have \(deed), with inputs of \(action.name): compare the whole name, and end others with DH_ERROR_UNSUPPORTED"
          )
        )
      }
      await run.end()
    }
  )

  private static let older = CheckTest(
    name: "older",
    title: "it does without the interfaces that it does not name as needed",
    rules: ["DESC-7", "ENTRY-5", "PROC-7"],
    rulesOfEnd: EndRules(crash: "DESC-7", hang: "DESC-7"),
    limit: 10,
    place: .child { probe in
      let descriptor = probe.driver.descriptor
      // What it does with all that there is.
      probe.step("with a host that has all interfaces")
      let usual = try await CallRun(probe, server: .refuses)
      usual.reportSkipped()
      var outcomes: [HostError.Stage?] = []
      for (action, inputs) in usual.actions {
        outcomes.append(await usual.call(action, inputs)?.stage)
      }
      await usual.end()
      let needs =
        descriptor.needs.isEmpty ? "no interface" : descriptor.needs.joined(separator: ", ")
      probe.step("with an older host, which has \(needs)")
      let older = try await CallRun(probe, server: .refuses) { configuration in
        var probing = HostProbing()
        probing.interfaces = Set(descriptor.needs)
        configuration.probing = probing
      }
      for ((action, inputs), outcome) in zip(older.actions, outcomes) {
        let error = await older.call(action, inputs)
        guard let error, error.stage == .driver, outcome != .driver else { continue }
        probe.report(
          CheckFinding(
            "DESC-7",
            "it cannot be used by a host that has \(needs), which is all that its descriptor asks for: name what it cannot do without under \"needs\" (\(error.message))"
          )
        )
        break
      }
      await older.end()
    }
  )

  private static let newer = CheckTest(
    name: "newer",
    title: "kinds, flags, events and reasons to stop that it does not know do not harm it",
    rules: ["VAL-7", "CALL-1", "STOP-11"],
    rulesOfEnd: EndRules(crash: "VAL-7", hang: "VAL-7"),
    // A host is made for each action.
    limit: 30,
    place: .child { probe in
      let usual = try await CallRun(probe, server: .refuses)
      usual.reportSkipped()
      var before: [String: HostError?] = [:]
      for (action, inputs) in usual.actions {
        before[action.name] = .some(await usual.call(action, inputs))
      }
      await usual.end()
      let flags = try await CallRun(probe, server: .refuses) { configuration in
        var probing = HostProbing()
        probing.isNewer = true
        configuration.probing = probing
      }
      for (action, inputs) in flags.actions {
        probe.step("in a call of \(action.name) whose values bear a flag of a newer host")
        let error = await flags.call(action, inputs)
        guard let error, case .some(nil) = before[action.name] else { continue }
        probe.report(
          CheckFinding(
            "VAL-7",
            "\(action.name) fails where its inputs bear a flag that it does not know: test for flags with & (\(error.message))"
          )
        )
      }
      await flags.end()
      let proxy = try FaultProxy(.silent)
      let stops = try await CallRun(probe, server: .proxy(proxy)) { configuration in
        var probing = HostProbing()
        probing.isNewer = true
        configuration.probing = probing
      }
      for (action, inputs) in stops.actions {
        probe.step(
          "in a call of \(action.name) that is stopped for a reason of a newer host",
          crash: "STOP-11"
        )
        await stops.call(action, inputs, timeout: .milliseconds(100))
      }
      await stops.end()
      for (action, inputs) in usual.actions {
        let names = usual.inputs.fields(of: action.name).map(\.name).filter { inputs[$0] == nil }
        guard !names.isEmpty else { continue }
        probe.step("in a call of \(action.name) with inputs of a kind of a newer host")
        let kinds = try await CallRun(probe, server: .refuses) { configuration in
          var probing = HostProbing()
          probing.unknownInputs = names
          configuration.probing = probing
        }
        await kinds.call(action, inputs)
        await kinds.end()
      }
    }
  )

  private static let borrowed = CheckTest(
    name: "borrowed",
    title: "what it is lent is neither read beyond its end nor after the call",
    rules: ["CALL-9", "MEM-1", "MEM-2", "MEM-3", "MEM-4", "VAL-1"],
    rulesOfEnd: EndRules(crash: "CALL-9", abort: "MEM-2"),
    place: .child { probe in
      for isRevoked in [false, true] {
        let proxy = try FaultProxy(.silent)
        let run = try await CallRun(probe, server: .proxy(proxy)) { configuration in
          var probing = HostProbing()
          probing.guardsInputs = true
          probing.revokesInputs = isRevoked
          configuration.probing = probing
        }
        run.reportSkipped()
        let how =
          isRevoked
          ? "whose inputs cannot be read after `done`"
          : "whose inputs cannot be read beyond their ends"
        for (action, _) in run.actions {
          probe.step("in calls of \(action.name) \(how)", crash: isRevoked ? "CALL-9" : "MEM-1")
          let variants = Array(run.inputs.variants(for: action.name).prefix(50))
          // Most of them wait until their time is up.
          for first in stride(from: 0, to: variants.count, by: 2) {
            await withTaskGroup(of: Void.self) { group in
              for inputs in variants[first...].prefix(2) {
                for _ in 0..<4 {
                  group.addTask { await run.call(action, inputs, timeout: .milliseconds(20)) }
                }
              }
            }
          }
        }
        // Threads and timers of its own may still look at what they were given.
        try? await Task.sleep(for: .milliseconds(isRevoked ? 200 : 10))
        await run.end()
      }
    }
  )

  private static let secrets = CheckTest(
    name: "secrets",
    title: "no secret is in its errors, its log or its progress, masked or not",
    rules: ["ERR-2"],
    place: .child { probe in
      let canary = SecretCanary()
      var found: Set<String> = []
      var hasSecrets = false
      for manner in [nil, FaultProxy.Manner.silent, .junk] {
        let proxy = try manner.map { manner throws(HostError) in try FaultProxy(manner) }
        let seen = Lock<[CheckFinding]>([])
        let server: CallRun.Server = proxy.map { .proxy($0) } ?? .refuses
        let run = try await CallRun(probe, server: server) { configuration in
          var probing = HostProbing()
          probing.onText = { place, text in
            guard let form = canary.form(in: text) else { return }
            let finding = CheckFinding(
              "ERR-2",
              "\(place) holds a secret \(form), which the host masks only where it stands as it was given"
            )
            seen.withLock { $0.append(finding) }
          }
          configuration.logLevel = .trace
          configuration.probing = probing
        }
        for (action, _) in run.actions {
          for inputs in run.inputs.variants(for: action.name).prefix(50) {
            guard let secret = canary.inputs(inputs, action.name, run.inputs) else { continue }
            hasSecrets = true
            probe.step("in a call of \(action.name) with secrets")
            await run.call(action, secret, timeout: .milliseconds(100))
          }
        }
        await run.end()
        for finding in seen.withLock({ $0 }) where found.insert(finding.text).inserted {
          probe.report(finding)
        }
      }
      if !hasSecrets { probe.skip("it has no secret inputs that could be tried") }
    }
  )
}
