import DriverABI

extension Arena {
  /// A text as the ABI has it.
  mutating func abiText(_ string: String) -> dh_text_v1 {
    let (start, count) = unsafe text(string)
    return unsafe dh_text_v1(ptr: start, len: count)
  }

  /// A map as a driver reads it, in this arena.
  ///
  /// - Parameters:
  ///   - members: The inputs.
  ///   - secrets: The places of the secret ones: they and what is below them are flagged.
  /// - Returns: The map, which lives as long as what is in the arena.
  mutating func inputs(
    _ members: ValueMap,
    secrets: [JSONPointer]
  ) -> UnsafePointer<dh_value_v1> {
    let root = unsafe allocate(dh_value_v1.self, count: 1)
    holdsSecrets = holdsSecrets || !secrets.isEmpty
    unsafe root.initialize(
      to: map(members, secrets: secrets.map { $0.tokens[...] }, isSecret: false)
    )
    return unsafe UnsafePointer(root)
  }

  /// `secrets` are the rests of the pointers that lead through this value.
  private mutating func node(
    _ value: Value,
    secrets: [ArraySlice<String>],
    isSecret inherited: Bool
  ) -> dh_value_v1 {
    let isSecret = inherited || secrets.contains(where: \.isEmpty)
    let flags = isSecret ? DH_SECRET : 0
    switch value {
    case .null: return unsafe dh_value_v1(DH_NULL, flags)
    case .bool(let truth): return unsafe dh_value_v1(DH_BOOL, flags, integer: truth ? 1 : 0)
    case .int(let integer): return unsafe dh_value_v1(DH_INT, flags, integer: integer)
    case .double(let number): return unsafe dh_value_v1(DH_DOUBLE, flags, number: number)
    case .decimal(let decimal): return unsafe dh_value_v1(DH_DECIMAL, flags, text(decimal.text))
    case .string(let string): return unsafe dh_value_v1(DH_STRING, flags, text(string))
    case .bytes(let bytes):
      return unsafe bytes.withUnsafeBufferPointer { buffer in
        unsafe dh_value_v1(DH_BYTES, flags, (copy(buffer), buffer.count))
      }
    case .list(let items):
      let place = unsafe allocate(dh_value_v1.self, count: items.count)
      for (index, item) in items.enumerated() {
        let below = Arena.below(String(index), of: secrets)
        unsafe (place + index).initialize(to: node(item, secrets: below, isSecret: isSecret))
      }
      return unsafe dh_value_v1(DH_LIST, flags, items: place, count: items.count)
    case .map(let members): return unsafe map(members, secrets: secrets, isSecret: isSecret)
    case .json(let document):
      return unsafe node(document.value, secrets: secrets, isSecret: isSecret)
    }
  }

  private mutating func map(
    _ members: ValueMap,
    secrets: [ArraySlice<String>],
    isSecret: Bool
  ) -> dh_value_v1 {
    let place = unsafe allocate(dh_member_v1.self, count: members.count)
    var index = 0
    for (name, value) in members {
      let below = secrets.isEmpty ? [] : Arena.below(name, of: secrets)
      let member = unsafe dh_member_v1(
        name: abiText(name),
        value: node(value, secrets: below, isSecret: isSecret)
      )
      unsafe (place + index).initialize(to: member)
      index += 1
    }
    return unsafe dh_value_v1(
      DH_MAP,
      isSecret ? DH_SECRET : 0,
      members: place,
      count: members.count
    )
  }

  private static func below(
    _ token: String,
    of secrets: [ArraySlice<String>]
  ) -> [ArraySlice<String>] {
    secrets.isEmpty ? [] : secrets.filter { $0.first == token }.map { $0.dropFirst() }
  }
}

extension dh_value_v1 {
  fileprivate init(_ kind: UInt32, _ flags: UInt32, integer: Int64 = 0) {
    unsafe self.init(kind: kind, flags: flags, count: 0, as: .init(integer: integer))
  }

  fileprivate init(_ kind: UInt32, _ flags: UInt32, number: Double) {
    unsafe self.init(kind: kind, flags: flags, count: 0, as: .init(number: number))
  }

  fileprivate init(
    _ kind: UInt32,
    _ flags: UInt32,
    _ text: (start: UnsafePointer<CChar>, count: Int)
  ) {
    unsafe self.init(kind: kind, flags: flags, count: text.count, as: .init(text: text.start))
  }

  fileprivate init(
    _ kind: UInt32,
    _ flags: UInt32,
    items: UnsafePointer<dh_value_v1>,
    count: Int
  ) {
    unsafe self.init(kind: kind, flags: flags, count: count, as: .init(items: items))
  }

  fileprivate init(
    _ kind: UInt32,
    _ flags: UInt32,
    members: UnsafePointer<dh_member_v1>,
    count: Int
  ) {
    unsafe self.init(kind: kind, flags: flags, count: count, as: .init(members: members))
  }
}
