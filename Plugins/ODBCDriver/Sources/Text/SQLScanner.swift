/// A walk over the pieces of a statement or a script, which together are all of it.
///
/// Not a lexer of SQL: it knows what is needed to tell what stands in quotes and comments, and where parameters are.
/// Takes a time that is linear in the length, and splits no character.
///
/// `:name` is a parameter where nothing stands directly before the colon that an expression can end with: a letter, a
/// digit, a closing quote, `]`, `)`, a parameter, or another colon. So `a[1:x]`, `12:30`, `x::int`, `'key':value` and
/// labels have none, and `a[:x]`, `in (:x)` and `@a:=:x` do. A name begins with a letter or `_`, and goes on with
/// letters, digits and `_`. `\:` is a colon as it stands.
///
/// `?` is a parameter wherever it stands outside of quotes and comments, also as a part of an operator such as `?|`:
/// that is how ODBC's drivers count them.
struct SQLScanner: Sequence, IteratorProtocol {
  let bytes: [UInt8]
  let dialect: SQLDialect
  /// Where the next piece begins.
  private(set) var place = 0
  /// What is told as a delimiter, in the middle of words too; empty: nothing.
  var delimiter: [UInt8] = []
  /// Where the executable comment begins that is open here.
  private(set) var executableStart: Int?
  /// Whether a colon that comes next belongs to what stands before it.
  private var bindsColon = false

  /// Begins a walk.
  ///
  /// - Parameters:
  ///   - bytes: A text in UTF-8.
  ///   - dialect: What it is written in.
  init(_ bytes: [UInt8], _ dialect: SQLDialect) {
    self.bytes = bytes
    self.dialect = dialect
  }

  /// The next piece; nil at the end.
  mutating func next() -> SQLToken? {
    guard place < bytes.count else { return nil }
    let start = place
    var isTerminated = true
    let kind = isDelimiter(place) ? skip(delimiter.count, .delimiter) : scan(&isTerminated)
    switch kind {
    case .word, .number, .text, .identifier, .positional, .named, .escapedColon: bindsColon = true
    case .punctuation:
      bindsColon = "]):".utf8.contains(bytes[place - 1])
    default: bindsColon = false
    }
    return SQLToken(kind: kind, range: start..<place, isTerminated: isTerminated)
  }

  /// Leaves out what stands before a place.
  ///
  /// - Parameter place: Where the next piece begins, not before where it would.
  mutating func skip(to place: Int) {
    self.place = Swift.max(self.place, Swift.min(place, bytes.count))
    bindsColon = false
  }

  private mutating func scan(_ isTerminated: inout Bool) -> SQLToken.Kind {
    let byte = bytes[place]
    switch byte {
    case 0x09...0x0D, 0x20: return blanks()
    case UInt8(ascii: "'"):
      isTerminated = quoted(by: byte, backslashes: dialect.backslashEscapes)
      return .text
    case UInt8(ascii: "\""):
      isTerminated = quoted(by: byte, backslashes: dialect.backslashEscapes)
      return dialect.backslashEscapes ? .text : .identifier
    case UInt8(ascii: "`") where dialect.backtickIdentifiers:
      isTerminated = quoted(by: byte)
      return .identifier
    case UInt8(ascii: "[") where dialect.brackets != .punctuation:
      isTerminated = quoted(by: UInt8(ascii: "]"), doubles: dialect.brackets == .doubled)
      return .identifier
    case UInt8(ascii: "-") where isDashComment: return lineComment()
    case UInt8(ascii: "#") where dialect.hashComments: return lineComment()
    case UInt8(ascii: "/") where self[1] == UInt8(ascii: "*"):
      if let length = executableLength {
        executableStart = executableStart ?? place
        return skip(length, .executable)
      }
      isTerminated = blockComment()
      return .comment
    case UInt8(ascii: "*") where executableStart != nil && self[1] == UInt8(ascii: "/"):
      executableStart = nil
      return skip(2, .executable)
    case UInt8(ascii: "$") where dialect.dollarQuotes:
      guard let tag = dollarTag else { return skip(1, .punctuation) }
      isTerminated = dollarQuoted(tag)
      return .text
    case UInt8(ascii: "?"): return skip(1, .positional)
    case SQLScanner.colon: return afterColon()
    case UInt8(ascii: "\\") where self[1] == SQLScanner.colon: return skip(2, .escapedColon)
    case UInt8(ascii: ";"): return skip(1, .semicolon)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
    case _ where SQLScanner.isWordStart(byte): return word(&isTerminated)
    default: return skip(1, .punctuation)
    }
  }

