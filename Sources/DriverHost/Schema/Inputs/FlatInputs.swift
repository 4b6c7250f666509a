/// The inputs of an action whose kinds do not depend on each other, which nearly all actions have.
///
/// Each is checked on its own, in one go with all that there is to do, so that a call costs little.
///
/// A class, so that a call takes one reference to it and not one to each of its parts.
final class FlatInputs: Sendable {
  /// An input that has a default.
  struct Default: Sendable {
    var bit: UInt64
    var name: String
    var value: Value
    var place: JSONPointer
    var node: Int
    /// Whether it has to be gone through along its schemas.
    var isSpecial: Bool

    /// The same, gone through here: what is found in it is found again in each call only where there is
    /// more to say of it than its value.
    fileprivate func converted(
      _ schemas: InputFactsTable,
      _ channels: [Descriptor.Channel]
    ) -> Default {
      var conversion = InputConversion(schemas, channels: channels)
      let converted = conversion.converted(name, value, at: node)
      guard conversion.saysNothing else { return self }
      var plain = self
      plain.value = converted ?? value
      plain.isSpecial = false
      return plain
    }
  }

  /// For each name of the action its schema.
  let nodes: [Int]
  /// Whether a value of it may get defaults inside.
  let giving: [Bool]
  /// Bits of the names that must be there, and have no default.
  let required: UInt64
  let defaults: [Default]
  /// Bits of the names that have a default.
  let defaultBits: UInt64

  /// What has to hold for the inputs together, such as one of two being there.
  let together: InPlaceKeywords?

  /// The inputs of a schema; nil if more has to be looked at than each member, and what holds for
  /// them together has a say in what they are.
  init?(
    _ root: SchemaNode,
    names: [String],
    _ channels: [Descriptor.Channel],
    _ defaults: InputDefaults,
    _ schemas: InputFactsTable
  ) {
    let program = defaults.program
    let others = program.placeClosure(of: root.inPlace?.evaluating ?? [])
    let describesMembers = others.contains { index in
      let node = program.nodes[index]
      return node.tracks || node.object?.looksAtMembers ?? false
        || schemas.facts[index].effect != nil
    }
    // A `$dynamicRef` depends on the way that led to it, which has to begin at the root.
    guard !describesMembers, !program.isDynamic, !root.tracks, names.count <= 64,
      root.constant == nil, root.enumeration == nil
    else { return nil }
    together = root.inPlace
    guard let keywords = root.object else {
      // An action without inputs.
      nodes = []
      giving = []
      required = 0
      self.defaults = []
      defaultBits = 0
      return
    }
    guard keywords.patterns.isEmpty, keywords.propertyNames == nil,
      keywords.dependentRequired.isEmpty, keywords.requiredOthers.isEmpty,
      keywords.minimum == 0, keywords.maximum == .max,
      names.elementsEqual(keywords.properties, by: { $0.isExactly($1.name) })
    else { return nil }
    nodes = keywords.properties.map(\.node)
    giving = nodes.map { defaults.giving[$0] }
    var all: [Default] = []
    for (index, property) in keywords.properties.enumerated() {
      guard let value = defaults.values[property.node] else { continue }
      let made = Default(
        bit: 1 << UInt64(index),
        name: property.name,
        value: value,
        place: JSONPointer([property.name]),
        node: property.node,
        isSpecial: schemas.mustConvert(value, at: property.node)
      )
      all.append(made.isSpecial ? made.converted(schemas, channels) : made)
    }
    defaultBits = all.reduce(0) { $0 | $1.bit }
    required = keywords.requiredBits & ~defaultBits
    self.defaults = all
  }
}

