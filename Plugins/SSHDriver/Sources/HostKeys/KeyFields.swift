/// A walk over the fields of a key's blob.
struct KeyFields {
  private var reader: WireReader

  /// A walk over a blob.
  ///
  /// - Parameter blob: The blob, or a part of it that holds fields.
  init(_ blob: ArraySlice<UInt8>) { reader = WireReader(blob) }

  /// Reads a field.
  ///
  /// - Parameter field: How it is read.
  /// - Returns: What was read.
  /// - Throws: What is wrong with the blob.
  mutating func next<Field>(
    _ field: (inout WireReader) throws(WireFault) -> Field
  ) throws(PublicKeyFault) -> Field {
    do throws(WireFault) {
      return try field(&reader)
    } catch {
      throw .wire(error)
    }
  }

  /// Reads a string.
  ///
  /// - Returns: Its bytes.
  /// - Throws: What is wrong with the blob.
  mutating func string() throws(PublicKeyFault) -> ArraySlice<UInt8> {
    try next { reader throws(WireFault) in try reader.string() }
  }

  /// Reads the name of a type.
  ///
  /// - Returns: The name.
  /// - Throws: What is wrong with the blob, or that it is no name.
  mutating func type() throws(PublicKeyFault) -> String {
    guard let type = PublicKey.typeName(try string()) else { throw .badType }
    return type
  }

  /// What was not read yet.
  var remaining: ArraySlice<UInt8> { reader.remaining }

  /// Makes sure that nothing is left.
  ///
  /// - Throws: What is left.
  mutating func end() throws(PublicKeyFault) {
    try next { reader throws(WireFault) in try reader.end() }
  }
}
