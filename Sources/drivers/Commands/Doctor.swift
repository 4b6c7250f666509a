import ArgumentParser
import DriverHost

/// Says what is wrong with the drivers and how to mend it: `drivers doctor`.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Examine every driver and say what is wrong and how to mend it.",
    discussion: """
      Each driver is loaded in a process of its own, so that one that crashes is a finding and no \
      more. Also found: files that are not used and why, libraries that are missing, libraries \
      that a driver should not need, search paths that reach outside its folder, and symbols that \
      can meet those of others. Drivers in whose place another one is used are examined too: a \
      later change of the path may bring them back. The exit code is 3 if anything was found.

      Below a driver stand the libraries that it is linked with and the files that the loader \
      takes for them, but those of the C library and of compilers; with --log-level debug, a \
      driver that knows says which versions those are.

      With --json: {"version": 1, "drivers": [{"type", "version", "path", "superseded", \
      "libraries": [{"name", "path"}]}], "findings": [{"path", "finding"}]}.
      """
  )

  @OptionGroup var options: HostOptions

  private struct Finding {
    let path: String
    let text: String
  }

  func run() throws {
    let level = try options.level()
    let catalog = options.catalogOptions.catalog
    // What another file is used for is as it should be.
    var findings = catalog.rejected.filter { !$0.isSuperseded }
      .map { Finding(path: $0.path, text: $0.reason) }
    var libraries: [String: [DriverInspection.LinkedFile]] = [:]
    for driver in catalog.drivers + catalog.superseded {
      let examination = try Examination(driver)
      libraries[driver.path] = examination.libraries
      findings += examination.findings.map { Finding(path: driver.path, text: $0) }
      for line in examination.log where line.level >= level {
        HostOptions.show(line.level, of: driver.selector, line.text)
      }
    }
    if options.json {
      Console.output(json: Doctor.document(catalog, libraries, findings))
    } else {
      Console.output(Doctor.text(catalog, libraries, findings))
    }
    if !findings.isEmpty { throw ExitCode(3) }
  }

  private static func document(
    _ catalog: Catalog,
    _ libraries: [String: [DriverInspection.LinkedFile]],
    _ findings: [Finding]
  ) -> Value {
    func object(_ driver: CatalogDriver, isSuperseded: Bool) -> Value {
      [
        "type": .string(driver.selector),
        "version": .string(driver.descriptor.version.description),
        "path": .string(driver.path),
        "superseded": .bool(isSuperseded),
        "libraries": .list(
          (libraries[driver.path] ?? []).map {
            ["name": .string($0.name), "path": .string($0.path)]
          }
        ),
      ]
    }
    return [
      "version": 1,
      "drivers": .list(
        catalog.drivers.map { object($0, isSuperseded: false) }
          + catalog.superseded.map { object($0, isSuperseded: true) }
      ),
      "findings": .list(
        findings.map { ["path": .string($0.path), "finding": .string($0.text)] }
      ),
    ]
  }

  private static func text(
    _ catalog: Catalog,
    _ libraries: [String: [DriverInspection.LinkedFile]],
    _ findings: [Finding]
  ) -> String {
    var lines: [String] = []
    var rest = findings
    // What is no driver comes first.
    let drivers = catalog.drivers + catalog.superseded
    let paths = Set(drivers.map(\.path))
    while let path = rest.first(where: { !paths.contains($0.path) })?.path {
      lines.append(Console.plain(path))
      lines += take(path, from: &rest)
    }
    let used = catalog.drivers.map { ($0, "") }
    let superseded = catalog.superseded.map {
      ($0, "  (superseded: version \($0.descriptor.version) is not used)")
    }
    let all = used + superseded
    let isGood = { (path: String) in !findings.contains { $0.path == path } }
    for (driver, mark) in all.filter({ !isGood($0.0.path) }) + all.filter({ isGood($0.0.path) }) {
      lines.append(Console.plain("\(driver.selector)  \(driver.path)\(mark)"))
      let own = take(driver.path, from: &rest)
      lines += own.isEmpty ? ["  good"] : own
      lines += (libraries[driver.path] ?? []).map {
        "  with \(Console.plain($0.name)): \(Console.plain($0.path))"
      }
    }
    if drivers.isEmpty, findings.isEmpty {
      lines.append("No driver was found. Looked for lib<Type>Driver.so in:")
      lines += catalog.searchPath.entries.map { "  " + Console.plain($0.path) }
    }
    return lines.joined(separator: "\n")
  }

  /// The lines of all findings about a path, which are taken out.
  private static func take(_ path: String, from findings: inout [Finding]) -> [String] {
    let lines = findings.filter { $0.path == path }.map { "  - " + Console.plain($0.text) }
    findings.removeAll { $0.path == path }
    return lines
  }
}
