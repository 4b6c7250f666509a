import ArgumentParser
import DriverHost

/// Says what is wrong with the drivers and how to mend it: `drivers doctor`.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Examine every driver and say what is wrong and how to mend it.",
    discussion: """
      Each driver is loaded in a process of its own, so that one that crashes is a finding and no \
      more. Also found: files that are not used and why, libraries that are missing, libraries \
      that a driver should not need, search paths that reach outside its folder, and symbols that \
      can meet those of others. The exit code is 3 if anything was found.

      With --json: {"version": 1, "drivers": [{"type", "path"}], "findings": [{"path", "finding"}]}.
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
    for driver in catalog.drivers {
      let examination = try Examination(driver)
      findings += examination.findings.map { Finding(path: driver.path, text: $0) }
      for line in examination.log where line.level >= level {
        HostOptions.show(line.level, of: driver.selector, line.text)
      }
    }
    Console.output(
      options.json
        ? JSON.text(Doctor.document(catalog, findings), pretty: true)
        : Doctor.text(catalog, findings)
    )
    if !findings.isEmpty { throw ExitCode(3) }
  }

  private static func document(_ catalog: Catalog, _ findings: [Finding]) -> Value {
    [
      "version": 1,
      "drivers": .list(
        catalog.drivers.map { ["type": .string($0.selector), "path": .string($0.path)] }
      ),
      "findings": .list(
        findings.map { ["path": .string($0.path), "finding": .string($0.text)] }
      ),
    ]
  }

  private static func text(_ catalog: Catalog, _ findings: [Finding]) -> String {
    var lines: [String] = []
    var paths: [String] = []
    for finding in findings where !paths.contains(finding.path) { paths.append(finding.path) }
    for path in paths {
      let type = catalog.drivers.first { $0.path == path }.map { "\($0.selector)  " } ?? ""
      lines.append(type + Console.plain(path))
      lines += findings.filter { $0.path == path }.map { "  - " + Console.plain($0.text) }
    }
    for driver in catalog.drivers where !paths.contains(driver.path) {
      lines += ["\(driver.selector)  \(Console.plain(driver.path))", "  good"]
    }
    if catalog.drivers.isEmpty, findings.isEmpty {
      lines.append("No driver was found. Looked for lib<Type>Driver.so in:")
      lines += catalog.searchPath.entries.map { "  " + Console.plain($0.path) }
    }
    return lines.joined(separator: "\n")
  }
}
