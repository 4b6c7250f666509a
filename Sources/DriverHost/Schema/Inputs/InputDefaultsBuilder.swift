/// Completes each default of a program's schemas with those inside it, once.
final class InputDefaultsBuilder {
  private enum State { case new, open, done }

  private let program: SchemaProgram
  private(set) var values: [Value?]
  private(set) var giving: [Bool]
  private(set) var faults: [Fault] = []
  /// For each node the one whose `default` is its own: itself, or one that always applies with it.
  private var holders: [Int?]
  private var states: [State]
  private var steps = InputDefaultsBuilder.maximumSteps
  private var depth = 0

  /// How many steps all defaults of a descriptor may take: each counts for what it holds, since
  /// defaults that stand twice in each other grow without end.
  private static let maximumSteps = 500_000
  /// How deep defaults may stand inside each other.
  private static let maximumDepth = 128

  /// A builder for a program without faults.
  init(_ program: SchemaProgram) {
    self.program = program
    let count = program.nodes.count
    values = Array(repeating: nil, count: count)
    holders = Array(repeating: nil, count: count)
    states = Array(repeating: .new, count: count)
    giving = []
    findHolders()
    // What has a member with a default, and what leads to it.
    let targets = program.nodes.indices.filter { index in
      program.nodes[index].object?.properties.contains { holders[$0.node] != nil } ?? false
    }
    giving = SchemaGraph(program.nodes) { node in
      node.membersAndItems + (node.inPlace?.always ?? []) + (node.inPlace?.selected ?? [])
    }
    .leading(to: targets)
  }

  private func findHolders() {
    var isKnown = Array(repeating: false, count: program.nodes.count)
    // As deep as schemas lead to each other for one value, which the compiler bounds.
    func find(_ index: Int) -> Int? {
      if isKnown[index] { return holders[index] }
      isKnown[index] = true
      let node = program.nodes[index]
      holders[index] =
        node.source["default"] != nil
        ? index : (node.inPlace?.always ?? []).lazy.compactMap { find($0) }.first
      return holders[index]
    }
    for index in program.nodes.indices { _ = find(index) }
  }

  /// The default of a node with those inside it; nil if there is none, or it is at fault.
  func complete(_ node: Int) -> Value? {
    guard let holder = holders[node], var value = program.nodes[holder].source["default"] else {
      return nil
    }
    switch states[node] {
    case .done: return values[node]
    case .open:
      // It is needed inside itself.
      report(node, "the default holds itself: completing it would never end")
      return nil
    case .new: break
    }
    // Said once is enough.
    guard steps >= 0 else { return nil }
    states[node] = .open
    defer { states[node] = .done }
    guard depth < InputDefaultsBuilder.maximumDepth else {
      report(
        node,
        "defaults stand deeper in each other than \(InputDefaultsBuilder.maximumDepth) levels"
      )
      return nil
    }
    depth += 1
    defer { depth -= 1 }
    let allowed = steps
    // What is completed inside takes its own steps.
    var filler = InputDefaultsFiller(program, giving, path: [], steps: allowed) {
      [unowned self] in complete($0)
    }
    filler.fill(&value, at: [node])
    steps -= allowed - filler.steps
    if steps >= 0 { steps -= value.size(upTo: steps) }
    guard steps >= 0 else {
      report(node, "the default grows beyond all bounds with those inside it")
      return nil
    }
    values[node] = value
    return value
  }

  private func report(_ node: Int, _ message: String) {
    guard let place = program.nodes[node].place else { return }
    let fault = program.places.fault(at: place, message, keyword: "default")
    if faults.count < FaultReport.maximumEntries { faults.append(fault) }
  }
}

extension Value {
  /// How many values this is with all in it; no more of them are counted than a limit.
  fileprivate func size(upTo limit: Int) -> Int {
    var size = 1
    switch resolved {
    case .list(let items):
      for item in items where size <= limit { size += item.size(upTo: limit - size) }
    case .map(let members):
      for (_, value) in members where size <= limit { size += value.size(upTo: limit - size) }
    default: break
    }
    return size
  }
}
