/// A line of a file of known hosts, sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT".
struct KnownHostsLine: Hashable, Sendable {
  /// What the key is to the hosts.
  enum Role: Hashable, Sendable {
    /// Their own.
    case host
    /// That of an authority which signs their keys.
    case authority
    /// One that may not be used any more.
    case revoked
  }

  /// Why a line is none.
  enum Fault: Error, Hashable, Sendable {
    /// A word with @ in front that is no marker, or a second one.
    case badMarker
    case badHash
    /// The line ends behind the hosts.
    case noKey
    /// A zero byte is in it.
    case zeroByte
    case key(PublicKeyFault)
  }

  let role: Role
  let hosts: HostList
  let key: PublicKey
  let comment: String

  /// Reads a line.
  ///
  /// - Parameter line: Its bytes, without its end.
  /// - Returns: The line; nil: it is empty or a comment.
  /// - Throws: What is wrong with it.
  static func parse(_ line: ArraySlice<UInt8>) throws(Fault) -> KnownHostsLine? {
    var fields = BlankSeparated(line.last == 0x0D ? line.dropLast() : line)
    guard let first = fields.rest.first, first != UInt8(ascii: "#") else { return nil }
    guard !line.contains(0) else { throw .zeroByte }
    var role = Role.host
    if first == UInt8(ascii: "@"), let marker = fields.next() {
      if marker.elementsEqual("@cert-authority".utf8) {
        role = .authority
      } else if marker.elementsEqual("@revoked".utf8) {
        role = .revoked
      } else {
        throw .badMarker
      }
    }
    guard let hosts = fields.next() else { throw .noKey }
    guard hosts.first != UInt8(ascii: "@") else { throw .badMarker }
    let list = try HostList(hosts)
    guard let next = fields.rest.first, next != UInt8(ascii: "#") else { throw .noKey }
    do {
      let key = try PublicKey(fields: &fields)
      return KnownHostsLine(role: role, hosts: list, key: key, comment: fields.comment)
    } catch {
      throw .key(error)
    }
  }

  /// The text of a new line, without its end.
  ///
  /// - Parameters:
  ///   - address: The host.
  ///   - key: Its key.
  /// - Returns: The line; nil: the host's name cannot be written.
  static func text(_ address: HostAddress, key: PublicKey) -> String? {
    address.isWritable ? "\(address.name) \(key.plain.text())" : nil
  }

  /// The text of a new line that does not tell its host, without its end.
  ///
  /// - Parameters:
  ///   - address: The host.
  ///   - key: Its key.
  ///   - salt: 20 random bytes.
  ///   - hashes: The hash functions.
  /// - Returns: The line; nil: the host's name or the salt cannot be used.
  static func hashedText(
    _ address: HostAddress,
    key: PublicKey,
    salt: [UInt8] = randomSalt(),
    _ hashes: some HostKeyHashes
  ) -> String? {
    guard address.isWritable else { return nil }
    return HostList.hashedText(address.name, salt: salt, hashes)
      .map { "\($0) \(key.plain.text())" }
  }

  /// A salt for a hashed name.
  ///
  /// - Returns: 20 random bytes.
  static func randomSalt() -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<HostList.hashLength).map { _ in
      UInt8(truncatingIfNeeded: generator.next() as UInt64)
    }
  }
}

extension KnownHostsLine.Fault: CustomStringConvertible {
  /// What is wrong and what to do, without a full stop.
  var description: String {
    switch self {
    case .badMarker:
      "a line begins with its hosts, or with one of @cert-authority and @revoked and then its hosts"
    case .badHash:
      "the hashed name is damaged: it is written |1|salt|hash, both the Base64 of 20 bytes"
    case .noKey: "there is no key behind the hosts: a line is written as hosts, type and key"
    case .zeroByte: "it has a zero byte in it: the file is damaged"
    case .key(let fault): fault.description
    }
  }
}
