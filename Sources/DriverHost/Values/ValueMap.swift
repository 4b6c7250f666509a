import OrderedCollections

/// The members of a map, in the order in which they were written, found by name in constant time.
public struct ValueMap: Sendable {
  private var storage: OrderedDictionary<String, Value>

  /// A map without members.
  public init() {
    storage = [:]
  }

  /// A map from members in order; a name that comes twice keeps its place and its last value.
  public init(_ members: some Sequence<(name: String, value: Value)>) {
    storage = OrderedDictionary(
      members.lazy.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
  }

  /// Makes room for a number of members.
  public mutating func reserveCapacity(_ count: Int) {
    storage.reserveCapacity(count)
  }

  /// The member of that name. Setting one that is there keeps its place, a new one goes to the end,
  /// nil removes it.
  public subscript(name: String) -> Value? {
    get { storage[name] }
    set { storage[name] = newValue }
  }

  /// The names, in order.
  public var names: [String] {
    Array(storage.keys)
  }

  /// Removes a member; nil if there was none.
  @discardableResult
  public mutating func remove(_ name: String) -> Value? {
    storage.removeValue(forKey: name)
  }
}

extension ValueMap: RandomAccessCollection {
  /// One member.
  public typealias Element = (name: String, value: Value)

  /// 0.
  public var startIndex: Int { 0 }
  /// The number of members.
  public var endIndex: Int { storage.count }

  /// The member at a place in the order.
  public subscript(position: Int) -> Element {
    let element = storage.elements[position]
    return (element.key, element.value)
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
    for (name, value) in self {
      var member = Hasher()
      member.combine(name)
      member.combine(value)
      sum &+= member.finalize()
    }
    hasher.combine(sum)
  }
}
