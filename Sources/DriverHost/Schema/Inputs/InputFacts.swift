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
  /// What a branch says of a call that it is selected by.
  let effect: CallEffect?
  /// Whether no other schema applies to the same value because of this one.
  let isAlone: Bool

  /// Whether there may be something to do that only the schema tells.
  var isOfInterest: Bool {
    isSecret || allowsNul || sink != nil || source != nil || effect != nil
      || conversion == .bytes || conversion == .decimal
  }

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
    effect = CallEffect(node.source)
    isAlone = node.inPlace == nil
  }
}

/// A program, and what completing a value takes at each of its schemas.
///
/// A class, so that a call takes one reference to it and not one to each of its parts.
final class InputFactsTable: Sendable {
  /// How much a value has to be looked at beside its validation.
  enum Depth: Sendable {
    /// Only for texts with U+0000.
    case texts
    /// Also for numbers that are to become integers.
    case textsAndNumbers
    /// Along its schemas.
    case everything
  }

  let program: SchemaProgram
  let facts: [InputFacts]
  /// For each schema what it takes for a whole value, with everything in it.
  let depths: [Depth]

  init(_ program: SchemaProgram) {
    self.program = program
    let facts = program.nodes.map(InputFacts.init)
    self.facts = facts
    let graph = program.graph
    let isOfInterest = graph.leading(to: facts.indices.filter { facts[$0].isOfInterest })
    let holdsIntegers = graph.leading(
      to: facts.indices.filter { facts[$0].conversion == .integer }
    )
    depths = facts.indices.map { index in
      // What a `$dynamicRef` means is not known here.
      if program.isDynamic || isOfInterest[index] { return .everything }
      return holdsIntegers[index] ? .textsAndNumbers : .texts
    }
  }

  /// Whether a value has to be gone through along its schemas.
  func mustConvert(_ value: Value, at node: Int) -> Bool {
    switch depths[node] {
    case .everything: true
    case .textsAndNumbers: value.needsLook(withNumbers: true, depth: 0)
    case .texts: value.needsLook(withNumbers: false, depth: 0)
    }
  }
}

extension Value {
  /// Whether there is anything in a value that is to be refused or converted; `depth` is 0 for an input, which stands on
  /// the second level.
  fileprivate func needsLook(withNumbers: Bool, depth: Int) -> Bool {
    switch self {
    case .null, .bool, .int, .bytes: return false
    case .double, .decimal: return withNumbers
    case .string(let text): return text.holdsNul
    case .list(let items):
      if depth >= Evaluation.maximumLevel - 1 { return true }
      for item in items where item.needsLook(withNumbers: withNumbers, depth: depth + 1) {
        return true
      }
      return false
    case .map(let members):
      if depth >= Evaluation.maximumLevel - 1 { return true }
      for (name, value) in members
      where name.holdsNul || value.needsLook(withNumbers: withNumbers, depth: depth + 1) {
        return true
      }
      return false
    case .json: return true
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
}
