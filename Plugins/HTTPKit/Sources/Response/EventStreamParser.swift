/// Why a stream of events cannot be read on.
package struct EventTooLong: Error, Equatable {
  /// How many bytes an event may have.
  package let limit: Int
}

/// Reads a stream of server-sent events, `text/event-stream` (WHATWG HTML, section 9.2).
///
/// It is fed with pieces of the stream as they come; they may end anywhere. An event is given as soon
/// as the empty line after it has ended, be it with a CR alone.
package struct EventStreamParser: Sendable {
  private let limit: Int
  /// The line that is coming.
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var event: [UInt8] = []
  /// The identifier that counts from the next event on.
  private var nextID: [UInt8] = []
  private var hasNewID = false
  private var isFirstLine = true
  /// Whether a line feed belongs to the line end before it.
  private var followsReturn = false
  private var hasFailed = false

  /// The identifier to open the stream again with (`Last-Event-ID`); empty: none.
  package private(set) var lastEventID = ""
  /// How long to wait before the stream is opened again, as it has said last; nil: it has not.
  package private(set) var retryMilliseconds: Int?

  /// A stream from its beginning.
  ///
  /// - Parameters:
  ///   - limit: How many bytes an event, its line ends apart, may have.
  ///   - lastEventID: What the stream is opened with, if it is opened again.
  package init(limit: Int = 1 << 20, lastEventID: String = "") {
    self.limit = limit
    self.lastEventID = lastEventID
    nextID = Array(lastEventID.utf8)
  }

  /// Whether the stream, if it ends now, ends within an event, which is then dropped.
  package var hasUnfinishedEvent: Bool {
    if !data.isEmpty || !event.isEmpty { return true }
    // A comment is no part of an event.
    return !line.isEmpty && line[0] != UInt8(ascii: ":")
  }

  /// Reads the next piece.
  ///
  /// - Parameters:
  ///   - bytes: The piece.
  ///   - events: What the finished events are appended to, those before a failure too.
  /// - Throws: Where an event is longer than the limit; from then on, always.
  package mutating func read(
    _ bytes: Span<UInt8>,
    into events: inout [ServerSentEvent]
  ) throws(EventTooLong) {
    guard !hasFailed else { throw EventTooLong(limit: limit) }
    for index in bytes.indices {
      let byte = bytes[index]
      let isRestOfEnd = followsReturn && byte == UInt8(ascii: "\n")
      followsReturn = byte == UInt8(ascii: "\r")
      if isRestOfEnd { continue }
      if byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") {
        endLine(&events)
        continue
      }
      line.append(byte)
      // The identifier counts, since it is kept from event to event.
      guard line.count + data.count + event.count + nextID.count <= limit else {
        fail()
        throw EventTooLong(limit: limit)
      }
    }
  }

  private mutating func fail() {
    hasFailed = true
    (line, data, event) = ([], [], [])
  }

  // MARK: - Lines

  private mutating func endLine(_ events: inout [ServerSentEvent]) {
    defer { line.removeAll(keepingCapacity: true) }
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    }
    if line.isEmpty {
      dispatch(&events)
      return
    }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[colon...].dropFirst()
    if value.first == UInt8(ascii: " ") { value.removeFirst() }
    // A line that begins with a colon is a comment: it has a name that no field has.
    let name = line[..<colon]
    if name.elementsEqual("data".utf8) {
      data += value
      data.append(UInt8(ascii: "\n"))
    } else if name.elementsEqual("event".utf8) {
      event = Array(value)
    } else if name.elementsEqual("id".utf8) {
      if !value.contains(0) { (nextID, hasNewID) = (Array(value), true) }
    } else if name.elementsEqual("retry".utf8) {
      setRetry(value)
    }
  }

  private mutating func setRetry(_ digits: ArraySlice<UInt8>) {
    guard !digits.isEmpty,
      digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
    else { return }
    // Digits alone fail only where there are too many.
    retryMilliseconds = Int(String(decoding: digits, as: UTF8.self)) ?? Int.max
  }

  /// Ends an event: without data there is none.
  private mutating func dispatch(_ events: inout [ServerSentEvent]) {
    if hasNewID {
      // Made once: events share it.
      lastEventID = String(decoding: nextID, as: UTF8.self)
      hasNewID = false
    }
    defer {
      data.removeAll(keepingCapacity: data.capacity <= 64 << 10)
      event.removeAll()
    }
    guard !data.isEmpty else { return }
    data.removeLast()
    events.append(
      ServerSentEvent(
        event: event.isEmpty ? "message" : String(decoding: event, as: UTF8.self),
        data: String(decoding: data, as: UTF8.self),
        id: lastEventID,
        retryMilliseconds: retryMilliseconds
      )
    )
  }
}
