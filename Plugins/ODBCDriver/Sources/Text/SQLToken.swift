/// A piece of a statement.
struct SQLToken: Hashable, Sendable {
  /// What a piece is.
  enum Kind: Hashable, Sendable {
    case whitespace
    case comment
    /// A text in quotes, with what belongs to them: `'…'`, `E'…'`, `$$…$$`, and `"…"` where that is a text.
    case text
    /// A name in quotes.
    case identifier
    /// A keyword, or a name without quotes.
    case word
    case number
    /// `?`
    case positional
    /// `:name`
    case named
    /// `\:`, which stands for a colon.
    case escapedColon
    case semicolon
    /// What the scanner was told to look for.
    case delimiter
    /// The beginning or the end of an executable comment: `/*!50003` or `*/`.
    case executable
    /// Any other character; `::` and `:=` are one piece.
    case punctuation
  }

  let kind: Kind
  /// Where it stands among the bytes.
  let range: Range<Int>
  /// Whether the quote or comment that it is ends; if not, it goes on to the end of the statement.
  var isTerminated = true
}

extension SQLToken {
  /// Whether it is more than a blank or a comment.
  var isSignificant: Bool { kind != .whitespace && kind != .comment }

  /// The keyword that a word may be.
  ///
  /// - Parameter bytes: What was scanned.
  /// - Returns: The word in upper case; empty: it is no word, or too long for a keyword.
  func keyword(in bytes: [UInt8]) -> String {
    guard kind == .word, range.count <= SQLToken.longestKeyword else { return "" }
    return String(
      decoding: bytes[range].map { 0x61...0x7A ~= $0 ? $0 - 0x20 : $0 },
      as: UTF8.self
    )
  }

  /// Longer than any word that is looked for: what is longer need not be copied.
  private static let longestKeyword = 24
}
