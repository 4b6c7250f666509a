/// The keywords for arrays (JSON Schema validation, 6.4; core, 10.3.1 and 11.2).
extension Evaluation {
  mutating func check(
    _ keywords: ArrayKeywords,
    _ items: [Value],
    _ value: Value,
    _ node: SchemaNode,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    var isValid = true
    if items.count < keywords.minimum {
      guard isCollecting else { return false }
      isValid = false
      failCount("minItems", "at least", keywords.minimum, items.count, "item", node)
    }
    if items.count > keywords.maximum {
      guard isCollecting else { return false }
      isValid = false
      failCount("maxItems", "at most", keywords.maximum, items.count, "item", node)
    }
    let prefix = min(keywords.prefix.count, items.count)
    for index in 0..<prefix {
      isValid = item(keywords.prefix[index], items[index], index, &evaluated) && isValid
      guard isValid || isCollecting else { return false }
    }
    if let rest = keywords.items {
      for index in prefix..<items.count {
        isValid = item(rest, items[index], index, &evaluated) && isValid
        guard isValid || isCollecting else { return false }
      }
    }
    if let contains = keywords.contains {
      isValid = checkContained(keywords, contains, items, node, &evaluated) && isValid
      guard isValid || isCollecting else { return false }
    }
    if keywords.isUnique { isValid = checkUnique(items, node) && isValid }
    return isValid
  }

  private mutating func item(
    _ schema: Int,
    _ item: Value,
    _ index: Int,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    evaluated.insert(index)
    if isCollecting { report.enter(String(index), position: index, isDeclared: true) }
    let isValid = evaluatePart(schema, item)
    if isCollecting { report.leave() }
    return isValid
  }

  private mutating func checkContained(
    _ keywords: ArrayKeywords,
    _ schema: Int,
    _ items: [Value],
    _ node: SchemaNode,
    _ evaluated: inout EvaluatedSet
  ) -> Bool {
    var count = 0
    for (index, item) in items.enumerated() where testPart(schema, item) {
      count += 1
      evaluated.insert(index)
      // Nobody asks for the rest once there are enough.
      if keywords.maximumContained == .max, count >= keywords.minimumContained,
        !evaluated.isTracking
      {
        break
      }
    }
    if count < keywords.minimumContained {
      if isCollecting {
        failContained("minContains", "at least", keywords.minimumContained, count, node)
      }
      return false
    }
    if count > keywords.maximumContained {
      if isCollecting {
        failContained("maxContains", "at most", keywords.maximumContained, count, node)
      }
      return false
    }
    return true
  }

  private mutating func failContained(
    _ keyword: String,
    _ relation: String,
    _ bound: Int,
    _ count: Int,
    _ node: SchemaNode
  ) {
    let place = node.source[keyword] == nil ? "contains" : keyword
    fail(
      place,
      message: """
        expected \(relation) \(FaultText.counted(bound, "item")) as `contains` asks for, got \
        \(count)
        """,
      node
    )
  }

  private mutating func checkUnique(_ items: [Value], _ node: SchemaNode) -> Bool {
    guard items.count > 1 else { return true }
    charge(items.count)
    guard let (first, second) = repeated(items) else { return true }
    if isCollecting {
      report.enter(String(second), position: second, isDeclared: true)
      fail("uniqueItems", message: "the same item stands at index \(first) already", node)
      report.leave()
    }
    return false
  }

  /// Two equal items, by their indices.
  private mutating func repeated(_ items: [Value]) -> (Int, Int)? {
    // Comparing and hashing go down a value as deep as that is.
    guard !items.contains(where: { $0.nests(deeperThan: Evaluation.maximumLevel) }) else {
      stopAtLevel()
      return nil
    }
    if items.count <= 8 {
      for second in items.indices {
        for first in 0..<second where items[first] == items[second] { return (first, second) }
      }
      return nil
    }
    var seen: [Value: Int] = Dictionary(minimumCapacity: items.count)
    for (index, item) in items.enumerated() {
      if let first = seen.updateValue(index, forKey: item) { return (first, index) }
    }
    return nil
  }
}

extension Value {
  /// Whether lists and maps in it stand inside each other deeper than that.
  func nests(deeperThan depth: Int) -> Bool {
    switch self {
    case .list(let items):
      depth <= 0 || items.contains { $0.nests(deeperThan: depth - 1) }
    case .map(let members):
      depth <= 0 || members.contains { $0.value.nests(deeperThan: depth - 1) }
    case .json(let text): text.value.nests(deeperThan: depth)
    default: false
    }
  }
}
