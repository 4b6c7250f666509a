extension YAML {
  /// A value as a YAML document that reads back as the same value.
  ///
  /// In blocks, two spaces a level, members in their order, lines never folded, so that a change of one value is
  /// a change of one line. A text is written without quotes where it would be read back as that text, and as a
  /// literal block where it has several lines. Bytes are written as base64 text and decimals as numbers.
  ///
  /// - Parameter value: The value.
  /// - Returns: The document in UTF-8, ended by a line end.
  /// - Throws: At the stage `.input`, what in the value no YAML document can hold.
  public static func bytes(_ value: Value) throws(HostError) -> [UInt8] {
    do throws(YAMLFailure) {
      var writer = try YAMLWriter()
      return try writer.document(value)
    } catch {
      throw HostError(
        .invalidInput,
        stage: .input,
        "this cannot be written as YAML: \(error.problem)"
      )
    }
  }

  /// A value as a YAML document, as `bytes` has it.
  ///
  /// - Parameter value: The value.
  /// - Returns: The document.
  /// - Throws: As `bytes` does.
  public static func text(_ value: Value) throws(HostError) -> String {
    String(decoding: try bytes(value), as: UTF8.self)
  }
}

/// Sends a value to libyaml's emitter.
///
/// Recursive: as deep as its values, which readers limit.
private struct YAMLWriter: ~Copyable {
  private var emitter: YAMLEmitterHandle

  init() throws(YAMLFailure) { emitter = try YAMLEmitterHandle() }

  mutating func document(_ value: Value) throws(YAMLFailure) -> [UInt8] {
    try write(value)
    return try emitter.finish()
  }

  private mutating func write(_ value: Value) throws(YAMLFailure) {
    switch value.resolved {
    case .null: try emitter.scalar("null", .plain)
    case .bool(let truth): try emitter.scalar(truth ? "true" : "false", .plain)
    case .int(let integer): try emitter.scalar(String(integer), .plain)
    case .double, .decimal:
      try emitter.scalar(JSON.text(value, decimals: .number), .plain)
    case .string(let text): try write(text)
    case .bytes(let bytes): try write(Base64.encode(bytes))
    case .list(let items):
      try emitter.listStart(isEmpty: items.isEmpty)
      for item in items { try write(item) }
      try emitter.listEnd()
    case .map(let members):
      try emitter.mapStart(isEmpty: members.isEmpty)
      for (name, member) in members {
        // A name is the text of its scalar, whatever that looks like; one with several lines is not written as
        // a block, which names may not be.
        try emitter.scalar(name, YAMLWriter.needsQuotes(name) ? .doubleQuoted : .plain)
        try write(member)
      }
      try emitter.mapEnd()
    case .json: try emitter.scalar(JSON.text(value), .doubleQuoted)
    }
  }

  private mutating func write(_ text: String) throws(YAMLFailure) {
    // Blocks keep neither carriage returns nor what cannot be printed, nor spaces at the start or at line ends
    // in a way that people see.
    if text.utf8.contains(UInt8(ascii: "\n")), !YAMLWriter.needsQuotes(text, inBlock: true) {
      try emitter.scalar(text, .literal)
    } else if YAMLWriter.needsQuotes(text) {
      try emitter.scalar(text, .doubleQuoted)
    } else {
      let readsAsText = (try? YAMLScalar.value(ofPlain: text)) == .string(text)
      try emitter.scalar(text, readsAsText ? .plain : .singleQuoted)
    }
  }

  /// Whether a text has what only double quotes can hold or show.
  private static func needsQuotes(_ text: String, inBlock: Bool = false) -> Bool {
    let scalars = text.unicodeScalars
    let hasControls = scalars.contains { scalar in
      switch scalar.value {
      case 0x0A where inBlock: false
      case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
      default: false
      }
    }
    guard inBlock, !hasControls else { return hasControls }
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return text.utf8.first == UInt8(ascii: " ") || text.utf8.first == UInt8(ascii: "\n")
      || lines.contains { $0.last == UInt8(ascii: " ") }
  }
}
