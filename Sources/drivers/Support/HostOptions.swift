import ArgumentParser
import DriverHost
import Glibc

/// Options of every command that runs a driver's code.
struct HostOptions: ParsableArguments {
  @OptionGroup var catalogOptions: CatalogOptions

  @Option(
    name: .customLong("log-level"),
    help: ArgumentHelp(
      "Show log lines from this level on, on standard error.",
      discussion: "trace, debug, info, warning or error; the default is DRIVERS_LOG, else warning.",
      valueName: "level"
    ),
    completion: .list(LogLevel.allCases.map { "\($0)" })
  )
  var logLevel: String?

  /// Whether JSON is wanted.
  var json: Bool { catalogOptions.json }

  /// The search path that the options and the environment give.
  var searchPath: SearchPath { catalogOptions.searchPath }

  /// The least level that is shown.
  func level() throws(HostError) -> LogLevel {
    let origin = logLevel == nil ? "DRIVERS_LOG" : "--log-level"
    var text = logLevel ?? ""
    if logLevel == nil {
      text = try Environment.value("DRIVERS_LOG") ?? ""
      if text.isEmpty { return .warning }
    }
    if let level = LogLevel.allCases.first(where: { "\($0)" == text.lowercased() }) {
      return level
    }
    throw HostError(
      .invalidInput,
      stage: .input,
      "\(origin) is `\(text)`, which is no level: use trace, debug, info, warning or error"
    )
  }

  /// Shows a log line on standard error.
  static func show(_ level: LogLevel, of driver: String?, _ text: String) {
    let origin = driver.map { "\($0): " } ?? ""
    Console.error(Console.plain("\(level): \(origin)\(text)"))
  }
}
