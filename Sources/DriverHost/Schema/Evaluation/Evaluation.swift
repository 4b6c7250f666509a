/// One run of a program over one value.
///
/// The same code answers whether the value is valid, at once and without an allocation, and
/// collects all faults: `isCollecting` tells the two apart.
struct Evaluation {
  /// Why a run was given up; what it has found until then says nothing.
  enum Stop {
    /// The value nests too deep.
    case level
    /// Too many schemas apply inside each other.
    case nesting
    /// The schemas take too many steps.
    case work
    /// A regular expression alone took too many steps.
    case pattern(ECMARegex)
    /// A regular expression took too much memory.
    case memory(ECMARegex)
  }

  let program: SchemaProgram
  private(set) var isCollecting: Bool
  var report: FaultReport
  var stop: Stop?

  /// How many schemas are being applied inside each other, and to how deep a part of the value.
  private var nesting = 0
  private var level = 0
  /// How many more steps may be taken.
  private var remaining: Int
  /// The resources on the way, outermost first, for `$dynamicRef`.
  private var scope: [Int] = []

  /// How deep lists and maps may stand inside each other, which is what the readers of documents
  /// allow.
  static let maximumLevel = 512
  /// How many steps may be taken in all: a second, which only what is made for it needs.
  ///
  /// A step is a schema that is applied, or as much of other work.
  static let maximumWork = 20_000_000

  /// How many schemas may be applied inside each other, for a part of the value or for the same,
  /// which take some stack frames each.
  enum Room: Int {
    /// What the stack of any caller has room for.
    case callersStack = 400
    /// What a `DeepStack` has room for.
    case deepStack = 4_096
  }

  let room: Room
  let maximumWork: Int

  init(
    _ program: SchemaProgram,
    collecting report: FaultReport? = nil,
    in room: Room = .callersStack,
    maximumWork: Int = Evaluation.maximumWork
  ) {
    self.program = program
    self.room = room
    self.maximumWork = maximumWork
    remaining = maximumWork
    isCollecting = report != nil
    self.report = report ?? FaultReport()
  }

  /// Applies a schema to the whole value.
  mutating func run(_ root: Int, _ value: Value) -> Bool {
    var evaluated = EvaluatedSet(isTracking: false)
    let isValid = evaluate(root, value, &evaluated)
    guard let stop else { return isValid }
    if isCollecting {
      let problem = FaultReport.Problem(keyword: Evaluation.keyword(stop), message: words(stop))
      report.replaceAll(with: problem, schema: program.nodes[root].place)
    }
    return false
  }

  /// Applies only those keywords of a schema that apply others to the same value.
  ///
  /// Nothing is collected.
  mutating func runInPlace(_ root: Int, _ value: Value) -> Bool {
    let node = program.nodes[root]
    guard let keywords = node.inPlace else { return true }
    var evaluated = EvaluatedSet(isTracking: false)
    return applyInPlace(keywords, value, node, &evaluated) && stop == nil
  }

  /// Applies a schema to a value; what it looks at goes into `evaluated`.
  mutating func evaluate(_ index: Int, _ value: Value, _ evaluated: inout EvaluatedSet) -> Bool {
    let node = program.nodes[index]
    if let always = node.always {
      if !always, isCollecting {
        fail("false", message: "nothing is allowed here", node)
      }
      return always
    }
    guard begin() else { return false }
    let isOuter = program.isDynamic && scope.last != node.resource
    if isOuter { scope.append(node.resource) }
    defer {
      nesting -= 1
      if isOuter { scope.removeLast() }
    }
    guard node.tracks else { return apply(node, value, &evaluated) }
    var own = EvaluatedSet(isTracking: true)
    var isValid = apply(node, value, &own)
    if isValid || isCollecting { isValid = applyUnevaluated(node, value, &own) && isValid }
    evaluated.formUnion(own)
    return isValid
  }

  private mutating func begin() -> Bool {
    if stop != nil { return false }
    remaining -= 1
    if remaining < 0 {
      stop = .work
    } else if nesting >= room.rawValue {
      stop = .nesting
    } else {
      nesting += 1
      return true
    }
    return false
  }

  /// Applies a schema to a part of the value that is being looked at.
  @inline(__always)
  mutating func evaluatePart(_ index: Int, _ value: Value) -> Bool {
    if level >= Evaluation.maximumLevel {
      stopAtLevel()
      return false
    }
    level += 1
    defer { level -= 1 }
    var inner = EvaluatedSet(isTracking: false)
    return evaluate(index, value, &inner)
  }

