/// What is said to an agent, and what it answers (PROTOCOL.agent; draft-ietf-sshm-ssh-agent).
enum AgentMessages {
  /// A key that an agent has.
  struct Identity: Hashable, Sendable {
    /// The public key or certificate, as it goes over the wire.
    let publicBlob: [UInt8]
    /// What people know it by.
    let comment: String
    /// The name in front of the key; nil: it has none.
    var typeName: String? {
      var reader = WireReader(publicBlob)
      return try? reader.text()
    }

    /// Whether a server can be offered it: not DSA, no token, and no certificate that libssh2 spoils.
    ///
    /// - Parameter libraryVersion: The number of the libssh2 that is loaded, such as 0x010A00.
    /// - Returns: Whether it can.
    func isUsable(libraryVersion: Int) -> Bool {
      guard let name = typeName else { return false }
      let keyType = KeyType(name: KeyCertificate.keyName(name) ?? name)
      switch keyType {
      case .dsa, .securityKey, .other: return false
      case .rsa, .ecdsa, .ed25519:
        return KeyCertificate.keyName(name) == nil
          || KeyCertificate.isUsable(keyType, libraryVersion: libraryVersion)
      }
    }
  }

  /// A signature.
  struct Signature: Hashable, Sendable {
    /// The algorithm, such as `rsa-sha2-512`.
    let algorithm: String
    /// What libssh2 wants of it: all behind the name of the algorithm.
    let bytes: [UInt8]
  }

  /// The message types.
  private enum Kind {
    static let failure: UInt8 = 5
    static let requestIdentities: UInt8 = 11
    static let identities: UInt8 = 12
    static let sign: UInt8 = 13
    static let signature: UInt8 = 14
    static let extensionFailure: UInt8 = 28
    /// What other agents than OpenSSH's say for failure.
    static let otherFailures: [UInt8] = [30, 102]
  }

  /// More keys than anybody has: a server takes six.
  static let identitiesLimit = 1000

  /// Asks for the keys; the answer is for `identities`.
  ///
  /// - Returns: The bytes to send.
  static func requestIdentities() -> [UInt8] { [0, 0, 0, 1, Kind.requestIdentities] }

  /// Asks for a signature; the answer is for `signature`.
  ///
  /// - Parameters:
  ///   - publicBlob: The key, as the agent gave it.
  ///   - data: What is to be signed.
  ///   - algorithm: What to sign with, such as `rsa-sha2-512`: RSA keys sign with SHA-1 unless told otherwise.
  /// - Returns: The bytes to send.
  /// - Throws: That they are too many.
  static func signRequest(
    publicBlob: [UInt8],
    data: [UInt8],
    algorithm: String
  ) throws(AgentFault) -> [UInt8] {
    var writer = WireWriter()
    writer.byte(Kind.sign)
    do {
      try writer.string(publicBlob)
      try writer.string(data)
    } catch {
      throw .damaged(error)
    }
    writer.uint32(flags(algorithm))
    return try AgentFrame.framed(writer.bytes)
  }

  /// SSH_AGENT_RSA_SHA2_512 and SSH_AGENT_RSA_SHA2_256, for keys and for certificates.
  private static func flags(_ algorithm: String) -> UInt32 {
    if algorithm.hasPrefix(RSAAlgorithm.sha512.rawValue) { return 4 }
    return algorithm.hasPrefix(RSAAlgorithm.sha256.rawValue) ? 2 : 0
  }

  /// Reads the keys.
  ///
  /// - Parameter message: The answer, without its length.
  /// - Returns: The keys, in the agent's order.
  /// - Throws: That it is no such answer.
  static func identities(_ message: [UInt8]) throws(AgentFault) -> [Identity] {
    do {
      var reader = try body(message, Kind.identities)
      let count = try reader.uint32()
      guard count <= identitiesLimit else {
        throw AgentFault.tooManyKeys(count: Int(count), limit: identitiesLimit)
      }
      var identities: [Identity] = []
      for _ in 0..<count {
        let blob = Array(try reader.string())
        let comment = String(decoding: try reader.string(), as: UTF8.self)
        identities.append(Identity(publicBlob: blob, comment: comment))
      }
      try reader.end()
      return identities
    } catch {
      throw fault(error)
    }
  }

  /// Reads a signature.
  ///
  /// - Parameters:
  ///   - message: The answer, without its length.
  ///   - algorithm: What was asked for; of a certificate's, the key's is what signs.
  /// - Returns: The signature.
  /// - Throws: That it is no such answer, or another algorithm's signature.
  static func signature(_ message: [UInt8], algorithm: String) throws(AgentFault) -> Signature {
    do {
      var reader = try body(message, Kind.signature)
      var signature = WireReader(try reader.string())
      try reader.end()
      let name = try signature.text()
      let wanted = KeyCertificate.keyName(algorithm) ?? algorithm
      guard name == wanted else {
        throw AgentFault.otherAlgorithm(wanted: wanted, got: KeyFault.shown(name))
      }
      let bytes = Array(try signature.string())
      try signature.end()
      return Signature(algorithm: name, bytes: bytes)
    } catch {
      throw fault(error)
    }
  }

  private static func body(_ message: [UInt8], _ kind: UInt8) throws(AgentFault) -> WireReader {
    guard let type = message.first else { throw .damaged(.truncated(at: 0, needed: 1, left: 0)) }
    if type == kind { return WireReader(message.dropFirst()) }
    let isFailure =
      type == Kind.failure || type == Kind.extensionFailure || Kind.otherFailures.contains(type)
    throw isFailure ? .refused : .unexpected(type)
  }

  private static func fault(_ error: any Error) -> AgentFault {
    if let fault = error as? AgentFault { return fault }
    // Nothing else is thrown above.
    return .damaged(error as? WireFault ?? .trailingBytes(at: 0, count: 0))
  }
}
