/// Reads a pattern by the grammar of ECMA-262, 22.2.1, with `UnicodeMode`, and writes it for PCRE2.
///
/// Only what the grammar knows is written, with every character that could mean something to PCRE2
/// as `\x{…}`: none of PCRE2's own syntax can come through. Callouts stand wherever a match may
/// go another way, so that its work can be counted: see `MatchMeter`.
struct ECMARegexParser {
  typealias SyntaxFault = ECMARegex.SyntaxFault

  /// A part of the translation; references wait until all groups are known.
  private enum Piece {
    case text(String)
    case reference(number: Int, at: Int)
    case namedReference(name: String, at: Int)
  }

  /// Where a group stands: in which alternative of each disjunction around it.
  private struct Branch: Hashable {
    var disjunction: Int
    var alternative: Int
  }

  private struct NamedGroup {
    var name: String
    var number: Int
    var branches: [Branch]
  }

  /// The flags that modifiers, `(?i-m:…)`, change.
  struct Flags {
    var ignoresCase = false
    var isMultiline = false
    var dotMatchesAll = false
  }

  /// PCRE2's own limit, `parens_nest_limit`.
  private static let maximumNesting = 250
  /// The most that PCRE2 repeats.
  private static let maximumRepeat = 65_535
  /// Where a match begins, at each place that is tried.
  private static let startCallout = "(?C1)"
  /// Where it goes on behind a choice.
  private static let callout = "(?C)"

  let scalars: [Unicode.Scalar]
  var position = 0
  var flags = Flags()

  private var pieces: [Piece] = []
  private var groupCount = 0
  private var namedGroups: [NamedGroup] = []
  private var branches: [Branch] = []
  private var disjunctionCount = 0

  init(_ source: String) {
    scalars = Array(source.unicodeScalars)
  }

  /// The whole pattern for PCRE2.
  mutating func translate() throws(SyntaxFault) -> String {
    try disjunction()
    if position < scalars.count { throw fault("unmatched `)`") }
    var text = ECMARegexParser.startCallout
    for piece in pieces {
      switch piece {
      case .text(let part): text += part
      case .reference(let number, let place):
        guard number <= groupCount else {
          throw SyntaxFault(reason: "there is no group \(number)", position: place)
        }
        text += "\\g{\(number)}"
      case .namedReference(let name, let place):
        let groups = namedGroups.filter { $0.name == name }
        guard !groups.isEmpty else {
          throw SyntaxFault(reason: "there is no group named `\(name)`", position: place)
        }
        // Of several groups with one name at most one takes part; the others match empty.
        text += "(?:" + groups.map { "\\g{\($0.number)}" }.joined() + ")"
      }
    }
    return text
  }
}

// MARK: - Alternatives and terms

extension ECMARegexParser {
  private mutating func disjunction() throws(SyntaxFault) {
    if branches.count >= ECMARegexParser.maximumNesting {
      throw limit("groups nest deeper than \(ECMARegexParser.maximumNesting) levels")
    }
    disjunctionCount += 1
    branches.append(Branch(disjunction: disjunctionCount, alternative: 0))
    while let next = peek, next != ")" {
      if next == "|" {
        position += 1
        branches[branches.count - 1].alternative += 1
        emit("|" + ECMARegexParser.callout)
      } else {
        try term(next)
      }
    }
    branches.removeLast()
  }

  private mutating func term(_ next: Unicode.Scalar) throws(SyntaxFault) {
    let isQuantifiable: Bool
    switch next {
    case "^":
      position += 1
      emit(flags.isMultiline ? "(?<![^\\n\\r\\x{2028}\\x{2029}])" : "^")
      isQuantifiable = false
    case "$":
      position += 1
      emit(flags.isMultiline ? "(?![^\\n\\r\\x{2028}\\x{2029}])" : "$")
      isQuantifiable = false
    case "(": isQuantifiable = try group()
    case ".":
      position += 1
      emit(flags.dotMatchesAll ? "[\\x{0}-\\x{10ffff}]" : "[^\\n\\r\\x{2028}\\x{2029}]")
      isQuantifiable = true
    case "[":
      emit(try characterClass())
      isQuantifiable = true
    case "\\": isQuantifiable = try escapedTerm()
    case "*", "+", "?": throw fault("nothing to repeat before `\(next)`")
    case "{", "}", "]": throw fault("lone `\(next)`; write `\\\(next)` for the character itself")
    default:
      position += 1
      emit(ECMARegexParser.literal(next.value))
      isQuantifiable = true
    }
    try quantifier(isAllowed: isQuantifiable)
  }

