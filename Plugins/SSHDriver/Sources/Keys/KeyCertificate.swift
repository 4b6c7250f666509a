internal import Glibc

/// A certificate of OpenSSH's for a user's key (PROTOCOL.certkeys).
struct KeyCertificate: Hashable, Sendable {
  /// Its type, such as `ecdsa-sha2-nistp256-cert-v01@openssh.com`.
  let type: String
  /// What kind of key it is for.
  let keyType: KeyType
  /// The key that it is for, as it goes over the wire.
  let keyBlob: [UInt8]
  /// Whom the one who issued it says that it is for.
  let identity: String
  /// The users that it may be used for; empty: all.
  let principals: [String]
  /// From when and until when it may be used, in seconds since 1970: the second one is outside.
  let validity: (from: UInt64, until: UInt64)
  /// The certificate, as it goes over the wire.
  let blob: [UInt8]
  /// The line for libssh2: the type and the Base64.
  let line: [UInt8]

  private static let suffix = "-cert-v01@openssh.com"

  /// Reads a certificate.
  ///
  /// - Parameter text: A line of a file that ends in `-cert.pub`.
  /// - Throws: That it is none, or not for a user.
  init(_ text: [UInt8]) throws(KeyFault) {
    guard text.count <= PrivateKeyText.limit else { throw .badCertificate("is too long") }
    let words = text.split(maxSplits: 2) { $0 == 0x20 || 0x09...0x0D ~= $0 }
    guard words.count >= 2 else { throw .badCertificate("is no line with a type and Base64") }
    let name = String(decoding: words[0], as: UTF8.self)
    guard let keyName = KeyCertificate.keyName(name) else {
      throw .badCertificate("is something else: its type does not end in \(KeyCertificate.suffix)")
    }
    (type, keyType) = (name, KeyType(name: keyName))
    line = words[0] + [0x20] + words[1]
    try OpenSSHPrivateKey.checkType(keyType)
    do {
      blob = try Base64.bytes(words[1])
      var reader = WireReader(blob)
      guard try reader.text() == name else {
        throw KeyFault.badCertificate("says two things about its type")
      }
      // The nonce.
      _ = try reader.string()
      let start = reader.offset
      let fields = keyType == .ed25519 ? 1 : 2
      for _ in 0..<fields { _ = try reader.string() }
      var key = WireWriter()
      try key.string(keyType.name)
      key.raw(blob[start..<reader.offset])
      keyBlob = key.bytes
      // The serial number.
      _ = try reader.uint64()
      let kind = try reader.uint32()
      guard kind != 2 else { throw KeyFault.hostCertificate }
      guard kind == 1 else { throw KeyFault.badCertificate("is not one for users") }
      identity = String(decoding: try reader.string(), as: UTF8.self)
      var names = WireReader(try reader.string())
      var principals: [String] = []
      while !names.isAtEnd {
        principals.append(String(decoding: try names.string(), as: UTF8.self))
      }
      self.principals = principals
      validity = (try reader.uint64(), try reader.uint64())
      // Critical options, extensions, what is reserved, who signed, and the signature.
      for _ in 0..<5 { _ = try reader.string() }
      try reader.end()
    } catch let fault as KeyFault {
      throw fault
    } catch let fault as WireFault {
      throw .badCertificate("cannot be read: \(fault)")
    } catch let fault as Base64.Fault {
      throw .badCertificate("cannot be read: \(fault)")
    } catch {
      throw .badCertificate("cannot be read")
    }
  }

  /// The name of what a certificate is for: a key's type, or what a key signs with.
  ///
  /// - Parameter name: The name of a certificate's type, or of what a server is told that it is used with.
  /// - Returns: The name; nil: that is no certificate's.
  static func keyName(_ name: String) -> String? {
    name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : nil
  }

  /// Whether a moment is outside of the time that it may be used in.
  ///
  /// - Parameter seconds: The moment, in seconds since 1970.
  /// - Returns: Whether it is.
  func isExpired(at seconds: UInt64) -> Bool {
    seconds < validity.from || seconds >= validity.until
  }

  /// Why a server may have refused it.
  ///
  /// - Parameters:
  ///   - user: Who was to be logged in.
  ///   - seconds: When, in seconds since 1970.
  /// - Returns: What is wrong with it, as far as it tells; or what to look at on the server.
  func objection(to user: String, at seconds: UInt64) -> String {
    if isExpired(at: seconds) {
      let from = KeyCertificate.date(validity.from) ?? "always"
      let until = KeyCertificate.date(validity.until) ?? "ever"
      return "its certificate is valid from \(from) until \(until): have a new one signed"
    }
    if !principals.isEmpty, !principals.contains(user) {
      return
        "its certificate is for \(principals.joined(separator: ", ")) and not for \(user): see AuthorizedPrincipalsFile there, or have one signed for \(user)"
    }
    return "see whether TrustedUserCAKeys there has the authority that signed its certificate"
  }

  /// A moment as people write it; nil: it is the end of time, or its beginning.
  private static func date(_ seconds: UInt64) -> String? {
    guard seconds > 0, var time = time_t(exactly: seconds) else { return nil }
    var parts = unsafe tm()
    guard unsafe gmtime_r(&time, &parts) != nil else { return nil }
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = unsafe "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    return unsafe "\(day) \(two(parts.tm_hour)):\(two(parts.tm_min)) UTC"
  }

  /// Whether libssh2 can use it.
  ///
  /// - Parameter libraryVersion: The number of the libssh2 that is loaded, such as 0x010A00.
  /// - Returns: Whether it can.
  func isUsable(libraryVersion: Int) -> Bool {
    KeyCertificate.isUsable(keyType, libraryVersion: libraryVersion)
  }

  /// Whether libssh2 can use certificates for a type of keys.
  ///
  /// 1.10 says the certificate's type where the signature's has to stand, for all but ECDSA. 1.11 does it well for
  /// Ed25519, and from 1.11.1 on for RSA with SHA-2.
  ///
  /// - Parameters:
  ///   - keyType: The type.
  ///   - libraryVersion: The number of the libssh2 that is loaded, such as 0x010A00.
  /// - Returns: Whether it can.
  static func isUsable(_ keyType: KeyType, libraryVersion: Int) -> Bool {
    switch keyType {
    case .ecdsa: true
    case .ed25519: libraryVersion >= 0x010B00
    case .rsa: libraryVersion >= 0x010B01
    case .dsa, .securityKey, .other: false
    }
  }

  static func == (left: KeyCertificate, right: KeyCertificate) -> Bool { left.line == right.line }

  func hash(into hasher: inout Hasher) { hasher.combine(line) }
}