  /// Takes so many steps for what is no schema.
  mutating func charge(_ steps: Int) {
    remaining -= steps
  }

  private mutating func apply(
    _ node: SchemaNode,
    _ value: Value,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    guard hasType(node, value) else {
      // What is in it makes no difference any more.
      evaluated.insertAll()
      if isCollecting { fail("type", expected: expectedTypes(node), value, node) }
      return false
    }
    var isValid = true
    if let constant = node.constant, !constant.contains(value) {
      guard isCollecting else { return false }
      isValid = false
      failChoice("const", constant.values, value, node)
    } else if let enumeration = node.enumeration, !enumeration.contains(value) {
      guard isCollecting else { return false }
      isValid = false
      failChoice("enum", enumeration.values, value, node)
    }
    switch value {
    case .null, .bool: break
    case .int, .double, .decimal:
      if let keywords = node.number { isValid = check(keywords, value, node) && isValid }
    case .string(let text):
      if let keywords = node.string { isValid = check(keywords, text, value, node) && isValid }
    case .bytes(let bytes):
      if let keywords = node.string { isValid = check(keywords, bytes, value, node) && isValid }
    case .list(let items):
      if let keywords = node.array {
        isValid = check(keywords, items, value, node, &evaluated) && isValid
      }
    case .map(let members):
      if let keywords = node.object {
        isValid = check(keywords, members, value, node, &evaluated) && isValid
      }
    case .json(let text): return apply(node, text.value, &evaluated)
    }
    guard isValid || isCollecting, let keywords = node.inPlace else { return isValid }
    return applyInPlace(keywords, value, node, &evaluated) && isValid
  }

  private func hasType(_ node: SchemaNode, _ value: Value) -> Bool {
    if node.types == .any { return true }
    switch value {
    case .int: return node.types.contains(.integer)
    case .string: return node.types.contains(.string)
    case .bytes: return node.takesBytes && node.types.contains(.string)
    case .decimal where node.takesDecimals && node.types.contains(.string): return true
    case .json(let text): return hasType(node, text.value)
    default: return !node.types.isDisjoint(with: JSONTypes(of: value))
    }
  }

  private func expectedTypes(_ node: SchemaNode) -> String {
    guard node.types == .string else { return node.types.inWords }
    if node.takesDecimals { return "a decimal number as a string" }
    return node.takesBytes ? "bytes as a base64 string" : node.types.inWords
  }
}

// MARK: - Dynamic references

extension Evaluation {
  /// The schema that a `$dynamicRef` means on this way: that of the outermost resource which has
  /// the anchor (JSON Schema core, 8.2.3.2).
  func target(of reference: DynamicReference) -> Int {
    guard let anchor = reference.anchor else { return reference.initial }
    for resource in scope {
      if let node = program.dynamicAnchors[resource][anchor] { return node }
    }
    return reference.initial
  }
}

// MARK: - Tests

extension Evaluation {
  /// Whether a schema holds for a value, without a fault if not.
  mutating func test(_ schema: Int, _ value: Value) -> Bool {
    var inner = EvaluatedSet(isTracking: false)
    return test(schema, value, &inner)
  }

  mutating func test(
    _ schema: Int,
    _ value: Value,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    let outer = isCollecting
    isCollecting = false
    defer { isCollecting = outer }
    return evaluate(schema, value, &evaluated)
  }

  /// Whether a schema holds for a part of the value, without a fault if not.
  mutating func testPart(_ schema: Int, _ value: Value) -> Bool {
    let outer = isCollecting
    isCollecting = false
    defer { isCollecting = outer }
    return evaluatePart(schema, value)
  }

  /// Whether a pattern is found in a text; a pattern over its limit ends the run.
  mutating func matches(_ pattern: ECMARegex, _ text: String) -> Bool {
    let before = remaining
    switch pattern.match(text, work: &remaining) {
    case .matched: return true
    case .notMatched: return false
    case .overWork:
      // Who has taken most of it is to blame.
      if stop == nil { stop = before > maximumWork / 2 ? .pattern(pattern) : .work }
      return false
    case .overMemory:
      if stop == nil { stop = .memory(pattern) }
      return false
    }
  }
}