  private mutating func quantifier(isAllowed: Bool) throws(SyntaxFault) {
    guard let next = peek else { return }
    let start = position
    switch next {
    case "*", "+", "?":
      position += 1
      emit(String(next))
    case "{":
      position += 1
      guard let (least, most) = bounds() else {
        position = start
        throw fault("lone `{`; write `\\{` for the character itself")
      }
      if let most, most < least { throw fault("numbers out of order in a repetition", at: start) }
      guard max(least, most ?? 0) <= ECMARegexParser.maximumRepeat else {
        throw limit("at most \(ECMARegexParser.maximumRepeat) repetitions are possible", at: start)
      }
      let upper = most.map(String.init) ?? ""
      emit(most == least ? "{\(least)}" : "{\(least),\(upper)}")
    default: return
    }
    guard isAllowed else { throw fault("nothing to repeat", at: start) }
    if take("?") { emit("?") }
    emit(ECMARegexParser.callout)
  }

  /// The rest of `{n}`, `{n,}` or `{n,m}`; nil if it is none of them.
  private mutating func bounds() -> (least: Int, most: Int?)? {
    guard let least = decimal() else { return nil }
    if take("}") { return (least, least) }
    guard take(",") else { return nil }
    if take("}") { return (least, nil) }
    guard let most = decimal(), take("}") else { return nil }
    return (least, most)
  }

  /// Digits as a number, no larger than any that matters; nil if there are none.
  private mutating func decimal() -> Int? {
    var number: Int?
    while let digit = peek?.value, (0x30...0x39).contains(digit) {
      number = min((number ?? 0) * 10 + Int(digit - 0x30), 1_000_000)
      position += 1
    }
    return number
  }
}

// MARK: - Groups

extension ECMARegexParser {
  /// A group or a look-around; whether it may be repeated.
  private mutating func group() throws(SyntaxFault) -> Bool {
    let start = position
    position += 1
    let outer = flags
    var isQuantifiable = true
    if take("?") {
      if take(":") {
        emit("(?:")
      } else if take("=") {
        emit("(?=")
        isQuantifiable = false
      } else if take("!") {
        emit("(?!")
        isQuantifiable = false
      } else if take("<") {
        if take("=") {
          emit("(?<=")
          isQuantifiable = false
        } else if take("!") {
          emit("(?<!")
          isQuantifiable = false
        } else {
          try openCapture(named: groupName())
        }
      } else {
        try modifiers()
      }
    } else {
      openCapture()
    }
    emit(ECMARegexParser.callout)
    try disjunction()
    guard take(")") else { throw fault("`(` is not closed", at: start) }
    emit(")")
    flags = outer
    return isQuantifiable
  }

  private mutating func openCapture() {
    groupCount += 1
    emit("(")
  }

  private mutating func openCapture(named name: String) throws(SyntaxFault) {
    openCapture()
    let clash = namedGroups.contains { other in
      other.name == name && !isExclusive(with: other.branches)
    }
    if clash { throw fault("two groups are named `\(name)`") }
    namedGroups.append(NamedGroup(name: name, number: groupCount, branches: branches))
  }

  /// Whether a group elsewhere stands in another alternative, so that only one can take part.
  private func isExclusive(with others: [Branch]) -> Bool {
    zip(branches, others).contains { here, there in
      here.disjunction == there.disjunction && here.alternative != there.alternative
    }
  }

