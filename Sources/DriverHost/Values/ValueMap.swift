/// The members of a map, in the order in which they were written, found by name.
///
/// Names are exact, as JSON's are: two texts are one name if their bytes are equal, so that `é` as
/// one character and `e` with an accent after it are two. A map of up to 16 members is searched in
/// order, which is faster there than hashing; a larger one has an index, so that a look-up takes
/// the same time however many there are.
public struct ValueMap: Sendable {
  /// A name and its value.
  struct Member: Sendable {
    let name: String
    var value: Value
  }

  /// The largest map that is searched in order.
  private static let linearLimit = 16

  /// In order.
  private(set) var members: [Member]
  /// Empty while the map is searched in order.
  private var index = NameIndex()

  /// A map without members.
  public init() {
    members = []
  }

  /// A map from members in order; a name that comes twice keeps its place and its last value.
  public init(_ members: some Sequence<(name: String, value: Value)>) {
    self.init()
    reserveCapacity(members.underestimatedCount)
    for (name, value) in members { self[name] = value }
  }

  /// A map from members whose names are known to differ.
  init(unique members: [Member]) {
    self.members = members
    if members.count > ValueMap.linearLimit { index = NameIndex(of: members) }
  }

  /// Makes room for a number of members.
  public mutating func reserveCapacity(_ count: Int) {
    members.reserveCapacity(count)
  }

  /// The member of that name.
  ///
  /// Setting one that is there keeps its place, a new one goes to the end, nil removes it.
  public subscript(name: String) -> Value? {
    get { position(of: name).map { members[$0].value } }
    set {
      guard let newValue else {
        remove(name)
        return
      }
      if let position = position(of: name) {
        members[position].value = newValue
      } else {
        append(Member(name: name, value: newValue))
      }
    }
  }

  /// The names, in order.
  public var names: [String] {
    members.map(\.name)
  }

  /// The place of a member in the order; nil if there is none of that name.
  ///
  /// - Complexity: O(1).
  public func position(of name: String) -> Int? {
    guard index.isEmpty else { return index.position(of: name, in: members) }
    // A span: reading members out of the array would retain and release each. Most names differ in length
    // already.
    let span = members.span
    let length = name.utf8.count
    for position in span.indices
    where span[position].name.utf8.count == length && span[position].name.isExactly(name) {
      return position
    }
    return nil
  }

  /// Adds a member; false if there is one of that name.
  mutating func insert(_ name: consuming String, _ value: consuming Value) -> Bool {
    guard position(of: name) == nil else { return false }
    append(Member(name: name, value: value))
    return true
  }

  /// The value at a place in the order.
  mutating func replace(at position: Int, _ value: Value) { members[position].value = value }

  /// Removes a member; nil if there was none.
  ///
  /// - Complexity: O(n).
  @discardableResult
  public mutating func remove(_ name: String) -> Value? {
    guard let position = position(of: name) else { return nil }
    let removed = members.remove(at: position)
    // Everything behind it has moved, so the index is made anew.
    index = members.count > ValueMap.linearLimit ? NameIndex(of: members) : NameIndex()
    return removed.value
  }

  /// Removes all members of a kind.
  ///
  /// - Complexity: O(n).
  mutating func removeAll(where isRemoved: (_ name: String, _ value: Value) -> Bool) {
    let before = members.count
    members.removeAll { isRemoved($0.name, $0.value) }
    guard members.count < before, !index.isEmpty else { return }
    self = ValueMap(unique: members)
  }

  /// Adds a member whose name is not there yet.
  mutating func append(_ member: consuming Member) {
    members.append(member)
    if !index.isEmpty {
      index.insert(members.count - 1, of: members)
    } else if members.count > ValueMap.linearLimit {
      index = NameIndex(of: members)
    }
  }
}

extension ValueMap: RandomAccessCollection {
  /// One member.
  public typealias Element = (name: String, value: Value)

  /// 0.
  public var startIndex: Int { 0 }
  /// The number of members.
  public var endIndex: Int { members.count }

  /// The member at a place in the order.
  public subscript(position: Int) -> Element {
    let member = members[position]
    return (member.name, member.value)
  }
}

extension ValueMap: ExpressibleByDictionaryLiteral {
  /// A map from a literal; a name that is written twice keeps its last value.
  public init(dictionaryLiteral elements: (String, Value)...) {
    self.init(elements.lazy.map { (name: $0.0, value: $0.1) })
  }
}

extension ValueMap: Equatable, Hashable {
  /// Whether both have the same members, whatever their order.
  public static func == (left: ValueMap, right: ValueMap) -> Bool {
    left.count == right.count && left.allSatisfy { right[$0.name] == $0.value }
  }

  /// Hashes whatever the order of the members.
  public func hash(into hasher: inout Hasher) {
    var sum = 0
    for member in members { sum &+= ValueMap.hash(member) }
    hasher.combine(sum)
  }

  // Its own frame: a hasher on the stack of every level would take too much of it.
  @inline(never)
  private static func hash(_ member: Member) -> Int {
    var hasher = Hasher()
    member.name.combineExactly(into: &hasher)
    member.value.hash(into: &hasher)
    return hasher.finalize()
  }
}
