package import DriverHost

/// A host that has one driver of this build and no other, and keeps what both log.
package struct LoadedDriver: Sendable {
  /// The driver's type, such as `FTP`.
  package let type: String
  /// What has it.
  package let host: Host
  private let lines: Locked<[String]>

  /// A new host.
  ///
  /// - Parameters:
  ///   - type: The driver's type.
  ///   - change: What is to be configured otherwise.
  /// - Throws: That the driver is not there.
  package init(_ type: String, _ change: (inout HostConfiguration) -> Void = { _ in }) throws {
    let lines = Locked<[String]>([])
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [
      .init(path: ThisPackage.products + "/lib\(type)Driver.so", origin: .option)
    ])
    configuration.logLevel = .trace
    configuration.log = { entry in lines.with { $0.append("\(entry)") } }
    change(&configuration)
    self.type = type
    self.lines = lines
    host = try Host(configuration)
  }

  /// What was logged so far.
  package var log: String { lines.with { $0.joined(separator: "\n") } }
}