extension InputSchema {
  /// Completes inputs with nothing wrong; nil if there is, or if their schema does not name them
  /// all.
  func complete(
    _ inputs: ValueMap,
    _ action: InputAction,
    _ flat: FlatInputs,
    nullsUnset: Bool
  ) -> CompleteInputs? {
    var work = FlatWork(values: inputs)
    var evaluation = Evaluation(schemas.program)
    var found: UInt64 = 0
    for position in 0..<inputs.count {
      let (name, value) = inputs[position]
      guard let index = action.names.index(of: name) else {
        guard allNamesTable.index(of: name) != nil else { return nil }
        work.dropped.append(name)
        continue
      }
      if nullsUnset, case .null = value, !action.allowsNull[index] {
        work.unset.append(name)
        continue
      }
      found |= 1 << UInt64(index)
      let node = flat.nodes[index]
      if flat.giving[index] {
        guard let given = fill(name, value, node, &work), evaluation.run(node, given) else {
          return nil
        }
      } else {
        guard evaluation.run(node, value) else { return nil }
        if schemas.mustConvert(value, at: node) { work.special.append((name, node)) }
      }
    }
    guard found & flat.required == flat.required else { return nil }
    if !work.dropped.isEmpty || !work.unset.isEmpty {
      work.values.removeAll { name, value in
        guard let index = action.names.index(of: name) else { return true }
        guard nullsUnset, case .null = value else { return false }
        return !action.allowsNull[index]
      }
    }
    addDefaults(flat, found, &work)
    if flat.together != nil, !evaluation.runInPlace(action.root, .map(work.values)) { return nil }
    return finish(work, action)
  }

  /// Adds the defaults of members that were not found.
  ///
  /// They fit their schemas, which was seen when the descriptor was compiled.
  private func addDefaults(_ flat: FlatInputs, _ found: UInt64, _ work: inout FlatWork) {
    let missing = flat.defaultBits & ~found
    if missing == 0 { return }
    let count = missing.nonzeroBitCount
    // The names are known to differ, so that none has to be looked up.
    var members: [ValueMap.Member] = []
    members.reserveCapacity(work.values.count + count)
    for (name, value) in work.values { members.append(ValueMap.Member(name: name, value: value)) }
    work.defaulted.reserveCapacity(work.defaulted.count + count)
    for item in flat.defaults where missing & item.bit != 0 {
      members.append(ValueMap.Member(name: item.name, value: item.value))
      work.defaulted.append(item.place)
      if item.isSpecial { work.special.append((item.name, item.node)) }
    }
    work.values = ValueMap(unique: members)
  }

  /// A member's value with its defaults inside.
  private func fill(
    _ name: String,
    _ value: Value,
    _ node: Int,
    _ work: inout FlatWork
  ) -> Value? {
    var value = value
    guard let places = defaults.add(inside: &value, of: name, at: node) else { return nil }
    if !places.isEmpty {
      work.values[name] = value
      work.defaulted += places
    }
    if schemas.mustConvert(value, at: node) { work.special.append((name, node)) }
    return value
  }

  private func finish(_ work: consuming FlatWork, _ action: InputAction) -> CompleteInputs? {
    var complete = CompleteInputs(
      values: work.values,
      secrets: [],
      dropped: work.dropped,
      unset: work.unset,
      defaulted: work.defaulted,
      schema: self
    )
    if !work.special.isEmpty {
      var conversion = InputConversion(schemas, channels: action.channels)
      for (name, node) in work.special {
        guard let value = complete.values[name] else { continue }
        if let converted = conversion.converted(name, value, at: node) {
          complete.values[name] = converted
        }
      }
      guard conversion.findings.isEmpty else { return nil }
      complete.secrets = conversion.secrets
      complete.sinks = conversion.sinks
      complete.sources = conversion.sources
      complete.effect = conversion.effect.effect
      complete.isIdempotent = conversion.effect.isIdempotent
    }
    return complete
  }
}

/// What has been done to the inputs of one call.
private struct FlatWork {
  var values: ValueMap
  var dropped: [String] = []
  var unset: [String] = []
  var defaulted: [JSONPointer] = []
  /// Members that must be gone through along their schemas.
  var special: [(name: String, node: Int)] = []
}
