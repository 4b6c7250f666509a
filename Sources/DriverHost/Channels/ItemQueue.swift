/// First in, first out, with a size that is added up.
///
/// Not thread-safe.
struct ItemQueue<Item> {
  private var items: [(item: Item?, size: Int)] = []
  private var head = 0

  /// The sizes of what is in it.
  private(set) var size = 0

  var isEmpty: Bool { head == items.count }

  mutating func append(_ item: Item, size: Int) {
    items.append((item, size))
    self.size += size
  }

  /// Adds to the newest item in place; false if there is none, or `body` cannot.
  mutating func addToLast(size: Int, _ body: (inout Item) -> Bool) -> Bool {
    guard !isEmpty, var item = items[items.count - 1].item else { return false }
    // Out of its place meanwhile, so that it is changed and not copied.
    items[items.count - 1].item = nil
    let isAdded = body(&item)
    items[items.count - 1].item = item
    if isAdded {
      items[items.count - 1].size += size
      self.size += size
    }
    return isAdded
  }

  mutating func popFirst() -> Item? {
    guard head < items.count, let item = items[head].item else { return nil }
    size -= items[head].size
    // Let go of now: an item may be a megabyte.
    items[head].item = nil
    head += 1
    if head == items.count {
      items.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 64, head * 2 >= items.count {
      items.removeFirst(head)
      head = 0
    }
    return item
  }

  mutating func removeAll() {
    items.removeAll()
    head = 0
    size = 0
  }
}
