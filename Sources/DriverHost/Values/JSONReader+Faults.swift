extension JSONReader {
  /// How many duplicate names are reported before reading stops.
  private static var faultLimit: Int { 100 }

  /// What is wrong where something else should stand at `position`.
  func expected(_ expected: String) -> JSONFailure {
    JSONFailure(
      offset: position,
      expected: expected,
      message: "there should be \(expected) here, not \(found(at: position))"
    )
  }

  /// What stands at an offset, in words.
  ///
  /// No more of it than one character, since it may be a secret.
  private func found(at offset: Int) -> String {
    let byte = input[offset]
    switch byte {
    case _ where offset >= input.count: return "the end of the document"
    case UInt8(ascii: "\""): return "a string"
    case UInt8(ascii: "`"), UInt8(ascii: "'"): return "a quotation mark other than `\"`"
    case 0x21...0x7E: return "`\(Character(Unicode.Scalar(byte)))`"
    case 0x80...: return "a character outside ASCII"
    case 0x20, 0x09: return "a blank"
    case 0x0A, 0x0D: return "a line break"
    default: return "a control character"
    }
  }

  /// Refuses what is not UTF-8, and a byte order mark.
  func checkEncoding() throws(JSONFailure) {
    if input.count >= 2, input[0] | input[1] == 0xFF, input[0] >= 0xFE {
      throw JSONFailure(
        offset: 0,
        expected: "UTF-8",
        message: "this is UTF-16; JSON is UTF-8: save it as that"
      )
    }
    if input.holds("\u{FEFF}", at: 0) {
      throw JSONFailure(
        offset: 0,
        expected: "a value",
        message: "a byte order mark stands in front, which JSON forbids; save it without one"
      )
    }
    guard !source.isValid, let (offset, reason) = input.firstInvalidByte() else { return }
    throw JSONFailure(
      offset: offset,
      expected: "UTF-8",
      message: "this is not UTF-8: \(reason); save the document as UTF-8"
    )
  }

  /// Notes that the newest name stands twice in its map.
  mutating func noteDuplicate(at offset: Int) {
    guard faults.count < JSONReader.faultLimit else { return }
    faults.append(
      fault(
        JSONFailure(
          offset: offset,
          expected: "another name",
          message: "this name stands twice in its map; remove or rename one of the two"
        )
      )
    )
  }

  /// A failure as users see it, with its place in the file and in the value.
  func fault(_ failure: JSONFailure) -> Fault {
    var counter = PlaceCounter()
    let place = counter.place(of: failure.offset, in: input)
    return Fault(
      .syntax,
      at: pointer,
      failure.message,
      expected: failure.expected,
      location: SourceLocation(
        file: source.file ?? "<text>",
        line: Int(place.line),
        column: Int(place.column)
      )
    )
  }

  /// The place of what is being read.
  private var pointer: JSONPointer {
    JSONPointer(
      open.filter { $0.count > 0 }.map { container in
        container.isMap
          ? names.spelling(at: container.firstName + container.count - 1)
          : String(container.count - 1)
      }
    )
  }
}

extension HostError {
  /// A document over a limit of size.
  static func tooLarge(_ bytes: Int, limit: Int, file: String) -> HostError {
    let fault = Fault(
      .syntax,
      "has \(bytes) bytes; the limit is \(limit)",
      expected: "\(limit) bytes at most",
      got: "\(bytes) bytes",
      location: SourceLocation(file: file)
    )
    var error = HostError(faults: [fault], of: file)
    error.code = .tooLarge
    return error
  }
}
