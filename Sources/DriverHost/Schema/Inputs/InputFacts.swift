/// What completing a value takes at one schema, beside its validation.
struct InputFacts: Sendable {
  /// What a value is turned into when it has been found valid.
  enum Conversion: Sendable {
    /// `contentEncoding: base64`: bytes.
    case bytes
    /// `format: decimal`: a decimal.
    case decimal
    /// `type: integer`: an integer, also from 1.0.
    case integer
  }

  let conversion: Conversion?
  let isSecret: Bool
  /// `x-nul`: texts in it may hold U+0000.
  let allowsNul: Bool
  /// `x-sink` and `x-source`: the channels that a path is for.
  let sink: String?
  let source: String?
  /// Whether no other schema applies to the same value because of this one.
  let isAlone: Bool
  /// Whether there is nothing to do for a value that `Value.isQuiet`.
  let isQuiet: Bool

  init(_ node: SchemaNode) {
    if node.takesBytes, node.types.contains(.string) {
      conversion = .bytes
    } else if node.takesDecimals {
      conversion = .decimal
    } else if node.types.contains(.integer), !node.types.contains(.fraction) {
      conversion = .integer
    } else {
      conversion = nil
    }
    isSecret = node.isSecret
    allowsNul = node.source["x-nul"] == true
    sink = node.source["x-sink"]?.stringValue
    source = node.source["x-source"]?.stringValue
    isAlone = node.inPlace == nil
    isQuiet = isAlone && !isSecret && conversion != .decimal
  }
}

/// A program, and what completing a value takes at each of its schemas.
struct InputFactsTable: Sendable {
  let program: SchemaProgram
  let facts: [InputFacts]

  init(_ program: SchemaProgram) {
    self.program = program
    facts = program.nodes.map(InputFacts.init)
  }
}

extension Value {
  /// Whether this is a value that only `format: decimal` or `x-secret` make anything of.
  var isQuiet: Bool {
    switch self {
    case .int, .bool, .null, .bytes: true
    default: false
    }
  }
}

extension String {
  /// Whether there is a character U+0000 in the text.
  var holdsNul: Bool {
    let bytes = utf8Span.span
    var start = 0
    // In blocks without a way out inside them, which the compiler turns into wide instructions.
    while start < bytes.count {
      let end = min(start + 256, bytes.count)
      var found = false
      for index in start..<end { found = found || bytes[index] == 0 }
      if found { return true }
      start = end
    }
    return false
  }

  /// The text without ASCII white space.
  var withoutWhitespace: String {
    guard utf8.contains(where: { $0 <= 0x20 }) else { return self }
    let kept = utf8.filter { $0 != 0x20 && !(0x09...0x0D).contains($0) }
    return String(decoding: kept, as: UTF8.self)
  }
}
