import DriverCheck
import DriverHost
import Glibc

/// What `drivers doctor` finds out about one driver.
struct Examination {
  /// Loading takes milliseconds; a driver that waits for something in its entry never ends.
  private static let limit = Duration.seconds(10)

  let driver: CatalogDriver
  /// What is wrong, each with what to do.
  private(set) var findings: [String] = []
  /// The libraries that it is linked with, and their files.
  private(set) var libraries: [DriverInspection.LinkedFile] = []
  /// What the driver logged.
  private(set) var log: [(level: LogLevel, text: String)] = []

  /// Examines a driver: its file here, its code in a process of its own.
  init(_ driver: CatalogDriver) throws(HostError) {
    self.driver = driver
    findings = DriverInspection.findings(in: driver.path)
    let listing = try Examination.listing(of: driver)
    libraries = DriverInspection.linkedFiles(of: driver.path, inListing: listing)
    let missing = DriverInspection.missingLibraries(inListing: listing)
    findings += missing
    // The loader would name the first of them once more.
    if missing.isEmpty { try runProbe() }
  }

  /// What the loader would load for a driver; nothing where there is no loader.
  ///
  /// As ldd(1) has it listed: nothing of the driver runs.
  private static func listing(of driver: CatalogDriver) throws(HostError) -> String {
    guard let loader = DriverInspection.loader() else { return "" }
    let child = try ChildProcess(
      loader,
      [driver.path],
      environment: ["LD_TRACE_LOADED_OBJECTS=1"],
      within: limit
    )
    return child.output
  }

  private mutating func runProbe() throws(HostError) {
    let child = try ChildProcess(
      "/proc/self/exe",
      ["doctor-probe", driver.path],
      // A crash is what this is for: nobody needs the Swift runtime's account of it.
      environment: ["SWIFT_BACKTRACE=enable=no"],
      within: Examination.limit
    )
    var step = "loading"
    for line in child.report.split(separator: "\n") {
      // The last line may be cut off by a crash.
      guard let object = try? JSON.parse(String(line)) else { continue }
      if let name = object["step"].stringValue { step = name }
      if let fault = object["fault"].stringValue { findings.append(fault) }
      if let text = object["log"].stringValue, let level = object["level"].intValue {
        log.append((LogLevel(rawValue: UInt32(clamping: level)) ?? .error, text))
      }
    }
    let place = Examination.words(for: step)
    let lastWords = child.errors.split(separator: "\n").last.map { ": it said \"\($0)\"" } ?? ""
    switch child.end {
    case .exited(0):
      if !child.output.isEmpty || !child.errors.isEmpty {
        findings.append(
          "it writes to standard output or standard error, which belong to the program that uses it"
            + lastWords + "; use the host's log"
        )
      }
    case .exited(let code):
      findings.append("it ended the process with code \(code) \(place)\(lastWords)")
    case .killed(let signal):
      let name = unsafe strsignal(signal).map { unsafe String(cString: $0) } ?? "signal \(signal)"
      findings.append("it crashed \(place) (\(name))\(lastWords)")
    case .timedOut:
      findings.append(
        "it did not return within \(Examination.limit.inWords) \(place): nothing there may wait"
      )
    }
  }

  private static func words(for step: String) -> String {
    switch step {
    case "loading": "while it was loaded, before its entry was called"
    case "entry": "in its entry"
    case "create": "in its create"
    case "destroy": "in its destroy"
    default: "when the process ended"
    }
  }
}
