import Glibc

/// The values that a reader has finished and whose lists and maps are still open.
///
/// Values are moved in and out, never copied: an array of them is made in one go when its list
/// closes.
@safe
struct ValueStack: ~Copyable {
  private var start: UnsafeMutablePointer<Value>
  private var capacity: Int
  /// The number of values.
  private(set) var count = 0

  /// A stack without values.
  init() {
    capacity = 32
    unsafe start = ValueStack.allocate(capacity)
  }

  deinit {
    unsafe start.deinitialize(count: count)
    unsafe free(start)
  }

  // By malloc(3): Swift's own function asks for aligned memory, which takes several times as long.
  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Value> {
    guard let place = unsafe malloc(capacity * MemoryLayout<Value>.stride) else {
      // As every allocation of Swift's own ends: there is no memory to go on with.
      fatalError("no memory left for a document")
    }
    return unsafe place.bindMemory(to: Value.self, capacity: capacity)
  }

  /// Puts a value on top.
  @inline(__always)
  mutating func push(_ value: consuming Value) {
    if count == capacity { grow() }
    unsafe (start + count).initialize(to: value)
    count += 1
  }

  /// Takes the values from `first` on, in the order in which they came.
  mutating func takeItems(from first: Int) -> [Value] {
    let taken = count - first
    precondition(first >= 0 && taken >= 0)
    count = first
    var items: [Value] = []
    items.reserveCapacity(taken)
    for index in 0..<taken { items.append(unsafe (start + first + index).move()) }
    return items
  }

  /// Takes the values from `first` on as members, whose names start at `firstName` of `names`.
  mutating func takeMembers(
    from first: Int,
    names: borrowing JSONNames,
    firstName: Int
  ) -> [ValueMap.Member] {
    let taken = count - first
    precondition(first >= 0 && taken >= 0)
    count = first
    // Not from uninitialized memory: that asks the runtime for the type of the array's storage each
    // time, which takes longer than most maps take otherwise.
    var members: [ValueMap.Member] = []
    members.reserveCapacity(taken)
    for index in 0..<taken {
      let value = unsafe (start + first + index).move()
      members.append(ValueMap.Member(name: names.text(at: firstName + index), value: value))
    }
    return members
  }

  /// Frees the values from `first` on.
  mutating func drop(from first: Int) {
    precondition(first >= 0 && first <= count)
    unsafe (start + first).deinitialize(count: count - first)
    count = first
  }

  /// Takes the value on top.
  mutating func pop() -> Value {
    precondition(count > 0)
    count -= 1
    return unsafe (start + count).move()
  }

  private mutating func grow() {
    let larger = unsafe ValueStack.allocate(capacity * 2)
    unsafe larger.moveInitialize(from: start, count: count)
    unsafe free(start)
    unsafe start = larger
    capacity *= 2
  }
}
