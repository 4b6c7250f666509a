extension Value: Equatable, Hashable {
  /// Whether two values are equal as JSON sees them (JSON Schema 2020-12 core, 4.2.2).
  ///
  /// Numbers by their mathematical value, so that 1, 1.0 and the decimal 1.00 are equal; maps
  /// whatever the order of their members; bytes only to bytes.
  public static func == (left: Value, right: Value) -> Bool {
    switch (left.resolved, right.resolved) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.string(let a), .string(let b)): a.isExactly(b)
    case (.bytes(let a), .bytes(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.map(let a), .map(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.double(let a), .double(let b)): a == b
    case (let a, let b):
      if let a = DecimalText(number: a), let b = DecimalText(number: b) {
        a.isNumericallyEqual(to: b)
      } else {
        false
      }
    }
  }

  /// Hashes so that equal values, as `==` has it, hash alike.
  public func hash(into hasher: inout Hasher) {
    switch resolved {
    case .null: hasher.combine(0)
    case .bool(let truth): hasher.combine(truth)
    case .string(let text): text.combineExactly(into: &hasher)
    case .bytes(let bytes): hasher.combine(bytes)
    case .list(let items):
      hasher.combine(items.count)
      for item in items { item.hash(into: &hasher) }
    case .map(let members): members.hash(into: &hasher)
    case .int(let integer): hasher.combine(integer)
    case .double, .decimal, .json: Value.hash(number: self, into: &hasher)
    }
  }

  // Its own frame, since values nest.
  @inline(never)
  private static func hash(number: Value, into hasher: inout Hasher) {
    if case .double(let double) = number, double.magnitude < 0x1p53,
      let integer = Int64(exactly: double)
    {
      hasher.combine(integer)
    } else if let number = DecimalText(number: number)?.normalized {
      // By all of its digits: numbers that round to one double are easily made.
      if let integer = number.int64 { hasher.combine(integer) } else { hasher.combine(number) }
    }
  }
}
