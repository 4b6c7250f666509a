internal import CLinux
package import DriverHost
internal import Glibc

/// What a test in a process of its own has at hand, and where it says what it finds.
package final class Probe: Sendable {
  /// The driver's file.
  package let path: String
  /// What was read of the driver.
  package let driver: CatalogDriver
  /// What it is checked with.
  let settings: CheckSettings
  /// What the host says of the driver.
  let log = ProbeLog()

  /// A probe for a file.
  ///
  /// - Parameters:
  ///   - path: Where it is, from the root on.
  ///   - settings: What it is checked with; is given the descriptor.
  /// - Throws: `HostError` where it is no driver.
  package init(
    _ path: String,
    settings: (Descriptor) throws(HostError) -> CheckSettings
  ) throws(HostError) {
    self.path = path
    let subject = CheckSubject(path)
    guard let driver = subject.driver else {
      throw HostError(.notFound, stage: .driver, subject.rejection ?? "it is not there any longer")
    }
    self.driver = driver
    self.settings = try settings(driver.descriptor)
  }

  /// Runs a test, and ends the process.
  ///
  /// - Parameters:
  ///   - test: A test that runs in a process of its own.
  ///   - folder: What becomes the current folder; nil: it stays as it is.
  package func run(_ test: CheckTest, in folder: String?) async -> Never {
    Probe.setLimits()
    if let folder, unsafe chdir(folder) != 0 {
      // What the driver writes by a relative path would go where the user is.
      skip("\(folder) cannot be made the current folder: \(systemMessage(errno))")
      Probe.write(["end": true])
      _exit(0)
    }
    do {
      if case .child(let body) = test.place { try await body(self) }
      for finding in log.findings { report(finding) }
    } catch let error as HostError where error.stage != .driver {
      // Nothing that the driver has done: this machine has no port or descriptor left, say.
      skip(error.message)
    } catch let error as HostError {
      // What the driver may not be asked for is a finding by itself.
      report(CheckFinding(error.rule ?? "LIB-9", error.message))
    } catch {
      report(CheckFinding(test.rules[0], "\(error)"))
    }
    Probe.write(["end": true])
    _exit(0)
  }

  /// Says what runs next, should it crash there, and the rule that this would break; nil: that of the test.
  func step(_ words: String, crash rule: String? = nil) {
    Probe.write(["step": .string(words), "crash": rule.map { .string($0) } ?? .null])
  }

  /// Says that the driver breaks a rule.
  func report(_ finding: CheckFinding) {
    Probe.write(["rule": .string(finding.rule), "text": .string(finding.text)])
  }

  /// Says that the test says nothing about this driver, and why.
  func skip(_ reason: String) { Probe.write(["skip": .string(reason)]) }

  /// A host with this driver alone.
  func makeHost(
    _ change: (inout HostConfiguration) -> Void = { _ in }
  ) throws(HostError) -> Host {
    var configuration = HostConfiguration()
    // What calls leave behind is looked for in the driver, and records would be taken for it.
    configuration.history = MemoryHistory(limit: 0)
    configuration.searchPath = SearchPath(entries: [.init(path: path, origin: .option)])
    configuration.logLevel = .warning
    // Not as any other host: it takes account of a busy machine where it looks at a driver's times.
    configuration.probing = HostProbing()
    configuration.log = { [log] entry in log.add(entry) }
    change(&configuration)
    return try Host(configuration)
  }

  /// A crash is to be expected, and nobody wants its memory on a disk; nor may a driver take all of the
  /// machine's.
  private static func setLimits() {
    // With the program that started it this one ends, too.
    clinux_end_with_parent()
    func set(_ resource: __rlimit_resource, _ value: UInt) {
      var limit = rlimit(rlim_cur: value, rlim_max: value)
      unsafe setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }
    set(RLIMIT_CORE, 0)
    set(RLIMIT_FSIZE, 1 << 30)
    // The shadow memory of a sanitizer is larger than any limit.
    if !isSanitized { set(RLIMIT_DATA, 4 << 30) }
  }

  /// Whether this program runs with the address or the thread sanitizer.
  private static var isSanitized: Bool {
    unsafe dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
  }

  /// One write a line: a crash that follows does not cut it.
  private static func write(_ object: Value) {
    let line = Array((JSON.text(object, pretty: false) + "\n").utf8)
    _ = unsafe line.withUnsafeBytes { buffer in
      unsafe Glibc.write(ChildProcess.reportDescriptor, buffer.baseAddress, buffer.count)
    }
  }
}

/// What the host has logged about the driver.
final class ProbeLog: Sendable {
  private let entries = Lock<[LogEntry]>([])

  /// Notes a line; not more than there is any use for.
  func add(_ entry: LogEntry) {
    entries.withLock { entries in
      if entries.count < 1000 { entries.append(entry) }
    }
  }

  var all: [LogEntry] { entries.withLock { $0 } }

  /// What of the driver has held its loop up, such as "a timer's callback".
  var slowCallbacks: String {
    let names = all.filter { $0.rule == "CALL-4" }.map { entry in
      String(entry.message.prefix { $0 != "," }.split(separator: " took ").first ?? "")
    }
    return names.uniqued().joined(separator: " and ")
  }

  /// The rules that the host saw the driver break.
  var findings: [CheckFinding] {
    all.compactMap { entry in
      // A slow callback is counted, and told once with its longest time.
      guard let rule = entry.rule, rule != "CALL-4" else { return nil }
      return CheckFinding(rule, entry.message)
    }.uniqued()
  }
}
