/// The name that a host has in a file of known hosts, sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT".
///
/// Names and addresses are alike there; only the letters of ASCII differ by case without being different.
struct HostAddress: Hashable, Sendable {
  let host: String
  let port: UInt16

  /// The port that is not written.
  static let standardPort: UInt16 = 22

  /// A host's address.
  ///
  /// - Parameters:
  ///   - host: Its name or address, as it is connected to; brackets around an address do not matter.
  ///   - port: Its port.
  init(host: String, port: UInt16) {
    let isInBrackets =
      host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.contains(UInt8(ascii: ":"))
    self.host = isInBrackets ? String(host.dropFirst().dropLast()) : host
    self.port = port
  }

  /// Whether the port is the one that is not written.
  var hasStandardPort: Bool { port == HostAddress.standardPort }

  /// The name: `host`, or `[host]:port` where the port is not 22.
  var name: String { hasStandardPort ? bareName : "[\(bareName)]:\(port)" }

  /// The name without the port.
  var bareName: String { String(decoding: HostAddress.lowercased(host.utf8), as: UTF8.self) }

  /// Whether it can be written to a file without being something else there.
  var isWritable: Bool {
    !host.isEmpty
      && host.utf8.allSatisfy { byte in
        byte > 0x20 && byte != 0x7F && !#",*?!|#@"[]\"#.utf8.contains(byte)
      }
  }

  /// The bytes with the letters of ASCII in lower case.
  static func lowercased(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    bytes.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
  }
}

extension HostAddress: CustomStringConvertible {
  /// The name as it is in a file.
  var description: String { name }
}
