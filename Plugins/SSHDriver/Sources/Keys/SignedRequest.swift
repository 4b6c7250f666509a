/// What is signed when a user proves to have a key (RFC 4252 §7).
struct SignedRequest: Hashable, Sendable {
  /// The algorithm that the server is told, such as `rsa-sha2-512`.
  let algorithm: String
  /// The public key, as it goes over the wire.
  let publicBlob: [UInt8]

  /// Reads what libssh2 gives its callback to sign.
  ///
  /// - Parameter bytes: The bytes.
  /// - Throws: That they are something else: nothing else is to be signed.
  init(_ bytes: [UInt8]) throws(WireFault) {
    var reader = WireReader(bytes)
    // The session's identifier.
    _ = try reader.string()
    let place = reader.offset
    // SSH_MSG_USERAUTH_REQUEST.
    guard try reader.byte() == 50 else { throw .badText(at: place) }
    // The user and the service.
    _ = try reader.string()
    _ = try reader.string()
    let method = reader.offset
    guard try reader.text() == "publickey", try reader.boolean() else { throw .badText(at: method) }
    algorithm = try reader.text()
    publicBlob = Array(try reader.string())
    try reader.end()
  }
}
