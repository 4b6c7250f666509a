internal import DriverKit
internal import HTTPKit

/// What goes down a channel as one.
enum Item {
  /// A JSON document on one line.
  case document([UInt8])
  /// An event; its document is made when it is sent, since each may repeat a long identifier.
  case event(ServerSentEvent)

  var json: [UInt8] {
    switch self {
    case .document(let bytes): bytes
    case .event(let event): Array(event.json.utf8)
    }
  }
}

/// Sends items down the channels that somebody reads: as values, and as lines of JSON.
final class ItemSink {
  private let call: Call
  private let loop: Loop
  private var items: [Item] = []
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

  /// Sends items.
  ///
  /// - Parameters:
  ///   - new: The items.
  ///   - drained: Runs when they have gone, in here or later.
  ///   - failed: Runs later, where they cannot go then.
  /// - Throws: Why they cannot go now: nothing of the call is ended in here, which libcurl may have called.
  func send(
    _ new: [Item],
    drained: @escaping () -> Void,
    failed: @escaping (DriverError) -> Void
  ) throws(DriverError) {
    items = Array(items[next...]) + new
    next = 0
    self.drained = drained
    self.failed = failed
    do throws(DriverError) {
      try pump()
    } catch {
      end()
      throw error
    }
  }

  /// Lets go of what was not sent.
  func end() {
    (items, next) = ([], 0)
    (drained, failed) = (nil, nil)
  }

  private func pump() throws(DriverError) {
    while next < items.count {
      guard try sendOne() else { return }
      next += 1
      isWritten = false
    }
    let drained = self.drained
    end()
    drained?()
  }

  /// Goes on where a reader was slow.
  private func goOn() {
    do throws(DriverError) {
      try pump()
    } catch {
      let failed = self.failed
      end()
      failed?(error)
    }
  }

  /// False: a reader is slow, and `pump` goes on when it is not.
  private func sendOne() throws(DriverError) -> Bool {
    let document = items[next].json
    if writesLines, !isWritten {
      let sent = try call.write(document + [UInt8(ascii: "\n")], to: RESTChannels.body)
      guard try wasTaken(sent, RESTChannels.body) else { return false }
      isWritten = true
    }
    if emitsValues {
      let text = String(decoding: document, as: UTF8.self)
      let sent = try call.send(.json(text), to: RESTChannels.items)
      guard try wasTaken(sent, RESTChannels.items) else { return false }
    }
    return true
  }

  private func wasTaken(_ sent: Call.Sent, _ channel: Int) throws(DriverError) -> Bool {
    switch sent {
    case .taken: return true
    case .again:
      try call.onReady(channel, on: loop) { [weak self] in self?.goOn() }
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
