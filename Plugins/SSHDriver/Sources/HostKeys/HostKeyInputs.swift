internal import DriverKit
internal import Glibc

/// The input `hostkey`.
enum HostKeyInputs {
  /// Reads how a server's key is known.
  ///
  /// - Parameters:
  ///   - inputs: The server's inputs.
  ///   - pointer: Where they stand.
  /// - Throws: What is wrong with them.
  /// - Returns: The policy; that of OpenSSH's files where there is no input.
  static func policy(
    _ inputs: borrowing InputMap,
    at pointer: String
  ) throws(DriverError) -> HostKeyPolicy {
    guard let map = try inputs["hostkey"]?.map() else { return .knownHostsFiles(standardFiles) }
    switch try map.required("hostkey_method").string() {
    case "known_host": return .knownHost(try map.required("known_host").string())
    case "fingerprint": return .fingerprint(try map.required("fingerprint").string())
    case "off": return .off
    case "accept_new":
      guard let file = try files(map)?.first else {
        throw DriverError(
          .invalidInput,
          "accept_new needs the file that new keys are written into",
          pointer: "\(pointer)/hostkey/known_hosts_file"
        )
      }
      return .acceptNew(file: file, isHashed: false)
    default: return .knownHostsFiles(try files(map) ?? standardFiles)
    }
  }

  private static func files(_ map: borrowing InputMap) throws(DriverError) -> [String]? {
    guard let list = try map["known_hosts_file"]?.list() else { return nil }
    var files: [String] = []
    for index in 0..<list.count { files.append(expanded(try list[index].string())) }
    return files
  }

  private static var standardFiles: [String] {
    ["~/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"].map(expanded)
  }

  /// A path with the home of whom the process runs as in place of `~/`.
  static func expanded(_ path: String) -> String {
    guard path.hasPrefix("~/") else { return path }
    guard let home = unsafe getenv("HOME") else { return path }
    return unsafe String(cString: home) + path.dropFirst()
  }
}
