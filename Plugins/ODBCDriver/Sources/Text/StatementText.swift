/// A statement as a user writes it, with the places where values go.
///
/// Places are `?` or `:name`, not both. What is in quotes and comments is none of them. A list of values stands in
/// parentheses: `in (:ids)` or `in (?)`.
struct StatementText: Hashable, Sendable {
  /// A place where a value or a list of them goes.
  enum Place: Hashable, Sendable {
    /// A `?`, by its number among these, from 0.
    case positional(Int)
    /// A `:name`, without the colon.
    case named(String)
  }

  /// The statement as it was written.
  let sql: String
  /// In the order in which they stand there; a name as often as it does.
  let places: [Place]
  /// The names, each once, in the order in which they come first.
  let names: [String]
  /// The quote or comment that does not end; nil: all do.
  ///
  /// Not thrown, since the dialect may be another one than was thought: without values there is no harm in that, with
  /// some they could go to the wrong place.
  let openEnd: StatementFault?
  private let cuts: [Cut]
  private let negated: [Bool]

  /// What does not stay as it is written.
  private struct Cut: Hashable {
    let range: Range<Int>
    /// The place that it is; nil: a colon.
    let place: Int?
  }

  /// How many `?` there are.
  var positionalCount: Int { names.isEmpty ? places.count : 0 }

  /// Looks for the places of a statement.
  ///
  /// - Parameters:
  ///   - sql: The statement.
  ///   - dialect: What it is written in.
  /// - Throws: What makes it unusable: both kinds of places, a `?1`, a place in an executable comment of MySQL (whether
  ///   it counts is known by the server only), or U+0000.
  init(_ sql: String, _ dialect: SQLDialect) throws(StatementFault) {
    let bytes = Array(sql.utf8)
    // Some drivers take a statement to end there, which may be before its WHERE.
    if let zero = bytes.firstIndex(of: 0) {
      throw StatementFault("there is a zero byte, which no statement can hold", at: zero, in: bytes)
    }
    var scanner = SQLScanner(bytes, dialect)
    var reader = PlaceReader()
    var openEnd: StatementFault?
    while let token = scanner.next() {
      if !token.isTerminated { openEnd = StatementFault(unterminated: token, in: bytes) }
      if token.isSignificant { reader.negation.add(token, in: bytes) }
      switch token.kind {
      case .escapedColon: reader.cuts.append(Cut(range: token.range, place: nil))
      case .positional, .named:
        try reader.add(token, in: scanner)
      default: break
      }
    }
    if openEnd == nil, let start = scanner.executableStart {
      let opening = SQLToken(kind: .executable, range: start..<bytes.count)
      openEnd = StatementFault(unterminated: opening, in: bytes)
    }
    self.sql = sql
    self.openEnd = openEnd
    places = reader.places
    names = reader.names
    cuts = reader.cuts
    negated = reader.negated
  }

  /// The text for the driver: with a `?` for each value.
  ///
  /// A list without values becomes `null`, so that `in (null)` is true for nothing. `not in (null)` is true for nothing
  /// too, instead of for everything: `isNegated` tells where that would be.
  ///
  /// - Parameter counts: How many values each of the places has, in their order.
  /// - Returns: The text; the one that was written where that needs no change.
  func text(_ counts: [Int]) -> String {
    precondition(counts.count == places.count, "a count for each place")
    let isUnchanged = cuts.allSatisfy { cut in
      guard let place = cut.place, case .positional = places[place] else { return false }
      return counts[place] == 1
    }
    if isUnchanged { return sql }
    let bytes = Array(sql.utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + 3 * counts.reduce(0, +))
    var end = 0
    for cut in cuts {
      text += bytes[end..<cut.range.lowerBound]
      end = cut.range.upperBound
      guard let place = cut.place else {
        text.append(UInt8(ascii: ":"))
        continue
      }
      if counts[place] == 0 { text += "null".utf8 }
      for number in 0..<counts[place] { text += number == 0 ? "?".utf8 : ", ?".utf8 }
    }
    text += bytes[end...]
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether a place stands in parentheses that a NOT applies to, so that a list there must not be empty.
  ///
  /// So it is in `not in (:ids)` and in `not (a = 1 or id in (:ids))`, and not in `not exists (select … in (:ids))`: a
  /// query has rows or none. Two of them count as one.
  ///
  /// - Parameter place: The number of the place, from 0.
  /// - Returns: Whether an empty list would find nothing, where it should find everything.
  func isNegated(_ place: Int) -> Bool { negated[place] }
}

// MARK: - Reading

extension StatementText {
  /// What is gathered on the walk over a statement.
  private struct PlaceReader {
    var places: [Place] = []
    var names: [String] = []
    var cuts: [Cut] = []
    var negated: [Bool] = []
    var negation = NegationTracker()
    private var known: Set<String> = []
    private var first: Range<Int>?

    mutating func add(_ token: SQLToken, in scanner: SQLScanner) throws(StatementFault) {
      let bytes = scanner.bytes
      let start = token.range.lowerBound
      if scanner.executableStart != nil {
        throw StatementFault(
          "a parameter stands in an executable comment, where it counts for some servers only: "
            + "write the statement without the comment",
          at: start,
          in: bytes
        )
      }
      let name = String(decoding: bytes[token.range].dropFirst(), as: UTF8.self)
      if let first, names.isEmpty != (token.kind == .positional) {
        let other = String(decoding: bytes[first], as: UTF8.self)
        let position = TextPosition(of: first.lowerBound, in: bytes)
        // People who write names do not think of PostgreSQL's operators as parameters; drivers do.
        let cure =
          scanner.dialect.dollarQuotes
          ? "; instead of an operator with ? call its function, such as jsonb_exists" : ""
        throw StatementFault(
          "the statement has \(token.kind == .positional ? "?" : ":" + name) here and \(other) on "
            + "line \(position.line), column \(position.column): write all parameters in one way\(cure)",
          at: start,
          in: bytes
        )
      }
      first = first ?? token.range
      cuts.append(Cut(range: token.range, place: places.count))
      negated.append(negation.isNegated)
      guard token.kind == .positional else {
        places.append(.named(name))
        if known.insert(name).inserted { names.append(name) }
        return
      }
      let end = token.range.upperBound
      if end < bytes.count, 0x30...0x39 ~= bytes[end] {
        throw StatementFault(
          "parameters have no numbers: write ? for each, or :name where one comes again",
          at: start,
          in: bytes
        )
      }
      places.append(.positional(places.count))
    }
  }
}
