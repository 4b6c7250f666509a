internal import DriverKit
internal import FileKit
internal import TransferKit

/// One file that goes to `scp -t`.
///
/// On the loop. The memory holds no more of it than is read at once.
final class SCPSender: SCPExchange {
  /// What the next answer is to.
  private enum State {
    case greeting, times, header, content, whole, done, failed
  }

  /// Why the server does not take it, in its words; nil: it has not said so.
  private(set) var refusal: String?
  private let header: SCPLine
  private let times: SCPLine?
  private let source: any ByteSource
  private let host: String
  private let check: () throws(DriverError) -> Void
  private let moved: (Int) -> Void
  private var left: UInt64
  private var state = State.greeting
  private var outgoing: [UInt8] = []
  private var more: (() -> Void)?
  /// What came of an answer that is a text.
  private var text: [UInt8] = []
  private(set) var isHeld = false

  /// How many bytes are handed over at once.
  static let piece = 64 << 10

  /// A file that is to be sent.
  ///
  /// - Parameters:
  ///   - size: How many bytes it has.
  ///   - mode: The mode that it is made with.
  ///   - modified: Its time of change, in seconds since the beginning of 1970; nil: that of its making.
  ///   - source: Its bytes.
  ///   - host: The server, for messages.
  ///   - moved: Is told of bytes that are handed over.
  ///   - check: Looks at the source when all is read, before the server is told that this is all.
  init(
    size: UInt64,
    mode: UInt32,
    modified: Int64?,
    source: any ByteSource,
    host: String,
    moved: @escaping (Int) -> Void,
    check: @escaping () throws(DriverError) -> Void
  ) {
    header = .file(mode: mode, size: size)
    times = modified.map { .times(modified: $0) }
    left = size
    self.source = source
    self.host = host
    self.check = check
    self.moved = moved
  }

  /// Whether the server has said that it has all of it.
  var isDone: Bool { state == .done }

  /// Whether it has begun to speak as scp does.
  var hasBegun: Bool { state != .greeting }

  func next() throws(DriverError) -> [UInt8]? {
    if !outgoing.isEmpty {
      defer { outgoing = [] }
      return outgoing
    }
    if state == .content { return try content() }
    return state == .done || state == .failed ? nil : []
  }

  private func content() throws(DriverError) -> [UInt8] {
    isHeld = false
    guard left > 0 else {
      try check()
      state = .whole
      return [0]
    }
    switch try source.next(Int(min(left, UInt64(SCPSender.piece)))) {
    case .bytes(let bytes):
      left -= UInt64(bytes.count)
      moved(bytes.count)
      return Array(bytes)
    case .again:
      isHeld = true
      return []
    case .end:
      throw DriverError(
        .changed,
        "there are \(left) bytes less to send than were promised: try again when nobody writes the file"
      )
    }
  }

  func whenMore(_ body: @escaping () -> Void) throws(DriverError) {
    more = body
    if state == .content { try source.whenMore { [weak self] in self?.wake() } }
  }

  private func wake() {
    let body = more
    more = nil
    body?()
  }

  func take(_ bytes: ArraySlice<UInt8>) throws(DriverError) -> Bool {
    for byte in bytes {
      if !text.isEmpty {
        if byte == 0x0A { refuse() } else if text.count < SCPLine.longest { text.append(byte) }
      } else if state == .done || state == .failed {
        break
      } else if byte == 1 || byte == 2 {
        text = [byte]
      } else if byte == 0, state != .content {
        answered()
      } else {
        throw SCPLine.nonsense(bytes, host)
      }
    }
    wake()
    return true
  }

  private func answered() {
    switch state {
    case .greeting:
      state = times == nil ? .header : .times
      outgoing = (times ?? header).bytes
    case .times:
      state = .header
      outgoing = header.bytes
    case .header: state = .content
    case .whole: state = .done
    case .content, .done, .failed: break
    }
  }

  private func refuse() {
    if case .failure(let text) = SCPLine(text[...]) { refusal = text }
    text = []
    state = .failed
  }

  func whenRoom(_ body: @escaping () -> Void) throws(DriverError) { body() }
}
