/// The faults that an evaluation finds, with where it is in the value.
///
/// Messages are made at the end: only then is known which values are secret, and which faults are
/// shown at all.
struct FaultReport {
  /// One step down into a value.
  struct Step {
    var token: String
    /// The member's or item's place in the order.
    var position: Int
    /// Whether the schema names it, or it is an index, so that the token itself is no secret.
    var isDeclared: Bool
  }

  /// What is wrong, before it is put into words.
  struct Problem {
    enum Kind {
      /// A value is not what the schema wants.
      case unexpected
      /// A member is not there.
      case missing
      /// A member is not known.
      case unknown
    }

    var kind = Kind.unexpected
    var keyword: String
    /// What would have been right, in words.
    var expected: String?
    /// What was there.
    var value: Value?
    /// A sentence that replaces the one made of the two above; free of values.
    var message: String?
    /// Finds what somebody may have meant.
    var nearest: () -> String? = { nil }
    /// Finds where an unknown member belongs, or what to do about it.
    var hint: () -> String = { "" }
    /// Whether the name of a member is at fault and not its value.
    var isOfName = false
  }

  /// A problem and its place.
  struct Entry {
    var problem: Problem
    var path: [Step]
    /// The schema that says so; nil if no schema does.
    var schema: SchemaPlace?
    /// The keyword there, if one does.
    var keyword: String?

    /// Whether this is about a place.
    func isAt(_ other: [Step]) -> Bool {
      path.count == other.count
        && zip(path, other).reversed().allSatisfy { $0.token.isExactly($1.token) }
    }
  }

  /// Which kinds the faults get: those of a connection's inputs, or of a schema's instance.
  let isOfInputs: Bool
  private(set) var path: [Step] = []
  private(set) var entries: [Entry] = []
  /// How many faults were found that are not kept.
  private(set) var unlisted = 0
  private var limit = FaultReport.maximumEntries

  /// How many faults are kept.
  static let maximumEntries = 1_000

  /// An empty report.
  init(isOfInputs: Bool = false) {
    self.isOfInputs = isOfInputs
  }

  /// Whether further faults are only counted, so that no work should go into them.
  var isFull: Bool { entries.count >= limit }

  mutating func enter(_ token: String, position: Int, isDeclared: Bool) {
    path.append(Step(token: token, position: position, isDeclared: isDeclared))
  }

  mutating func leave() {
    path.removeLast()
  }

  /// Adds a problem at this place, or for what is missing at the member of it.
  mutating func add(
    _ problem: @autoclosure () -> Problem,
    below token: String? = nil,
    schema: SchemaPlace?,
    keyword: String? = nil
  ) {
    guard !isFull else {
      unlisted += 1
      return
    }
    var place = path
    if let token { place.append(Step(token: token, position: .max, isDeclared: true)) }
    entries.append(Entry(problem: problem(), path: place, schema: schema, keyword: keyword))
  }

  /// Adds problems that were found before.
  mutating func add(_ found: [Entry], unlisted count: Int = 0) {
    let kept = found.prefix(limit - entries.count)
    entries += kept
    unlisted += found.count - kept.count + count
  }

  /// Whether a value here, or the member of it, was found at fault already.
  func hasEntry(below token: String) -> Bool {
    let place = path + [Step(token: token, position: .max, isDeclared: true)]
    return entries.contains { $0.isAt(place) }
  }

  /// Takes back everything that was found, and says only this.
  mutating func replaceAll(with problem: Problem, schema: SchemaPlace?) {
    entries = []
    unlisted = 0
    add(problem, schema: schema)
  }

  /// Sets where the members at the top stand.
  mutating func reorder(_ position: (String) -> Int?) {
    for index in entries.indices where !entries[index].path.isEmpty {
      // What is missing stays at the end.
      guard let position = position(entries[index].path[0].token) else { continue }
      entries[index].path[0].position = position
    }
  }
}

// MARK: - Attempts

extension FaultReport {
  /// What is kept of a report while something is tried that may come to nothing.
  struct Kept {
    fileprivate var entries: [Entry]
    fileprivate var unlisted: Int
    fileprivate var limit: Int
  }

  /// Begins an attempt, which finds its faults on its own: one of so many whose faults are kept.
  mutating func begin(of count: Int) -> Kept {
    let kept = Kept(entries: entries, unlisted: unlisted, limit: limit)
    entries = []
    unlisted = 0
    // Together they keep no more than one report does, and each enough to be compared.
    limit = max(10, limit / max(count, 1))
    return kept
  }

  /// Ends an attempt; what it has found.
  mutating func end(_ kept: Kept) -> (entries: [Entry], unlisted: Int) {
    let found = (entries, unlisted)
    entries = kept.entries
    unlisted = kept.unlisted
    limit = kept.limit
    return found
  }
}
