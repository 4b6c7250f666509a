/// Where the members of a large map stand, by the hash of their names: open addressing, linear
/// probing.
struct NameIndex: Sendable {
  /// Positions plus 1, 0 where a slot is free; a power of two of them, at most half of them taken.
  private var slots: [UInt32] = []
  private var taken = 0

  /// An index without a table.
  init() {}

  /// The index of members whose names differ.
  init(of members: [ValueMap.Member]) {
    rebuild(of: members)
  }

  /// Whether nothing was ever put in.
  var isEmpty: Bool { slots.isEmpty }

  /// The position of a name; nil if it is not there.
  func position(of name: String, in members: [ValueMap.Member]) -> Int? {
    var slot = start(of: name)
    while slots[slot] != 0 {
      let position = Int(slots[slot]) - 1
      if members[position].name.isExactly(name) { return position }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Notes the member at a position, whose name is new.
  mutating func insert(_ position: Int, of members: [ValueMap.Member]) {
    guard (taken + 1) * 2 <= slots.count else {
      rebuild(of: members)
      return
    }
    var slot = start(of: members[position].name)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(position + 1)
    taken += 1
  }

  private mutating func rebuild(of members: [ValueMap.Member]) {
    var size = 64
    while size < members.count * 2 { size *= 2 }
    // A size that is just enough would be made anew at the next member.
    if size < members.count * 2 + members.count / 4 { size *= 2 }
    slots = [UInt32](repeating: 0, count: size)
    taken = 0
    for position in members.indices { insert(position, of: members) }
  }

  private func start(of name: String) -> Int {
    // Seeded for each process, so that nobody can choose names that meet in one slot.
    var hasher = Hasher()
    name.combineExactly(into: &hasher)
    return hasher.finalize() & (slots.count - 1)
  }
}
