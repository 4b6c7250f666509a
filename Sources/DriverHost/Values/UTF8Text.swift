/// The bytes of a file as UTF-8 without a byte order mark.
struct UTF8Text {
  /// UTF-8.
  let bytes: [UInt8]

  /// The text of a file: UTF-8, or UTF-16 that begins with a byte order mark (YAML 1.2, section
  /// 5.2).
  init(_ bytes: [UInt8], file: String) throws(HostError) {
    func isFirst(_ mark: [UInt8]) -> Bool { bytes.starts(with: mark) }
    if isFirst([0xFF, 0xFE, 0, 0]) || isFirst([0, 0, 0xFE, 0xFF]) {
      throw UTF8Text.refusal(
        "this is UTF-32; save the document as UTF-8",
        file: file,
        place: SourcePlace()
      )
    }
    if isFirst([0xFF, 0xFE]) {
      self.bytes = try UTF8Text.decode(bytes, file: file) { UInt16($1) << 8 | UInt16($0) }
    } else if isFirst([0xFE, 0xFF]) {
      self.bytes = try UTF8Text.decode(bytes, file: file) { UInt16($0) << 8 | UInt16($1) }
    } else {
      self.bytes = isFirst([0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
      try checkEncoding(file: file)
    }
  }

  private static func decode(
    _ bytes: [UInt8],
    file: String,
    unit: (UInt8, UInt8) -> UInt16
  ) throws(HostError) -> [UInt8] {
    guard bytes.count.isMultiple(of: 2) else {
      throw refusal(
        "this is UTF-16 with half a character at its end; save the document as UTF-8",
        file: file,
        place: SourcePlace()
      )
    }
    let units = stride(from: 2, to: bytes.count, by: 2).map { unit(bytes[$0], bytes[$0 + 1]) }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw refusal(
        "this is UTF-16 with half a surrogate pair; save the document as UTF-8",
        file: file,
        place: SourcePlace()
      )
    }
    return Array(text.utf8)
  }

  private func checkEncoding(file: String) throws(HostError) {
    let fault = unsafe bytes.withUnsafeBufferPointer { bytes -> (SourcePlace, String)? in
      let source = unsafe SourceBytes(bytes)
      guard let (offset, reason) = source.firstInvalidByte() else { return nil }
      var places = PlaceCounter()
      return (places.place(of: offset, in: source), reason)
    }
    guard let (place, reason) = fault else { return }
    throw UTF8Text.refusal(
      "this is not UTF-8: \(reason); save the document as UTF-8",
      file: file,
      place: place
    )
  }

  private static func refusal(_ message: String, file: String, place: SourcePlace) -> HostError {
    HostError(
      faults: [
        Fault(
          .syntax,
          message,
          expected: "UTF-8",
          location: SourceLocation(file: file, line: Int(place.line), column: Int(place.column))
        )
      ],
      of: file
    )
  }
}
