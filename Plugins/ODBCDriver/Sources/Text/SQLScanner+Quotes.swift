// Quotes and comments: where they end.

extension SQLScanner {
  /// Goes to the end of a quote, and says whether there is one.
  mutating func quoted(by close: UInt8, backslashes: Bool = false, doubles: Bool = true) -> Bool {
    advance()
    while let byte = self[0] {
      advance()
      if backslashes, byte == UInt8(ascii: "\\") {
        if self[0] != nil { advance() }
      } else if byte == close {
        guard doubles, self[0] == close else { return true }
        advance()
      }
    }
    return false
  }

  /// Goes to the end of an `E'…'` of PostgreSQL, from its first quote.
  ///
  /// A quote that begins on a later line, with nothing but blanks and comments between, goes on with it.
  mutating func escapeString() -> Bool {
    while quoted(by: UInt8(ascii: "'"), backslashes: true) {
      guard let next = continuation() else { return true }
      advance(next)
    }
    return false
  }

  /// How far it is to the quote that goes on with the one before.
  private func continuation() -> Int? {
    var offset = 0
    var isNextLine = false
    while let byte = self[offset] {
      switch byte {
      case 0x0A, 0x0D: isNextLine = true
      case 0x09, 0x0B, 0x0C, 0x20: break
      case UInt8(ascii: "-") where self[offset + 1] == byte:
        while let byte = self[offset + 1], byte != 0x0A, byte != 0x0D { offset += 1 }
      case UInt8(ascii: "'"): return isNextLine ? offset : nil
      default: return nil
      }
      offset += 1
    }
    return nil
  }

  /// The opening quote `$tag$` that begins here; nil: none does.
  var dollarTag: ArraySlice<UInt8>? {
    var end = place + 1
    while end < bytes.count, bytes[end] != UInt8(ascii: "$") {
      let byte = bytes[end]
      let isDigit = 0x30...0x39 ~= byte && end > place + 1
      guard isDigit || SQLScanner.isWordStart(byte) else { return nil }
      end += 1
    }
    return end < bytes.count ? bytes[place...end] : nil
  }

  /// Goes to the end of a text in dollar quotes, and says whether there is one.
  mutating func dollarQuoted(_ tag: ArraySlice<UInt8>) -> Bool {
    advance(tag.count)
    while let byte = self[0] {
      if byte == UInt8(ascii: "$"), bytes[place...].starts(with: tag) {
        advance(tag.count)
        return true
      }
      advance()
    }
    return false
  }

  /// Whether two dashes here begin a comment.
  var isDashComment: Bool {
    guard self[1] == UInt8(ascii: "-") else { return false }
    guard dialect.dashCommentsNeedBlank, let behind = self[2] else { return true }
    return behind <= 0x20 || behind == 0x7F
  }

  /// Goes to the end of the line.
  mutating func lineComment() -> SQLToken.Kind {
    while let byte = self[0], byte != 0x0A, byte != 0x0D || !dialect.returnEndsComments {
      advance()
    }
    return .comment
  }

  /// Goes to the end of a comment, and says whether there is one.
  mutating func blockComment() -> Bool {
    advance(2)
    var depth = 1
    while let byte = self[0] {
      if byte == UInt8(ascii: "*"), self[1] == UInt8(ascii: "/") {
        advance(2)
        depth -= 1
        if depth == 0 { return true }
      } else if dialect.nestedComments, byte == UInt8(ascii: "/"), self[1] == UInt8(ascii: "*") {
        advance(2)
        depth += 1
      } else {
        advance()
      }
    }
    return false
  }

  /// The length of what begins an executable comment, with the version of the server; nil: this one is none.
  var executableLength: Int? {
    guard dialect.executableComments else { return nil }
    var length = 2
    if self[length] == UInt8(ascii: "M") { length += 1 }
    guard self[length] == UInt8(ascii: "!") else { return nil }
    length += 1
    var digits = 0
    while digits < 6, let byte = self[length + digits], 0x30...0x39 ~= byte { digits += 1 }
    return digits < 5 ? length : length + digits
  }
}
