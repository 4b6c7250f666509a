/// Times in order, each with what is due then; any of them can be taken back.
///
/// A binary heap whose nodes know their place, so that `insert` and `remove` are O(log n) and a
/// removed timer leaves nothing behind. Not thread-safe.
struct TimerHeap<Payload> {
  /// Names one timer for ever: a node's place and its generation.
  struct Handle: Hashable {
    let bits: UInt64
  }

  private struct Node {
    var time: MonotonicTime
    var payload: Payload?
    var generation: UInt32
    var place: Int
  }

  private var nodes: [Node] = []
  private var free: [Int] = []
  private var heap: [Int] = []

  /// The earliest time; nil if there is none.
  var next: MonotonicTime? {
    heap.first.map { nodes[$0].time }
  }

  /// Adds a timer.
  mutating func insert(_ payload: Payload, at time: MonotonicTime) -> Handle {
    let node: Int
    if let reused = free.popLast() {
      node = reused
      nodes[node].time = time
      nodes[node].payload = payload
    } else {
      node = nodes.count
      // Generations begin at 1, so that no handle is 0.
      nodes.append(Node(time: time, payload: payload, generation: 1, place: 0))
    }
    nodes[node].place = heap.count
    heap.append(node)
    rise(from: heap.count - 1)
    return handle(of: node)
  }

  /// What is due at a timer; nil if it was due already or never there.
  subscript(handle: Handle) -> Payload? {
    let node = Int(handle.bits & 0xFFFF_FFFF)
    guard nodes.indices.contains(node), self.handle(of: node) == handle else { return nil }
    return nodes[node].payload
  }

  /// Takes a timer back; nil if it was due already or never there.
  mutating func remove(_ handle: Handle) -> Payload? {
    let node = Int(handle.bits & 0xFFFF_FFFF)
    guard nodes.indices.contains(node), self.handle(of: node) == handle,
      nodes[node].payload != nil
    else { return nil }
    return detach(node)
  }

  /// Takes the earliest timer if it is due.
  mutating func popDue(_ now: MonotonicTime) -> Payload? {
    guard let first = heap.first, nodes[first].time <= now else { return nil }
    return detach(first)
  }

  /// Takes back all timers of a kind: how many there were.
  mutating func removeAll(where isMeant: (Payload) -> Bool) -> Int {
    let meant = heap.filter { nodes[$0].payload.map(isMeant) ?? false }
    for node in meant { _ = detach(node) }
    return meant.count
  }

  private func handle(of node: Int) -> Handle {
    Handle(bits: UInt64(nodes[node].generation) << 32 | UInt64(node))
  }

  private mutating func detach(_ node: Int) -> Payload? {
    let payload = nodes[node].payload
    let place = nodes[node].place
    let last = heap.removeLast()
    if last != node {
      heap[place] = last
      nodes[last].place = place
      rise(from: place)
      sink(from: nodes[last].place)
    }
    nodes[node].payload = nil
    // 31 bits, so that a handle is above 0 also as a signed number.
    nodes[node].generation = nodes[node].generation == 0x7FFF_FFFF ? 1 : nodes[node].generation + 1
    free.append(node)
    return payload
  }

  private mutating func rise(from start: Int) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard nodes[heap[place]].time < nodes[heap[parent]].time else { return }
      swapPlaces(place, parent)
      place = parent
    }
  }

  private mutating func sink(from start: Int) {
    var place = start
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && nodes[heap[child]].time < nodes[heap[least]].time {
        least = child
      }
      if least == place { return }
      swapPlaces(place, least)
      place = least
    }
  }

  private mutating func swapPlaces(_ a: Int, _ b: Int) {
    heap.swapAt(a, b)
    nodes[heap[a]].place = a
    nodes[heap[b]].place = b
  }
}
