import Synchronization

/// The names in a JSON document, each kept once, and which of the open maps has which.
///
/// Documents repeat their names, so a text is made for each only once. A name knows the innermost
/// open map that has it: that a name comes twice is then seen at once, in time that does not depend
/// on how many members there are.
struct JSONNames {
  private struct Name {
    var text: String
    var hash: UInt64
    var start: Int
    var count: Int
    /// The number of the innermost open map that has this name; 0: none.
    var map: UInt32
  }

  /// A member's name on the way to its map: what to put back when that map closes.
  private struct Pending {
    var name: UInt32
    var outerMap: UInt32
  }

  /// So many names are found faster by looking through all of them.
  private static let fewNames = 16

  private var names: [Name] = []
  /// The bytes of all names, one after the other.
  private var bytes: [UInt8] = []
  /// Numbers of names plus 1, 0 where a slot is free; a power of two, at most half of them taken.
  ///
  /// Empty while there are few names, which are looked through in order.
  private var slots: [UInt32] = []
  private var pending: [Pending] = []
  private let seed: UInt64
  private let keepsText: Bool

  /// What the seed of the next document is made of: nobody can foresee where it began, and going on
  /// spares each document a call of the system.
  private static let seeds = Atomic<UInt64>(.random(in: .min ... .max))

  /// No names yet.
  ///
  /// Without `keepsText` only duplicates are found.
  init(keepsText: Bool) {
    self.keepsText = keepsText
    seed = JSONNames.seeds.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
  }

  /// How many members of open maps there are.
  var pendingCount: Int { pending.count }

  /// The text of the member at a place among those of the open maps.
  @inline(__always)
  func text(at index: Int) -> String {
    names[Int(pending[index].name)].text
  }

  /// The same text where texts are not kept: for messages.
  func spelling(at index: Int) -> String {
    let name = names[Int(pending[index].name)]
    return String(decoding: bytes[name.start..<name.start + name.count], as: UTF8.self)
  }

  /// Adds a member's name to the open map of that number; false if the map has it already.
  @inline(__always)
  mutating func add(_ range: Range<Int>, of input: SourceBytes, toMap map: UInt32) -> Bool {
    let name = find(range, of: input)
    let outer = names[name].map
    pending.append(Pending(name: UInt32(name), outerMap: outer))
    names[name].map = map
    return outer != map
  }

  /// Forgets the members of the innermost open map, which are those from `first` on.
  @inline(__always)
  mutating func close(from first: Int) {
    // Backwards: a name that came twice gets back what it had before the first time.
    var index = pending.count - 1
    while index >= first {
      names[Int(pending[index].name)].map = pending[index].outerMap
      index -= 1
    }
    pending.removeLast(pending.count - first)
  }

  @inline(__always)
  private mutating func find(_ range: Range<Int>, of input: SourceBytes) -> Int {
    let hash = input.hash(range, seed: seed)
    if slots.isEmpty {
      for name in names.indices where isName(name, range, of: input, hash) { return name }
      return insert(range, of: input, hash: hash, slot: nil)
    }
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let name = Int(slots[slot]) - 1
      if isName(name, range, of: input, hash) { return name }
      slot = (slot + 1) & (slots.count - 1)
    }
    return insert(range, of: input, hash: hash, slot: slot)
  }

  @inline(__always)
  private func isName(
    _ name: Int,
    _ range: Range<Int>,
    of input: SourceBytes,
    _ hash: UInt64
  ) -> Bool {
    names[name].hash == hash && names[name].count == range.count
      && input.holds(range, sameAs: bytes, from: names[name].start)
  }

  /// Adds a name that is not there; `slot` is where it belongs, if there are slots.
  private mutating func insert(
    _ range: Range<Int>,
    of input: SourceBytes,
    hash: UInt64,
    slot: Int?
  ) -> Int {
    if names.isEmpty { reserveCapacity() }
    let text = keepsText ? input.text(range) : ""
    names.append(Name(text: text, hash: hash, start: bytes.count, count: range.count, map: 0))
    input.append(range, to: &bytes)
    if let slot { slots[slot] = UInt32(names.count) }
    if names.count >= JSONNames.fewNames, names.count * 2 > slots.count { grow() }
    return names.count - 1
  }

  /// Makes room for what most documents have: growing from nothing takes as long as reading them.
  private mutating func reserveCapacity() {
    names.reserveCapacity(JSONNames.fewNames)
    bytes.reserveCapacity(128)
    pending.reserveCapacity(JSONNames.fewNames)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: max(128, slots.count * 2))
    for (number, name) in names.enumerated() {
      var slot = Int(truncatingIfNeeded: name.hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(number + 1)
    }
  }
}
