/// Tells which parentheses of a statement a NOT applies to.
///
/// A NOT reaches up to the next AND, OR, comma or clause of its own level. What a query in parentheses has in it is not
/// negated by what stands before them.
struct NegationTracker {
  /// A level of parentheses.
  private struct Level {
    var isNegated: Bool
    var isBehindNot = false
    var isEmpty = true
  }

  private var levels = [Level(isNegated: false)]

  /// Whether the parentheses around what comes next are negated.
  var isNegated: Bool { levels[levels.count - 1].isNegated }

  /// Takes note of a piece.
  ///
  /// - Parameters:
  ///   - token: A piece that is no blank and no comment.
  ///   - bytes: What was scanned.
  mutating func add(_ token: SQLToken, in bytes: [UInt8]) {
    let last = levels.count - 1
    let isFirst = levels[last].isEmpty
    levels[last].isEmpty = false
    switch token.kind {
    case .semicolon: levels = [Level(isNegated: false)]
    case .punctuation:
      switch bytes[token.range.lowerBound] {
      case UInt8(ascii: "("):
        levels.append(Level(isNegated: levels[last].isNegated || levels[last].isBehindNot))
      case UInt8(ascii: ")"):
        // One too many is for the database to complain about.
        if last > 0 { levels.removeLast() }
      case UInt8(ascii: ","): levels[last].isBehindNot = false
      default: break
      }
    case .word:
      let word = token.keyword(in: bytes)
      if word == "NOT" {
        levels[last].isBehindNot = true
      } else if NegationTracker.ends.contains(word) {
        levels[last].isBehindNot = false
      }
      if isFirst, NegationTracker.queries.contains(word) {
        levels[last].isNegated = false
      }
    default: break
    }
  }

  private static let ends: Set<String> = [
    "AND", "ELSE", "HAVING", "ON", "OR", "SELECT", "SET", "THEN", "WHEN", "WHERE", "XOR",
  ]
  private static let queries: Set<String> = ["SELECT", "TABLE", "VALUES", "WITH"]
}
