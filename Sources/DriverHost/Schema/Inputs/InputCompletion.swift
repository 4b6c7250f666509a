/// Applies a plan to one value: first the defaults, then, when the value was found valid, the kinds.
struct InputCompletion {
  private(set) var faults: [Fault] = []
  private(set) var defaulted: [JSONPointer] = []
  private(set) var secrets: [JSONPointer] = []
  private(set) var sinks: [CompleteInputs.ChannelPath] = []
  private(set) var sources: [CompleteInputs.ChannelPath] = []
  private var path: [String] = []

  // MARK: - Defaults

  /// Adds the defaults of members that are missing: a member's own, then those of the branch that a
  /// constant selects.
  mutating func addDefaults(_ plan: InputPlan, to members: inout ValueMap) {
    for (name, member) in plan.members {
      if let value = members[name] {
        if case .map(var inner) = value {
          path.append(name)
          let count = defaulted.count
          addDefaults(member, to: &inner)
          if defaulted.count > count { members[name] = .map(inner) }
          path.removeLast()
        } else if case .list(let items) = value {
          path.append(name)
          if let completed = completing(items, member) { members[name] = completed }
          path.removeLast()
        }
      } else if let value = member.defaultValue {
        path.append(name)
        defaulted.append(JSONPointer(path))
        if case .map(var inner) = value {
          addDefaults(member, to: &inner)
          members[name] = .map(inner)
        } else {
          members[name] = value
        }
        path.removeLast()
      }
    }
    if let others = plan.others {
      for (name, value) in members where plan.member(name) === others {
        guard case .map(var inner) = value else { continue }
        path.append(name)
        let count = defaulted.count
        addDefaults(others, to: &inner)
        if defaulted.count > count { members[name] = .map(inner) }
        path.removeLast()
      }
    }
    for choice in plan.choices where choice.givesDefaults {
      guard let (branch, isByConstant) = choice.branch(for: .map(members)), isByConstant else {
        continue
      }
      addDefaults(branch.plan, to: &members)
    }
  }

  private mutating func completing(_ items: [Value], _ plan: InputPlan) -> Value? {
    guard plan.items != nil || !plan.firstItems.isEmpty else { return nil }
    var items = items
    let count = defaulted.count
    for index in items.indices {
      guard let item = plan.item(index), case .map(var inner) = items[index] else { continue }
      path.append(String(index))
      addDefaults(item, to: &inner)
      items[index] = .map(inner)
      path.removeLast()
    }
    return defaulted.count > count ? .list(items) : nil
  }

  // MARK: - Kinds

  /// Gives every member the kind that its schema names, and notes what is secret.
  mutating func convert(_ plans: [InputPlan], _ members: inout ValueMap) {
    for (name, value) in members {
      path.append(name)
      let below = plans.compactMap { $0.member(name) }
      if let converted = converting(value, below) { members[name] = converted }
      if name.utf8.contains(0) { refuseNul() }
      path.removeLast()
    }
  }

  /// The value as another kind; nil if it stays as it is.
  private mutating func converting(_ value: Value, _ plans: [InputPlan]) -> Value? {
    var all = plans
    for plan in plans { add(plan, for: value, to: &all) }
    if all.contains(where: \.isSecret) { secrets.append(JSONPointer(path)) }
    switch value {
    case .map(var members):
      convert(all, &members)
      return .map(members)
    case .list(let items): return converting(items, all)
    case .string(let text):
      if text.utf8.contains(0), !all.contains(where: \.allowsNul) { refuseNul() }
      for plan in all {
        if let channel = plan.sink { sinks.append(.init(channel: channel, path: text)) }
        if let channel = plan.source { sources.append(.init(channel: channel, path: text)) }
      }
      return converting(text, all)
    case .double(let number):
      guard all.contains(where: { $0.conversion == .integer }) else { return nil }
      return integer(number)
    case .decimal(let decimal):
      guard all.contains(where: { $0.conversion == .integer }) else { return nil }
      faults.append(
        Fault(
          .invalid,
          at: JSONPointer(path),
          "the integer \(decimal.text) is larger than 64 bits hold",
          keyword: "type"
        )
      )
      return nil
    case .int(let integer):
      guard all.contains(where: { $0.conversion == .decimal }) else { return nil }
      return DecimalText(String(integer)).map { .decimal($0) }
    case .null, .bool, .bytes, .json: return nil
    }
  }

  /// Adds the branches that a value is meant for, and theirs.
  private func add(_ plan: InputPlan, for value: Value, to all: inout [InputPlan]) {
    for choice in plan.choices {
      guard let (branch, _) = choice.branch(for: value) else { continue }
      all.append(branch.plan)
      add(branch.plan, for: value, to: &all)
    }
  }

  private mutating func converting(_ items: [Value], _ plans: [InputPlan]) -> Value? {
    var items = items
    var isChanged = false
    for index in items.indices {
      path.append(String(index))
      if let item = converting(items[index], plans.compactMap { $0.item(index) }) {
        items[index] = item
        isChanged = true
      }
      path.removeLast()
    }
    return isChanged ? .list(items) : nil
  }

  private mutating func converting(_ text: String, _ plans: [InputPlan]) -> Value? {
    for plan in plans {
      switch plan.conversion {
      case .bytes:
        if let bytes = try? Base64.decode(text) { return .bytes(bytes) }
        faults.append(
          Fault(
            .invalid,
            at: JSONPointer(path),
            "the text is not base64 (RFC 4648)",
            expected: "base64",
            keyword: "contentEncoding"
          )
        )
      case .decimal:
        if let decimal = DecimalText(text) { return .decimal(decimal) }
        faults.append(
          Fault(
            .invalid,
            at: JSONPointer(path),
            "the text is not a decimal number such as 12.50",
            expected: "a decimal number",
            keyword: "format"
          )
        )
      case .none, .integer: break
      }
    }
    return nil
  }

  private mutating func integer(_ number: Double) -> Value? {
    if let integer = Int64(exactly: number) { return .int(integer) }
    faults.append(
      Fault(
        .invalid,
        at: JSONPointer(path),
        "the integer \(number) is larger than 64 bits hold",
        keyword: "type"
      )
    )
    return nil
  }

  private mutating func refuseNul() {
    faults.append(
      Fault(
        .invalid,
        at: JSONPointer(path),
        "the text holds the character U+0000, at which C libraries would cut it off"
      )
    )
  }
}
