/// Reads a file with many requests in flight, and gives its bytes in order.
///
/// It sends and receives nothing: who drives it asks for requests, hands over the answers in whatever order they come,
/// and takes the data. What is asked for and not yet taken never exceeds the memory that it may use.
struct SFTPReadPipeline: Sendable {
  /// A part of the file that is asked for.
  struct Request: Sendable, Hashable {
    let offset: UInt64
    let length: Int
  }

  /// How many requests are in flight, and how long they are.
  struct Window: Sendable, Hashable {
    /// As many as OpenSSH's `sftp` has.
    var requests = 64
    var length = SFTPPacket.safeLength
    /// Bytes that are asked for and not yet taken.
    var memory = 4 << 20
  }

  private var window: Window
  private let begin: UInt64
  private let expected: UInt64?
  /// Where nothing more is asked for: the end that was given, or where the file ended or could not be read.
  private var stop: UInt64
  /// Why it stops there; nil: because somebody wants no more.
  private var reason: SFTPStatus?
  /// Up to where it was asked for.
  private var position: UInt64
  /// Up to where it was taken.
  private(set) var delivered: UInt64
  private var inFlight: [UInt64: Int] = [:]
  /// What short answers left out, the last one first.
  private var gaps: [Request] = []
  private var arrived: [UInt64: ArraySlice<UInt8>] = [:]
  /// How many requests may be in flight beyond the size that is known.
  private var allowance: Int

  /// A file that is to be read.
  ///
  /// - Parameters:
  ///   - begin: From where on.
  ///   - end: Where nobody wants more; nil: all there is.
  ///   - expected: How long the file is said to be: it is asked for up to there at full speed, and then carefully.
  ///   - window: How much is asked for at once; no fewer than one request of one byte.
  init(from begin: UInt64 = 0, to end: UInt64? = nil, expected: UInt64? = nil, window: Window) {
    self.window = window
    self.window.requests = max(window.requests, 1)
    self.window.length = min(max(window.length, 1), SFTPPacket.limit)
    self.window.memory = max(window.memory, self.window.length)
    self.begin = begin
    self.expected = expected
    (position, delivered) = (begin, begin)
    // Servers have offsets with a sign.
    stop = max(min(end ?? .max, UInt64(Int64.max)), begin)
    allowance = expected == nil ? 16 : 1
  }

  /// The next part to be asked for; nil: an answer, or a taker, must come first.
  mutating func nextRequest() -> Request? {
    guard inFlight.count < window.requests else { return nil }
    // In pieces of single bytes, not more memory must be used than in large ones.
    if let gap = gaps.last, gap.offset == delivered || arrived.count < window.requests * 4 {
      gaps.removeLast()
      let length = min(gap.length, window.length)
      if length < gap.length {
        gaps.append(Request(offset: gap.offset + UInt64(length), length: gap.length - length))
      }
      inFlight[gap.offset] = length
      return Request(offset: gap.offset, length: length)
    }
    guard gaps.isEmpty, position < stop else { return nil }
    let room = window.memory - Int(position - delivered)
    var length = min(UInt64(window.length), stop - position)
    if let expected, position < expected {
      // No further than the size, so that an answer is short only where the file is.
      length = min(length, expected - position)
    } else if inFlightBeyond >= allowance {
      return nil
    }
    guard Int(length) <= room else { return nil }
    defer { position += length }
    inFlight[position] = Int(length)
    return Request(offset: position, length: Int(length))
  }

  private var inFlightBeyond: Int {
    guard let expected else { return inFlight.count }
    // Only behind the size is this asked often, and there it is about few.
    return inFlight.keys.count { $0 >= expected }
  }

  /// Takes an answer with data.
  ///
  /// - Parameters:
  ///   - data: The data.
  ///   - offset: What it was asked for with.
  /// - Throws: That it cannot be the answer.
  mutating func receive(_ data: ArraySlice<UInt8>, at offset: UInt64) throws(SFTPFault) {
    guard let length = inFlight.removeValue(forKey: offset) else {
      throw .impossible("data that nobody has asked for")
    }
    guard !data.isEmpty, data.count <= length else {
      throw .impossible("\(data.count) bytes of data, where \(length) were asked for")
    }
    // Behind the end that another answer told: the file grew meanwhile, and what is between is missing.
    guard offset < stop else { return }
    arrived[offset] = data
    if offset >= expected ?? 0 { allowance = min(allowance * 2, window.requests) }
    guard data.count < length else { return }
    addGap(Request(offset: offset + UInt64(data.count), length: length - data.count))
    guard offset + UInt64(length) <= expected ?? 0 else { return }
    // Who always gives less would be asked for everything twice.
    let shorter = max(data.count, window.length / 2, SFTPReadPipeline.shortest)
    window.length = min(window.length, shorter)
  }

  /// No shorter requests are made on our own account; OpenSSH's `sftp` has the same limit.
  private static let shortest = 512

  private mutating func addGap(_ gap: Request) {
    guard gap.offset < stop else { return }
    let place = gaps.firstIndex { $0.offset < gap.offset } ?? gaps.endIndex
    gaps.insert(gap, at: place)
  }

  /// Takes an answer without data: the file's end, or an error.
  ///
  /// What is before it is still read and given: of several errors, the one that is first in the file counts.
  ///
  /// - Parameters:
  ///   - status: The answer.
  ///   - offset: What it was asked for with.
  /// - Throws: That it cannot be the answer.
  mutating func receive(_ status: SFTPStatus, at offset: UInt64) throws(SFTPFault) {
    guard inFlight.removeValue(forKey: offset) != nil, !status.isOK else {
      throw .impossible("a status that is no answer to reading")
    }
    guard offset < stop || (offset == stop && reason == nil) else { return }
    stop = offset
    reason = status
    gaps.removeAll { $0.offset >= offset }
    for place in arrived.keys where place >= offset { arrived[place] = nil }
  }

  /// The next bytes of the file, in order; nil: they are not there yet.
  mutating func nextData() -> ArraySlice<UInt8>? {
    guard delivered < stop, var data = arrived.removeValue(forKey: delivered) else { return nil }
    if UInt64(data.count) > stop - delivered { data = data.prefix(Int(stop - delivered)) }
    delivered += UInt64(data.count)
    return data
  }

  /// How many requests are not answered yet.
  var requestsInFlight: Int { inFlight.count }

  /// Whether nothing more comes: all was taken, and all is answered, so that the handle can be closed.
  var isFinished: Bool { delivered >= stop && inFlight.isEmpty }

  /// Why it ended before its end; nil: it did not, or not yet.
  var failure: SFTPStatus? { reason?.code == .end ? nil : reason }

  /// How the length of the file differs from what was expected, when it is read to its end.
  enum Change: Sendable, Hashable {
    case none
    case shrank
    case grew
  }

  /// Whether the file was changed while it was read, as far as its length tells.
  var change: Change {
    guard let expected, delivered >= stop, reason == nil || reason?.code == .end else {
      return .none
    }
    let size = max(expected, begin)
    // Where nobody wanted more, it is as long at least.
    if reason == nil { return delivered > size ? .grew : .none }
    return delivered == size ? .none : delivered < size ? .shrank : .grew
  }
}
