/// Writes a file with many requests in flight.
///
/// It sends and receives nothing, and keeps no data: who drives it sends what ``nextRequest(available:isLast:)`` tells
/// it to, and hands over the answers in whatever order they come. The first error ends it; what is in flight then is
/// still to be answered before the handle is closed.
struct SFTPWritePipeline: Sendable {
  /// A part of the file that is to be sent.
  struct Request: Sendable, Hashable {
    let offset: UInt64
    let length: Int
  }

  /// How many requests are in flight, and how long they are.
  struct Window: Sendable, Hashable {
    /// As many as OpenSSH's `sftp` has.
    var requests = 64
    var length = SFTPPacket.safeLength
  }

  private let window: Window
  /// What was sent, in order of its offset, from the first that is not answered.
  private var sent: [(request: Request, isAnswered: Bool)] = []
  /// How many of those at the beginning are done with.
  private var done = 0
  private var unanswered = 0
  /// Up to where it was sent.
  private(set) var position: UInt64
  /// Up to where all is written: where to go on after an error.
  private(set) var acknowledged: UInt64
  /// The first error; nil: there is none.
  private(set) var failure: SFTPStatus?
  private var isEnded = false

  /// A file that is to be written.
  ///
  /// - Parameters:
  ///   - begin: From where on.
  ///   - window: How much is in flight at once; no less than one request of one byte.
  init(from begin: UInt64 = 0, window: Window) {
    var window = window
    window.requests = max(window.requests, 1)
    window.length = min(max(window.length, 1), SFTPPacket.limit - 1024)
    self.window = window
    (position, acknowledged) = (begin, begin)
  }

  /// What is to be sent next, of the data at hand; nil: an answer or more data must come first.
  ///
  /// As long as answers are to come, little data waits for more: a slow source makes few requests.
  ///
  /// - Parameters:
  ///   - available: How many bytes are at hand.
  ///   - isLast: Whether none follow them.
  /// - Returns: The offset, and how many of the bytes.
  mutating func nextRequest(available: Int, isLast: Bool) -> Request? {
    guard failure == nil, !isEnded else { return nil }
    let length = min(available, window.length)
    guard length > 0 else {
      isEnded = isLast
      return nil
    }
    guard unanswered < window.requests else { return nil }
    guard length == window.length || isLast || unanswered == 0 else { return nil }
    guard position <= UInt64(Int64.max) - UInt64(length) else {
      failure = SFTPStatus(.failure, message: "the file is longer than files can be")
      return nil
    }
    let request = Request(offset: position, length: length)
    sent.append((request, false))
    unanswered += 1
    position += UInt64(length)
    isEnded = isLast && length == available
    return request
  }

  /// Says that no more data come.
  mutating func end() { isEnded = true }

  /// Takes an answer.
  ///
  /// - Parameters:
  ///   - status: The answer.
  ///   - offset: What was sent with that offset.
  /// - Throws: That nothing was.
  mutating func receive(_ status: SFTPStatus, at offset: UInt64) throws(SFTPFault) {
    guard let place = place(of: offset), !sent[place].isAnswered else {
      throw .impossible("an answer to something that was not written")
    }
    unanswered -= 1
    sent[place].isAnswered = true
    guard status.isOK else {
      // What follows an error is of no use: the file has a hole there.
      if failure == nil { failure = status }
      failedAt = min(failedAt, offset)
      return
    }
    while done < sent.count, sent[done].isAnswered, sent[done].request.offset < failedAt {
      acknowledged = sent[done].request.offset + UInt64(sent[done].request.length)
      done += 1
    }
    if done > 256 || done == sent.count {
      sent.removeFirst(done)
      done = 0
    }
  }

  /// The first offset that was not written.
  private var failedAt = UInt64.max

  /// Finds what was sent with an offset.
  private func place(of offset: UInt64) -> Int? {
    var (low, high) = (done, sent.count)
    while low < high {
      let middle = low + (high - low) / 2
      if sent[middle].request.offset < offset { low = middle + 1 } else { high = middle }
    }
    return low < sent.count && sent[low].request.offset == offset ? low : nil
  }

  /// How many requests are not answered yet.
  var requestsInFlight: Int { unanswered }

  /// Whether all is answered, and nothing more is to be sent, so that the handle can be closed.
  var isFinished: Bool { unanswered == 0 && (isEnded || failure != nil) }
}
