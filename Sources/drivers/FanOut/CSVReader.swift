import DriverHost

/// Reads records of comma-separated values (RFC 4180) one by one.
struct CSVReader {
  /// One field: its text, and whether it stood in quotes.
  struct Field {
    var text: String
    var isQuoted: Bool
  }

  private let source: ByteSource
  /// The line that is read next, from 1.
  private(set) var line = 1

  init(_ source: ByteSource) { self.source = source }

  /// The next record, and the line on which it begins; nil at the end.
  ///
  /// Empty lines are skipped.
  ///
  /// - Throws: What is wrong with it, with its line.
  mutating func next() throws(HostError) -> (fields: [Field], line: Int)? {
    while let byte = try source.peek(), byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
      _ = try source.next()
      if byte == UInt8(ascii: "\n") { line += 1 }
    }
    guard try source.peek() != nil else { return nil }
    let start = line
    var fields: [Field] = []
    while true {
      let (field, end) = try field()
      fields.append(field)
      if end != UInt8(ascii: ",") { return (fields, start) }
    }
  }

  /// A field and the byte that ended it; nil at the end of the file.
  private mutating func field() throws(HostError) -> (Field, UInt8?) {
    guard try source.peek() == UInt8(ascii: "\"") else {
      var bytes: [UInt8] = []
      while let byte = try source.next() {
        if byte == UInt8(ascii: ",") { return (try made(bytes, false, line), byte) }
        if byte == UInt8(ascii: "\n") {
          if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
          defer { line += 1 }
          return (try made(bytes, false, line), byte)
        }
        try append(byte, to: &bytes, line)
      }
      return (try made(bytes, false, line), nil)
    }
    _ = try source.next()
    let start = line
    var bytes: [UInt8] = []
    while let byte = try source.next() {
      if byte == UInt8(ascii: "\n") { line += 1 }
      guard byte == UInt8(ascii: "\"") else {
        try append(byte, to: &bytes, start)
        continue
      }
      switch try source.next() {
      case UInt8(ascii: "\"")?: bytes.append(byte)
      case UInt8(ascii: ",")?: return (try made(bytes, true, start), UInt8(ascii: ","))
      case nil: return (try made(bytes, true, start), nil)
      case UInt8(ascii: "\r")? where try source.peek() == UInt8(ascii: "\n"):
        _ = try source.next()
        line += 1
        return (try made(bytes, true, start), UInt8(ascii: "\n"))
      case UInt8(ascii: "\n")?:
        line += 1
        return (try made(bytes, true, start), UInt8(ascii: "\n"))
      default:
        throw fault(
          line,
          "there is something behind a closing quote; a quote in a field is written twice"
        )
      }
    }
    throw fault(start, "a field that begins with a quote has no closing one")
  }

  private func append(_ byte: UInt8, to bytes: inout [UInt8], _ start: Int) throws(HostError) {
    bytes.append(byte)
    guard bytes.count > ByteSource.limit else { return }
    var error = fault(
      start,
      "a field has more than \(ByteSource.limit >> 20) MiB, which is the limit; a quote may not be closed"
    )
    error.code = .tooLarge
    throw error
  }

  /// A field that begins on a line.
  private func made(
    _ bytes: [UInt8],
    _ isQuoted: Bool,
    _ start: Int
  ) throws(HostError) -> Field {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw fault(start, "a field is not UTF-8 text")
    }
    return Field(text: text, isQuoted: isQuoted)
  }

  /// What is wrong at a line.
  func fault(_ line: Int, _ message: String) -> HostError {
    var error = HostError(.invalidInput, stage: .input, message)
    error.location = location(line)
    return error
  }

  /// The place of a line.
  func location(_ line: Int) -> SourceLocation { SourceLocation(file: source.name, line: line) }
}