  /// `i`, `m`, `s` to add and to remove, up to the colon (ECMA-262, 2025).
  private mutating func modifiers() throws(SyntaxFault) {
    var seen: Set<Unicode.Scalar> = []
    var isAdding = true
    while let next = peek, next != ":" {
      switch next {
      case "i" where seen.insert(next).inserted: flags.ignoresCase = isAdding
      case "m" where seen.insert(next).inserted: flags.isMultiline = isAdding
      case "s" where seen.insert(next).inserted: flags.dotMatchesAll = isAdding
      case "-" where isAdding: isAdding = false
      default: throw fault("`(?` begins no group that is known")
      }
      position += 1
    }
    guard take(":"), !seen.isEmpty else { throw fault("`(?` begins no group that is known") }
    emit(flags.ignoresCase ? "(?i:" : "(?-i:")
  }
}

// MARK: - Escapes outside classes

extension ECMARegexParser {
  /// `\…`; whether it may be repeated.
  private mutating func escapedTerm() throws(SyntaxFault) -> Bool {
    let start = position
    position += 1
    guard let next = peek else { throw fault("`\\` at the end", at: start) }
    switch next {
    case "b", "B":
      position += 1
      emit(wordBoundary(isNegated: next == "B"))
      return false
    case "k":
      position += 1
      guard take("<") else { throw fault("`\\k` needs a name: `\\k<name>`", at: start) }
      pieces.append(.namedReference(name: try groupName(), at: start + 1))
    case "1"..."9":
      pieces.append(.reference(number: decimal() ?? 0, at: start + 1))
    default:
      switch try escape(inClass: false) {
      case .character(let value): emit(ECMARegexParser.literal(value))
      case .set(let set): emit(set.isEmpty ? "(?:(?!))" : "[\(set)]")
      }
    }
    return true
  }

  private func wordBoundary(isNegated: Bool) -> String {
    guard flags.ignoresCase else { return isNegated ? "\\B" : "\\b" }
    // With `i` also U+017F and U+212A are word characters, which PCRE2's \b does not know.
    let word = "[0-9A-Z_a-z]"
    return isNegated
      ? "(?:(?<=\(word))(?=\(word))|(?<!\(word))(?!\(word)))"
      : "(?:(?<=\(word))(?!\(word))|(?<!\(word))(?=\(word)))"
  }

  /// A group's name up to `>`.
  private mutating func groupName() throws(SyntaxFault) -> String {
    let start = position
    var name = String.UnicodeScalarView()
    while let next = peek, next != ">" {
      var scalar = next
      if next == "\\" {
        position += 1
        guard take("u") else { throw fault("`\\` in a group's name") }
        guard let escaped = Unicode.Scalar(try unicodeEscape()) else {
          throw fault("a group's name has half a surrogate pair")
        }
        scalar = escaped
      } else {
        position += 1
      }
      let isAllowed =
        scalar == "$" || scalar == "_"
        || (name.isEmpty
          ? scalar.properties.isIDStart
          : scalar.properties.isIDContinue || scalar == "\u{200C}" || scalar == "\u{200D}")
      guard isAllowed else { throw fault("`\(scalar)` is not allowed in a group's name") }
      name.append(scalar)
    }
    guard take(">"), !name.isEmpty else { throw fault("a group's name is not closed", at: start) }
    return String(name)
  }
}

// MARK: - Reading and writing

extension ECMARegexParser {
  var peek: Unicode.Scalar? {
    position < scalars.count ? scalars[position] : nil
  }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == scalar else { return false }
    position += 1
    return true
  }

  func fault(_ reason: String, at place: Int? = nil) -> SyntaxFault {
    SyntaxFault(reason: reason, position: (place ?? position) + 1)
  }

  private func limit(_ reason: String, at place: Int? = nil) -> SyntaxFault {
    var limit = fault(reason, at: place)
    limit.isLimit = true
    return limit
  }

  private mutating func emit(_ text: String) {
    pieces.append(.text(text))
  }

  /// A character as it stands for itself; half a surrogate pair is in no text and matches nothing.
  static func literal(_ value: UInt32) -> String {
    if (0xD800...0xDFFF).contains(value) { return "(?:(?!))" }
    return classMember(value)
  }

  /// A character for use inside a class.
  static func classMember(_ value: UInt32) -> String {
    switch value {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: String(Character(Unicode.Scalar(UInt8(value))))
    default: "\\x{\(String(value, radix: 16))}"
    }
  }
}