  /// The byte that stands some bytes after the place; nil: none does.
  subscript(offset: Int) -> UInt8? { place + offset < bytes.count ? bytes[place + offset] : nil }

  /// Goes on by some bytes.
  mutating func advance(_ count: Int = 1) { place += count }

  /// Goes on by the bytes of a piece.
  private mutating func skip(_ count: Int, _ kind: SQLToken.Kind) -> SQLToken.Kind {
    advance(count)
    return kind
  }

  private static let colon = UInt8(ascii: ":")
}

// MARK: - Words

extension SQLScanner {
  private mutating func blanks() -> SQLToken.Kind {
    while let byte = self[0], SQLScanner.isBlank(byte) { place += 1 }
    return .whitespace
  }

  private mutating func number() -> SQLToken.Kind {
    while let byte = self[0], byte == UInt8(ascii: ".") || SQLScanner.isASCIIWord(byte),
      !isDelimiter(place)
    {
      place += 1
    }
    return .number
  }

  private mutating func word(_ isTerminated: inout Bool) -> SQLToken.Kind {
    let start = place
    while let byte = self[0], !isDelimiter(place) {
      if byte < 0x80 {
        guard SQLScanner.isASCIIWord(byte) || byte == UInt8(ascii: "$") else { break }
        place += 1
      } else {
        let (scalar, length) = scalar(at: place)
        // A blank that was pasted from elsewhere; databases disagree on what it is, people do not.
        if scalar.properties.isWhitespace || scalar == "\u{FEFF}" {
          return place == start ? skip(length, .whitespace) : .word
        }
        place += length
      }
    }
    guard dialect.escapeStrings, place == start + 1, bytes[start] | 0x20 == UInt8(ascii: "e"),
      self[0] == UInt8(ascii: "'")
    else { return .word }
    isTerminated = escapeString()
    return .text
  }

  private mutating func afterColon() -> SQLToken.Kind {
    if self[1] == SQLScanner.colon || self[1] == UInt8(ascii: "=") { return skip(2, .punctuation) }
    let end = nameEnd(place + 1)
    if bindsColon || end == place + 1 { return skip(1, .punctuation) }
    return skip(end - place, .named)
  }

  private func nameEnd(_ start: Int) -> Int {
    var end = start
    while end < bytes.count {
      let (scalar, length) = scalar(at: end)
      let properties = scalar.properties
      if scalar != "_", !properties.isAlphabetic {
        if end == start { break }
        switch properties.generalCategory {
        case .decimalNumber, .nonspacingMark, .spacingMark: break
        default: return end
        }
      }
      end += length
    }
    return end
  }

  /// The character at a byte, and how many bytes it has.
  private func scalar(at place: Int) -> (Unicode.Scalar, Int) {
    let first = bytes[place]
    let length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard length > 1 else { return (Unicode.Scalar(first), 1) }
    guard place + length <= bytes.count else { return ("\u{FFFD}", bytes.count - place) }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for byte in bytes[(place + 1)..<(place + length)] { value = value << 6 | UInt32(byte & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  private func isDelimiter(_ place: Int) -> Bool {
    guard let first = delimiter.first, bytes[place] == first else { return false }
    return bytes[place...].starts(with: delimiter)
  }

  /// Whether a byte is a blank of ASCII.
  ///
  /// - Parameter byte: The byte.
  /// - Returns: Whether it is a blank or ends a line.
  static func isBlank(_ byte: UInt8) -> Bool { 0x09...0x0D ~= byte || byte == 0x20 }

  /// Whether a byte begins a word, or a character outside of ASCII.
  static func isWordStart(_ byte: UInt8) -> Bool {
    0x61...0x7A ~= byte | 0x20 || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private static func isASCIIWord(_ byte: UInt8) -> Bool {
    byte < 0x80 && isWordStart(byte) || 0x30...0x39 ~= byte
  }
}
