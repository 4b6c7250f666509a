/// The inputs of an action whose kinds do not depend on each other, which nearly all actions have.
///
/// Each is checked on its own, in one go with all that there is to do, so that a call costs little.
///
/// A class, so that a call takes one reference to it and not one to each of its parts.
final class FlatInputs: Sendable {
  /// Members that must be gone through along their schemas.
  typealias Special = [(name: String, node: Int)]

  /// An input that has a default.
  struct Default: Sendable {
    var bit: UInt64
    var name: String
    var value: Value
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
        node: property.node,
        isSpecial: schemas.mustConvert(value, at: property.node)
      )
      all.append(made.isSpecial ? made.converted(schemas, channels) : made)
    }
    defaultBits = all.reduce(0) { $0 | $1.bit }
    required = keywords.requiredBits & ~defaultBits
    self.defaults = all
  }

  /// The places of defaults by their bits.
  func defaultPlaces(_ bits: UInt64) -> [JSONPointer] {
    defaults.filter { $0.bit & bits != 0 }.map { JSONPointer([$0.name]) }
  }
}

extension InputSchema {
  /// Completes inputs with nothing wrong; nil if there is, or if their schema does not name them
  /// all.
  func complete(
    _ inputs: ValueMap,
    _ action: InputAction,
    _ flat: FlatInputs,
    nullsUnset: UnsetNulls
  ) -> CompleteInputs? {
    var complete = CompleteInputs(
      values: inputs,
      secrets: [],
      dropped: [],
      unset: [],
      partlyDefaulted: [],
      schema: self
    )
    var special = FlatInputs.Special()
    var evaluation = Evaluation(schemas.program)
    var found: UInt64 = 0
    for position in 0..<inputs.count {
      let (name, value) = inputs[position]
      guard let index = action.names.index(of: name) else {
        guard allNamesTable.index(of: name) != nil else { return nil }
        complete.dropped.append(name)
        continue
      }
      if case .null = value, !action.allowsNull[index], nullsUnset.unsets(name) {
        complete.unset.append(name)
        continue
      }
      found |= 1 << UInt64(index)
      let node = flat.nodes[index]
      if flat.giving[index] {
        guard let given = fill(name, value, node, &complete, &special), evaluation.run(node, given)
        else {
          return nil
        }
      } else {
        guard evaluation.run(node, value) else { return nil }
        if schemas.mustConvert(value, at: node) { special.append((name, node)) }
      }
    }
    guard found & flat.required == flat.required else { return nil }
    if !complete.dropped.isEmpty || !complete.unset.isEmpty {
      complete.values.removeAll { name, value in
        guard let index = action.names.index(of: name) else { return true }
        guard case .null = value else { return false }
        return !action.allowsNull[index] && nullsUnset.unsets(name)
      }
    }
    addDefaults(flat, found, &complete, &special)
    if flat.together != nil, !evaluation.runInPlace(action.root, .map(complete.values)) {
      return nil
    }
    guard special.isEmpty || convert(special, action, &complete) else { return nil }
    return complete
  }

  /// Adds the defaults of members that were not found.
  ///
  /// They fit their schemas, which was seen when the descriptor was compiled.
  private func addDefaults(
    _ flat: FlatInputs,
    _ found: UInt64,
    _ complete: inout CompleteInputs,
    _ special: inout FlatInputs.Special
  ) {
    let missing = flat.defaultBits & ~found
    if missing == 0 { return }
    complete.flatDefaults = (flat, missing)
    // The names are known to differ, so that none has to be looked up.
    var members: [ValueMap.Member] = []
    members.reserveCapacity(complete.values.count + missing.nonzeroBitCount)
    members.append(contentsOf: complete.values.members)
    for item in flat.defaults where missing & item.bit != 0 {
      members.append(ValueMap.Member(name: item.name, value: item.value))
      if item.isSpecial { special.append((item.name, item.node)) }
    }
    complete.values = ValueMap(unique: members)
  }

  /// A member's value with its defaults inside.
  private func fill(
    _ name: String,
    _ value: Value,
    _ node: Int,
    _ complete: inout CompleteInputs,
    _ special: inout FlatInputs.Special
  ) -> Value? {
    var value = value
    guard let places = defaults.add(inside: &value, of: name, at: node) else { return nil }
    if !places.isEmpty {
      complete.values[name] = value
      complete.partlyDefaulted += places
    }
    if schemas.mustConvert(value, at: node) { special.append((name, node)) }
    return value
  }

  /// Goes through what has to be along its schemas; false where something is wrong with it.
  private func convert(
    _ special: FlatInputs.Special,
    _ action: InputAction,
    _ complete: inout CompleteInputs
  ) -> Bool {
    var conversion = InputConversion(schemas, channels: action.channels)
    for (name, node) in special {
      guard let value = complete.values[name] else { continue }
      if let converted = conversion.converted(name, value, at: node) {
        complete.values[name] = converted
      }
    }
    guard conversion.findings.isEmpty else { return false }
    complete.secrets = conversion.secrets
    complete.sinks = conversion.sinks
    complete.sources = conversion.sources
    complete.effect = conversion.effect.effect
    complete.isIdempotent = conversion.effect.isIdempotent
    return true
  }
}
