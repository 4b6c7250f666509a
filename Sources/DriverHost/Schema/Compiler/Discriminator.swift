/// A member whose value tells the branches of a union apart: each allows values that no other does.
struct Discriminator: Sendable {
  /// The member's name.
  let name: String
  /// Each value that is allowed, with the branch that it selects, in the branches' order.
  let choices: [(value: Value, branch: Int)]

  private let strings: NameTable
  private let stringBranches: [Int]
  private let otherBranches: [Value: Int]

  init(name: String, choices: [(value: Value, branch: Int)]) {
    self.name = name
    self.choices = choices
    let texts = choices.filter { $0.value.stringValue != nil }
    strings = NameTable(texts.compactMap(\.value.stringValue))
    stringBranches = texts.map(\.branch)
    let others = choices.filter { $0.value.stringValue == nil }.map { ($0.value, $0.branch) }
    otherBranches = Dictionary(others) { first, _ in first }
  }

  /// The branch that a value selects, as an index into the union; nil if no branch allows it.
  func branch(for value: Value) -> Int? {
    if case .string(let text) = value { return strings.index(of: text).map { stringBranches[$0] } }
    guard !otherBranches.isEmpty, !value.nests(deeperThan: Evaluation.maximumLevel) else {
      return nil
    }
    return otherBranches[value]
  }
}
