extension PublicKey {
  /// Reads a key.
  ///
  /// Keys of types that are not known are taken as they are: they can be compared, which is enough for many uses.
  /// That a point is on its curve is left to the library that uses the key.
  ///
  /// - Parameter blob: Its bytes, from the type on.
  /// - Throws: What is wrong with it.
  init(blob: [UInt8]) throws(PublicKeyFault) {
    var fields = KeyFields(blob[...])
    let type = try fields.type()
    if let plainType = KeyFamily.plainType(ofCertificate: type),
      KeyFamily(type: plainType) != .other
    {
      try self.init(certificate: blob, type: type, plainType: plainType, fields: &fields)
      return
    }
    let family = KeyFamily(type: type)
    let bits = try PublicKey.bits(of: family, type: type, fields: &fields)
    if family != .other { try fields.end() }
    self.init(type: type, blob: blob, family: family, bits: bits)
  }

  private init(
    certificate blob: [UInt8],
    type: String,
    plainType: String,
    fields: inout KeyFields
  ) throws(PublicKeyFault) {
    // The nonce.
    _ = try fields.string()
    let key = fields.remaining
    let family = KeyFamily(type: plainType)
    let bits = try PublicKey.bits(of: family, type: plainType, fields: &fields)
    var plain = WireWriter()
    do throws(WireFault) {
      try plain.string(plainType)
    } catch {
      throw .wire(error)
    }
    plain.raw(key[..<fields.remaining.startIndex])
    let certificate = try HostCertificate(
      plainType: plainType,
      plainBlob: plain.bytes,
      fields: &fields
    )
    self.init(type: type, blob: blob, family: family, bits: bits, certificate: certificate)
  }

  /// Reads the fields that are of the key alone, and makes sure that they are those of such a key.
  private static func bits(
    of family: KeyFamily,
    type: String,
    fields: inout KeyFields
  ) throws(PublicKeyFault) -> Int? {
    switch family {
    case .rsa: return try modulusBits(&fields)
    case .dsa:
      let prime = try fields.next { reader throws(WireFault) in try reader.mpint() }
      for _ in 0..<3 { _ = try fields.next { reader throws(WireFault) in try reader.mpint() } }
      return bitCount(of: prime)
    case .ecdsa(let curve):
      try readPoint(on: curve, type: type, fields: &fields)
      return curve.bits
    case .ed25519: return try ed25519Bits(type: type, fields: &fields)
    case .securityKeyECDSA:
      try readPoint(on: .nistp256, type: type, fields: &fields)
      // The application that the key is for, mostly "ssh:".
      _ = try fields.string()
      return KeyFamily.Curve.nistp256.bits
    case .securityKeyEd25519:
      let bits = try ed25519Bits(type: type, fields: &fields)
      _ = try fields.string()
      return bits
    case .other: return nil
    }
  }

  private static func modulusBits(_ fields: inout KeyFields) throws(PublicKeyFault) -> Int {
    let exponent = try fields.next { reader throws(WireFault) in try reader.mpint() }
    let modulus = try fields.next { reader throws(WireFault) in try reader.mpint() }
    guard let low = modulus.last, low & 1 == 1, let lowExponent = exponent.last,
      lowExponent & 1 == 1, Array(exponent) != [1]
    else { throw .badNumbers }
    let bits = bitCount(of: modulus)
    guard bits >= smallestModulus, bits <= largestModulus else { throw .badSize(bits: bits) }
    // A longer one than the modulus is senseless, and slow to use.
    guard exponent.count <= modulus.count else { throw .badNumbers }
    return bits
  }

  private static func bitCount(of number: ArraySlice<UInt8>) -> Int {
    number.count * 8 - (number.first?.leadingZeroBitCount ?? 0)
  }

  private static func readPoint(
    on curve: KeyFamily.Curve,
    type: String,
    fields: inout KeyFields
  ) throws(PublicKeyFault) {
    guard try fields.string().elementsEqual(curve.rawValue.utf8) else {
      throw .otherCurve(type: type)
    }
    // SEC 1 §2.3.3: 4, then both coordinates; the compressed form may not be sent (RFC 5656 §3.1).
    let point = try fields.string()
    guard point.count == 1 + 2 * ((curve.bits + 7) / 8), point.first == 4 else {
      throw .badPoint(type: type)
    }
  }

  private static func ed25519Bits(
    type: String,
    fields: inout KeyFields
  ) throws(PublicKeyFault) -> Int {
    let key = try fields.string()
    guard key.count == 32 else { throw .badLength(type: type, count: key.count) }
    return 256
  }
}
