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
  ///   - probing: What is done differently while a driver is being checked.
  /// - Returns: The map, which lives as long as what is in the arena.
  mutating func inputs(
    _ members: ValueMap,
    secrets: [JSONPointer],
    probing: DriverRuntime.Probing? = nil
  ) -> UnsafePointer<dh_value_v1> {
    let root = unsafe allocate(dh_value_v1.self, count: 1)
    unsafe root.initialize(to: map(members, unknown: probing?.value.unknownInputs ?? []))
    if let probing, probing.value.isNewer {
      unsafe Arena.flagAll(root, Arena.unknownFlag)
    }
    if !secrets.isEmpty {
      holdsSecrets = true
      for place in secrets { unsafe Arena.flag(root, at: place.tokens[...]) }
    }
    return unsafe UnsafePointer(root)
  }

  /// What a caller tells about its call, as a driver reads it.
  ///
  /// - Returns: The map, which lives as long as what is in the arena.
  mutating func context(
    _ context: CallContext,
    probing: DriverRuntime.Probing?
  ) -> UnsafePointer<dh_value_v1> {
    if context.isEmpty, probing?.value.isNewer != true { return unsafe Arena.emptyMap }
    var members: ValueMap = [:]
    if !context.traceparent.isEmpty { members["traceparent"] = .string(context.traceparent) }
    if !context.tracestate.isEmpty { members["tracestate"] = .string(context.tracestate) }
    let unknown = probing?.value.isNewer == true ? ["dh_newer"] : []
    let root = unsafe allocate(dh_value_v1.self, count: 1)
    unsafe root.initialize(to: map(members, unknown: unknown))
    return unsafe UnsafePointer(root)
  }

  /// A map without members, for ever at one place and never changed, which is why it may be shared.
  nonisolated(unsafe) static let emptyMap: UnsafePointer<dh_value_v1> = {
    let place = UnsafeMutablePointer<dh_value_v1>.allocate(capacity: 1)
    unsafe place.initialize(to: dh_value_v1(DH_MAP))
    return unsafe UnsafePointer(place)
  }()

  /// A value as engines read it, in this arena.
  ///
  /// - Parameters:
  ///   - value: The value; documents in it become trees.
  ///   - secrets: The places of the secret ones: they and what is below them are flagged.
  /// - Returns: The value, which lives as long as what is in the arena.
  mutating func tree(_ value: Value, secrets: [JSONPointer]) -> UnsafePointer<dh_value_v1> {
    let root = unsafe allocate(dh_value_v1.self, count: 1)
    unsafe root.initialize(to: node(value))
    if !secrets.isEmpty { holdsSecrets = true }
    for place in secrets { unsafe Arena.flag(root, at: place.tokens[...]) }
    return unsafe UnsafePointer(root)
  }

  /// What no revision has until now.
  private static let unknownKind: UInt32 = 0x7FFF_FFF0
  private static let unknownFlag: UInt32 = 0x4000_0000

  private mutating func node(_ value: Value) -> dh_value_v1 {
    switch value {
    case .null: return unsafe dh_value_v1(DH_NULL)
    case .bool(let truth): return unsafe dh_value_v1(DH_BOOL, integer: truth ? 1 : 0)
    case .int(let integer): return unsafe dh_value_v1(DH_INT, integer: integer)
    case .double(let number): return unsafe dh_value_v1(DH_DOUBLE, number: number)
    case .decimal(let decimal): return unsafe dh_value_v1(DH_DECIMAL, text(decimal.text))
    case .string(let string): return unsafe dh_value_v1(DH_STRING, text(string))
    case .bytes(let bytes):
      return unsafe bytes.withUnsafeBufferPointer { buffer in
        unsafe dh_value_v1(DH_BYTES, (copy(buffer), buffer.count))
      }
    case .list(let items):
      let place = unsafe allocate(dh_value_v1.self, count: items.count)
      for (index, item) in items.enumerated() {
        unsafe (place + index).initialize(to: node(item))
      }
      return unsafe dh_value_v1(DH_LIST, items: place, count: items.count)
    case .map(let members): return unsafe map(members)
    case .json(let document): return unsafe node(document.value)
    }
  }

  /// A map; `unknown` are names of further members, of a kind that nobody knows.
  private mutating func map(_ members: ValueMap, unknown: [String] = []) -> dh_value_v1 {
    let place = unsafe allocate(dh_member_v1.self, count: members.count + unknown.count)
    // A span: reading members out of the map would retain and release each.
    let span = members.members.span
    for index in span.indices {
      let member = unsafe dh_member_v1(
        name: abiText(span[index].name),
        value: node(span[index].value)
      )
      unsafe (place + index).initialize(to: member)
    }
    for (index, name) in unknown.enumerated() {
      unsafe (place + members.count + index).initialize(
        to: dh_member_v1(name: abiText(name), value: dh_value_v1(Arena.unknownKind))
      )
    }
    return unsafe dh_value_v1(DH_MAP, members: place, count: members.count + unknown.count)
  }

  /// Flags the value at a place below `value`, and all that is in it; nothing if there is none.
  private static func flag(_ value: UnsafeMutablePointer<dh_value_v1>, at path: ArraySlice<String>)
  {
    guard let token = path.first else {
      unsafe flagAll(value)
      return
    }
    switch unsafe value.pointee.kind {
    case DH_MAP:
      let members = unsafe UnsafeMutablePointer(mutating: value.pointee.as.members)
      for index in 0..<(unsafe value.pointee.count) {
        guard let member = unsafe members.map({ unsafe $0 + index }),
          unsafe isText(member.pointee.name, token)
        else { continue }
        unsafe flag(Arena.value(of: member), at: path.dropFirst())
        return
      }
    case DH_LIST:
      // As RFC 6901 has it: 00 is no index.
      guard let index = Int(token), String(index) == token, index >= 0,
        index < (unsafe value.pointee.count),
        let items = unsafe UnsafeMutablePointer(mutating: value.pointee.as.items)
      else { return }
      unsafe flag(items + index, at: path.dropFirst())
    default: return
    }
  }

  private static func flagAll(
    _ value: UnsafeMutablePointer<dh_value_v1>,
    _ flag: UInt32 = DH_SECRET
  ) {
    unsafe value.pointee.flags |= flag
    let count = unsafe value.pointee.count
    switch unsafe value.pointee.kind {
    case DH_MAP:
      guard let members = unsafe UnsafeMutablePointer(mutating: value.pointee.as.members) else {
        return
      }
      for index in 0..<count { unsafe flagAll(Arena.value(of: members + index), flag) }
    case DH_LIST:
      guard let items = unsafe UnsafeMutablePointer(mutating: value.pointee.as.items) else {
        return
      }
      for index in 0..<count { unsafe flagAll(items + index, flag) }
    default: return
    }
  }

  private static func value(
    of member: UnsafeMutablePointer<dh_member_v1>
  ) -> UnsafeMutablePointer<dh_value_v1> {
    unsafe UnsafeMutableRawPointer(member)
      .advanced(by: MemoryLayout<dh_member_v1>.offset(of: \.value) ?? 0)
      .assumingMemoryBound(to: dh_value_v1.self)
  }

  private static func isText(_ text: dh_text_v1, _ string: String) -> Bool {
    guard unsafe text.len == string.utf8.count else { return false }
    var index = 0
    for byte in string.utf8 {
      guard let start = unsafe text.ptr, unsafe UInt8(bitPattern: start[index]) == byte else {
        return false
      }
      index += 1
    }
    return true
  }
}

extension dh_value_v1 {
  fileprivate init(_ kind: UInt32, integer: Int64 = 0) {
    unsafe self.init(kind: kind, flags: 0, count: 0, as: .init(integer: integer))
  }

  fileprivate init(_ kind: UInt32, number: Double) {
    unsafe self.init(kind: kind, flags: 0, count: 0, as: .init(number: number))
  }

  fileprivate init(_ kind: UInt32, _ text: (start: UnsafePointer<CChar>, count: Int)) {
    unsafe self.init(kind: kind, flags: 0, count: text.count, as: .init(text: text.start))
  }

  fileprivate init(_ kind: UInt32, items: UnsafePointer<dh_value_v1>, count: Int) {
    unsafe self.init(kind: kind, flags: 0, count: count, as: .init(items: items))
  }

  fileprivate init(_ kind: UInt32, members: UnsafePointer<dh_member_v1>, count: Int) {
    unsafe self.init(kind: kind, flags: 0, count: count, as: .init(members: members))
  }
}
