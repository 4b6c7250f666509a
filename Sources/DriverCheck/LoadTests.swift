internal import DriverHost

/// What is found out by loading a driver and making an instance of it.
extension CheckTest {
  static let loadTests: [CheckTest] = [
    CheckTest(
      name: "entry",
      title: "its entry answers what it knows, always the same, and nothing else",
      rules: ["LIB-9", "ENTRY-1", "ENTRY-2", "ENTRY-3", "ENTRY-4", "DESC-7"],
      rulesOfEnd: EndRules(hang: "ENTRY-1"),
      limit: 10,
      place: .child { probe in
        // What waiting takes by itself, once in a process.
        try await Task.sleep(for: .milliseconds(1))
        let threads = ProcessState.plainThreads()
        let before = ProcessState()
        let faults = try EntryProbe.faults(of: probe.driver, log: probe.log.add) {
          probe.step($0)
        }
        for fault in faults { probe.report(CheckFinding(fault.rule, fault.text)) }
        let after = ProcessState()
        for finding in after.findings(since: before) { probe.report(finding) }
        // The loop of the probe is one, for a non-blocking driver.
        let own = probe.driver.descriptor.execution == .blocking ? 0 : 1
        // Those that asked the entry are on their way out.
        for _ in 0..<200 where ProcessState.plainThreads().count > threads.count + own {
          try await Task.sleep(for: .milliseconds(5))
        }
        if ProcessState.plainThreads().count > threads.count + own {
          probe.report(
            CheckFinding("ENTRY-1", "a thread was started while it was loaded, or by its entry")
          )
        }
      }
    ),
    CheckTest(
      name: "instance",
      title: "an instance is made and ended, and leaves nothing behind",
      rules: ["ENTRY-5", "LOOP-9", "PROC-1", "PROC-2", "PROC-3", "PROC-4", "PROC-7"],
      rulesOfEnd: EndRules(hang: "ENTRY-5"),
      limit: 10,
      place: .child { probe in
        let before = ProcessState()
        let isCreated = Lock(false)
        do throws(HostError) {
          try DriverProbe.run(probe.driver, log: probe.log.add) { step in
            switch step {
            case .loading: probe.step("while it was loaded, before its entry was called")
            case .entry: probe.step("in its entry")
            case .create:
              isCreated.withLock { $0 = true }
              probe.step("in its create")
            case .destroy: probe.step("in its destroy")
            }
          }
        } catch {
          // A driver may have a reason that lies in this machine, such as a library that is missing.
          guard isCreated.withLock({ $0 }), error.rule == nil else { throw error }
          probe.skip("\(error.message)")
        }
        for finding in ProcessState().findings(since: before) { probe.report(finding) }
      }
    ),
  ]
}
