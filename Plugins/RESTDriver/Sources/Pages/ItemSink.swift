internal import DriverKit

/// Sends items down the channels that somebody reads: as values, and as lines of JSON.
final class ItemSink {
  private let call: Call
  private let loop: Loop
  private var items: [[UInt8]] = []
  private var next = 0
  /// Whether the item at `next` has gone down the channel of bytes.
  private var isWritten = false
  private var drained: (() -> Void)?
  private var failed: ((DriverError) -> Void)?
  private let writesLines: Bool
  private let emitsValues: Bool

  /// A sink for the channels of a call.
  ///
  /// - Parameters:
  ///   - call: Whose channels they are.
  ///   - loop: The loop.
  ///   - writesLines: Whether items go down the channel of bytes too.
  init(_ call: Call, _ loop: Loop, writesLines: Bool) {
    self.call = call
    self.loop = loop
    self.writesLines = writesLines && call.isWanted(RESTChannels.body)
    emitsValues = call.isWanted(RESTChannels.items)
  }

  /// Whether anybody reads items.
  var isWanted: Bool { writesLines || emitsValues }

  /// Whether all has gone that was sent.
  var isEmpty: Bool { next == items.count }

  /// Sends items, each a JSON document on one line.
  ///
  /// - Parameters:
  ///   - documents: The items.
  ///   - drained: Runs when they have gone, in here or later.
  ///   - failed: Runs where they cannot go.
  func send(
    _ documents: [[UInt8]],
    drained: @escaping () -> Void,
    failed: @escaping (DriverError) -> Void
  ) {
    items = Array(items[next...]) + documents
    next = 0
    self.drained = drained
    self.failed = failed
    pump()
  }

  /// Lets go of what was not sent.
  func end() {
    (items, next) = ([], 0)
    (drained, failed) = (nil, nil)
  }

  private func pump() {
    do throws(DriverError) {
      while next < items.count {
        guard try sendOne() else { return }
        next += 1
        isWritten = false
      }
    } catch {
      let failed = self.failed
      end()
      failed?(error)
      return
    }
    let drained = self.drained
    end()
    drained?()
  }

  /// False: a reader is slow, and `pump` goes on when it is not.
  private func sendOne() throws(DriverError) -> Bool {
    if writesLines, !isWritten {
      let sent = try call.write(items[next] + [UInt8(ascii: "\n")], to: RESTChannels.body)
      guard try wasTaken(sent, RESTChannels.body) else { return false }
      isWritten = true
    }
    if emitsValues {
      let document = String(decoding: items[next], as: UTF8.self)
      let sent = try call.emit(.json(document), to: RESTChannels.items)
      guard try wasTaken(sent, RESTChannels.items) else { return false }
    }
    return true
  }

  private func wasTaken(_ sent: Call.Sent, _ channel: Int) throws(DriverError) -> Bool {
    switch sent {
    case .taken: return true
    case .again:
      try call.onReady(channel, on: loop) { [weak self] in self?.pump() }
      return false
    case .unwanted: throw DriverError(.cancelled, "whoever read the items went away")
    }
  }
}

/// The channels of the action `request`, as indexes into those that the descriptor lists.
enum RESTChannels {
  static let body = 0
  static let upload = 1
  static let items = 2
}
