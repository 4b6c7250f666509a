/// Looks at what stands between the scalars of a YAML document: comments, indicators, directives.
///
/// libyaml drops comments without a word, and takes some documents that YAML 1.2 does not, or reads
/// them as something else. Both show in the text outside of the scalars, whose places the events
/// tell.
struct YAMLGaps {
  /// A scalar with its anchor and tag, in characters from the beginning.
  struct Scalar {
    var start: Int
    var end: Int
    var style: YAMLScalarStyle
  }

  /// What is wrong, and where.
  struct Problem {
    var place: SourcePlace
    var message: String
  }

  /// Lines that carry no data and are not empty, from 1.
  private(set) var droppedLines: [Int] = []
  /// Lines that carry data and a comment behind it, from 1.
  private(set) var cutLines: [Int] = []
  private(set) var problems: [Problem] = []

  private let source: SourceBytes
  private let directivesEnd: Int
  private var offset = 0
  /// The characters before `offset`.
  private var index = 0
  private var place = SourcePlace(line: 1, column: 1)
  private var lineStart = 0
  private var holdsData = false
  private var holdsComment = false

  /// Looks through a document.
  ///
  /// - Parameters:
  ///   - source: The document.
  ///   - scalars: Its scalars, in order.
  ///   - directivesEnd: How many characters at its beginning may be directives.
  init(in source: SourceBytes, between scalars: [Scalar], directivesEnd: Int) {
    self.source = source
    self.directivesEnd = directivesEnd
    for scalar in scalars {
      skipGap(to: scalar.start)
      skipProperties(to: scalar.end)
      if scalar.style == .block { skipHeader(to: scalar.end) }
      while goesOn(to: scalar.end) {
        holdsData = true
        step()
      }
    }
    skipGap(to: .max)
    endLine()
  }

  private func goesOn(to end: Int) -> Bool { index < end && offset < source.count }

  private mutating func skipGap(to end: Int) {
    while goesOn(to: end) { stepInGap() }
  }

  /// Goes through anchor and tag of a scalar, with comments between, to where it begins itself.
  private mutating func skipProperties(to end: Int) {
    while goesOn(to: end) {
      let byte = source[offset]
      let isProperty = byte == UInt8(ascii: "&") || byte == UInt8(ascii: "!")
      guard isProperty || isBlank(byte) || byte == UInt8(ascii: "#") else { return }
      repeat { stepInGap() } while isProperty && goesOn(to: end) && !isBlank(source[offset])
    }
  }

  /// Goes through the line of a block scalar's indicator, which may end in a comment.
  private mutating func skipHeader(to end: Int) {
    let line = place.line
    while goesOn(to: end), place.line == line { stepInGap() }
  }

  /// One character further, or to the end of a comment (YAML 1.2, section 6.6).
  private mutating func stepInGap() {
    let byte = source[offset]
    if byte == UInt8(ascii: "!") {
      skipTag()
      return
    }
    let beginsWord = offset == 0 || isBlank(source[offset - 1])
    if byte == UInt8(ascii: "#") {
      if !beginsWord {
        note(
          "a `#` stands right behind something else; put a blank before it if a comment begins here"
        )
      }
      holdsComment = true
      while offset < source.count, !isBreak(source[offset]) { step() }
      return
    }
    // libyaml takes it for the indicator of a key, YAML 1.2 for the beginning of a text.
    if byte == UInt8(ascii: "?"), !isBlank(source[offset + 1]) {
      note(
        "put the text that begins with `?` in quotes, or a blank behind the `?` if a key follows"
      )
    }
    noteName()
    if !isBlank(byte), !isMarker { holdsData = true }
    step()
  }

  /// Goes through a tag, in which `?`, `&`, `*` and `#` are letters of an address.
  private mutating func skipTag() {
    if !isMarker { holdsData = true }
    let isVerbatim = source[offset + 1] == UInt8(ascii: "<")
    let ends = isVerbatim ? [] : Array(",[]{}".utf8)
    repeat {
      let isLast = isVerbatim && source[offset] == UInt8(ascii: ">")
      step()
      if isLast { return }
    } while offset < source.count && !isBlank(source[offset]) && !ends.contains(source[offset])
  }

  /// Refuses a `:` in the name of an anchor or an alias: libyaml ends the name there, YAML 1.2 does
  /// not.
  private mutating func noteName() {
    let byte = source[offset]
    guard byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*") else { return }
    var end = offset + 1
    while isNameByte(source[end]) { end += 1 }
    guard end > offset + 1, source[end] == UInt8(ascii: ":") else { return }
    note(
      "the name of an anchor has letters, digits, `-` and `_` only; put a blank before the `:` "
        + "if it ends a key, and the value in quotes if its `&` or `*` is text"
    )
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    let character = Character(Unicode.Scalar(byte))
    return character.isASCII
      && (character.isLetter || character.isNumber || character == "-" || character == "_")
  }

  private mutating func note(_ message: String) {
    problems.append(Problem(place: place, message: message))
  }

  // MARK: - Lines

  /// Whether what stands here belongs to a directive, or to a document marker that is alone.
  private var isMarker: Bool {
    guard !isDirective else { return true }
    return beginsWithMarker && offset < lineStart + 3 && isBlank(source[lineStart + 3])
  }

  private var isDirective: Bool {
    source[lineStart] == UInt8(ascii: "%") && index <= directivesEnd
  }

  private var beginsWithMarker: Bool {
    source.holds("---", at: lineStart) || source.holds("...", at: lineStart)
  }

  private mutating func step() {
    let byte = source[offset]
    offset += 1
    // Characters are counted where the next one begins, so that `offset` stands at one whenever it
    // is looked at.
    guard source[offset] & 0xC0 != 0x80 else { return }
    index += 1
    place.column += 1
    guard isBreak(byte), byte != 0x0D || source[offset] != 0x0A else { return }
    endLine()
    place = SourcePlace(line: place.line + 1, column: 1)
    lineStart = offset
  }

  private mutating func endLine() {
    if holdsData {
      if holdsComment { cutLines.append(Int(place.line)) }
    } else if holdsComment || isDirective || beginsWithMarker {
      droppedLines.append(Int(place.line))
    }
    holdsData = false
    holdsComment = false
  }

  private func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  /// Whether a byte is white space, or the end.
  private func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || isBreak(byte) || byte == 0
  }
}
