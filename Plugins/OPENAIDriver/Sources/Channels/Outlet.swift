internal import DriverKit

/// What waits for a slow reader of a channel.
struct Outlet {
  /// The channel `text`, as an index into those that the descriptor lists.
  static let text = 0
  /// The channel `events`.
  static let events = 1

  /// Up to which size texts are joined, and larger ones sent in pieces: any host takes so much at once.
  private static let pieceSize = 64 << 10

  private enum Item {
    case bytes([UInt8])
    case value(String)
  }

  let channel: Int
  private var items: [Item] = []
  /// Whether anybody reads it.
  private(set) var isWanted: Bool

  /// The outlet of a channel.
  init(_ channel: Int, isWanted: Bool) {
    self.channel = channel
    self.isWanted = isWanted
  }

  /// Whether nothing waits.
  var isEmpty: Bool { items.isEmpty }

  /// Adds bytes, if anybody reads them.
  mutating func add(_ bytes: some Collection<UInt8>) {
    guard isWanted else { return }
    var rest = bytes[...]
    if case .bytes(var last) = items.last, last.count < Outlet.pieceSize {
      let piece = rest.prefix(Outlet.pieceSize - last.count)
      last += piece
      rest = rest[piece.endIndex...]
      items[items.count - 1] = .bytes(last)
    }
    while !rest.isEmpty {
      items.append(.bytes(Array(rest.prefix(Outlet.pieceSize))))
      rest = rest.dropFirst(Outlet.pieceSize)
    }
  }

  /// Adds a value that is a JSON document, if anybody reads them.
  mutating func add(document: String) {
    if isWanted { items.append(.value(document)) }
  }

  /// Sends what the reader takes.
  ///
  /// - Throws: The stop's error when the call is to stop.
  /// - Returns: Whether all was taken; else `onReady` tells when to try again.
  mutating func flush(_ call: Call) throws(DriverError) -> Bool {
    var count = 0
    defer { items.removeFirst(count) }
    for item in items {
      let sent =
        switch item {
        case .bytes(let bytes): try call.write(bytes, to: channel)
        case .value(let document): try call.send(.json(document), to: channel)
        }
      switch sent {
      case .taken: count += 1
      case .again: return false
      case .unwanted:
        isWanted = false
        count = items.count
        return true
      }
    }
    return true
  }
}
