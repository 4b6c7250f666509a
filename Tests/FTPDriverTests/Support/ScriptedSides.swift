import DriverHost
import TestSupport

/// A scripted server, a folder of this machine, and a host that moves files between them.
struct ScriptedSides: Sendable {
  let server: ScriptedFTPServer
  let folder: TemporaryFolder
  let host: FTPHost

  /// What has the driver: to load it for each of many servers would take longer than the tests.
  private static let host = Result { try FTPHost([:]) }

  /// A new server and a new folder.
  ///
  /// - Parameters:
  ///   - rules: What the server does otherwise than a good one.
  ///   - files: What it has.
  ///   - more: Further members of the address.
  /// - Throws: That they cannot be made.
  init(
    _ rules: [ScriptedFTPServer.Rule] = [],
    files: [String: [UInt8]] = [:],
    _ more: ValueMap = [:]
  ) throws {
    // Its folder is flat: a path that is not the folder itself is no directory.
    let flat = ScriptedFTPServer.Rule.on(
      "CWD",
      .runs { connection, command in
        connection.write(command == "CWD /" ? "250 Well\r\n" : "550 No such directory\r\n")
      }
    )
    server = try ScriptedFTPServer(rules: rules + [flat], files: files)
    folder = try TemporaryFolder()
    host = FTPHost(ScriptedSides.address(server.port, more), sharing: try ScriptedSides.host.get())
  }

  /// The address of a server without TLS on this machine.
  static func address(_ port: Int, _ more: ValueMap = [:]) -> ValueMap {
    var address: ValueMap = [
      "host": "127.0.0.1", "port": .int(Int64(port)), "tls": ["mode": "off"],
      "authentication": [
        "authentication_method": "username_password", "username": "tester",
        "password": "correct horse",
      ],
    ]
    for (name, value) in more { address[name] = value }
    return address
  }

  /// The path of a file of this machine, as an input.
  func here(_ name: String) -> Value { .string(folder.file(name)) }

  /// The commands that have come and begin like this.
  func commands(_ word: String) -> [String] {
    server.commands.filter { $0 == word || $0.hasPrefix(word + " ") }
  }

  /// Whether a file of ours was asked to be removed, under its temporary name, after it was sent.
  var hasRemovedTemporary: Bool {
    guard let name = commands("STOR").last?.dropFirst(5), name.contains(".dh-") else {
      return false
    }
    return commands("DELE").contains("DELE " + name)
  }
}

extension FTPHost {
  /// Another address of a host.
  fileprivate init(_ address: ValueMap, sharing other: FTPHost) {
    (driver, self.address) = (other.driver, address)
  }
}
