extension HostCertificate {
  /// Reads what stands behind the key in a certificate, to its end.
  ///
  /// - Parameters:
  ///   - plainType: The type of the key in it.
  ///   - plainBlob: The blob of the key in it.
  ///   - fields: The fields, from the serial number on.
  /// - Throws: What is wrong with them.
  init(
    plainType: String,
    plainBlob: [UInt8],
    fields: inout KeyFields
  ) throws(PublicKeyFault) {
    self.plainType = plainType
    self.plainBlob = plainBlob
    serial = try fields.next { reader throws(WireFault) in try reader.uint64() }
    role =
      switch try fields.next({ reader throws(WireFault) in try reader.uint32() }) {
      case 1: .user
      case 2: .host
      case let number: .other(number)
      }
    keyID = try fields.next { reader throws(WireFault) in try reader.text() }
    var list = KeyFields(try fields.string())
    var principals: [String] = []
    while !list.remaining.isEmpty {
      principals.append(try list.next { reader throws(WireFault) in try reader.text() })
    }
    self.principals = principals
    validAfter = try fields.next { reader throws(WireFault) in try reader.uint64() }
    validBefore = try fields.next { reader throws(WireFault) in try reader.uint64() }
    // Critical options, extensions, and what is reserved.
    for _ in 0..<3 { _ = try fields.string() }
    authorityBlob = Array(try fields.string())
    var authority = KeyFields(authorityBlob[...])
    // Looked at before the rest is: a chain could be as deep as the bytes are long.
    guard KeyFamily.plainType(ofCertificate: try authority.type()) == nil else {
      throw .chainedCertificate
    }
    _ = try PublicKey(blob: authorityBlob)
    // The signature.
    _ = try fields.string()
    try fields.end()
  }
}
