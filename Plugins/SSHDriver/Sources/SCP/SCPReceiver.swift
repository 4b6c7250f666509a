internal import DriverKit
internal import FileKit
internal import TransferKit

/// One file that comes from `scp -f`, and nothing else.
///
/// On the loop. The server names what it sends, which counts for nothing: the bytes go to one sink, once.
final class SCPReceiver: SCPExchange {
  private enum State {
    case line, content, whole, done, failed
  }

  /// What is known of the file, from what is in front of it.
  struct Facts {
    var size: UInt64
    var mode: UInt32
    /// In seconds since the beginning of 1970; nil: that was not told.
    var modified: Int64?
  }

  /// Nil: the server has not begun to send it.
  private(set) var facts: Facts?
  /// Why the server does not send it, in its words; nil: it has not said so.
  private(set) var refusal: String?
  /// Whether the server has said anything as scp does.
  private(set) var hasBegun = false
  private(set) var isHeld = false
  private let sink: any ByteSink
  private let host: String
  private let moved: (Int) -> Void
  private var state = State.line
  private var line: [UInt8] = []
  private var left: UInt64 = 0
  private var modified: Int64?
  // The other side waits for us first.
  private var outgoing: [UInt8] = [0]
  private var more: (() -> Void)?

  /// A file that is to come.
  ///
  /// - Parameters:
  ///   - sink: Where it goes.
  ///   - host: The server, for messages.
  ///   - moved: Is told of bytes that were taken.
  init(_ sink: any ByteSink, _ host: String, moved: @escaping (Int) -> Void) {
    self.sink = sink
    self.host = host
    self.moved = moved
  }

  /// Whether all of it has come, and the server has said so.
  var isDone: Bool { state == .done }

  func next() throws(DriverError) -> [UInt8]? {
    if !outgoing.isEmpty {
      defer { outgoing = [] }
      return outgoing
    }
    return state == .done || state == .failed ? nil : []
  }

  func whenMore(_ body: @escaping () -> Void) throws(DriverError) { more = body }

  func take(_ bytes: ArraySlice<UInt8>) throws(DriverError) -> Bool {
    var rest = bytes
    isHeld = false
    while let first = rest.first {
      switch state {
      case .content:
        let piece = rest.prefix(Int(clamping: left))
        rest = rest.dropFirst(piece.count)
        left -= UInt64(piece.count)
        if left == 0 { state = .whole }
        if try !sink.take(piece) { isHeld = true }
        moved(piece.count)
      case .whole where first == 0 && line.isEmpty:
        rest = rest.dropFirst()
        state = .done
        outgoing.append(0)
      case .line, .whole:
        rest = rest.dropFirst()
        guard first == 0x0A else {
          line.append(first)
          guard line.count <= SCPLine.longest, SCPReceiver.beginnings.contains(line[0]) else {
            throw SCPLine.nonsense(line[...] + rest, host)
          }
          continue
        }
        try understand()
      case .done:
        throw DriverError(
          .malformed,
          "\(host) sends more than the one file that it was asked for: what it has sent is thrown away"
        )
      case .failed: rest = []
      }
    }
    let body = more
    more = nil
    body?()
    return !isHeld
  }

  /// What a line begins with.
  private static let beginnings: [UInt8] = [1, 2] + "CDET".utf8

  private func understand() throws(DriverError) {
    defer { line = [] }
    guard let known = SCPLine(line[...]) else { throw SCPLine.nonsense(line[...], host) }
    hasBegun = true
    switch (known, state) {
    case (.failure(let text), _):
      refusal = text
      state = .failed
    case (.times(let modified), .line):
      self.modified = modified
      outgoing.append(0)
    case (.file(let mode, let size), .line):
      facts = Facts(size: size, mode: mode, modified: modified)
      left = size
      state = size == 0 ? .whole : .content
      outgoing.append(0)
    case (.directory, .line):
      refusal = "Is a directory"
      state = .failed
    default: throw SCPLine.nonsense(line[...], host)
    }
  }

  func whenRoom(_ body: @escaping () -> Void) throws(DriverError) { try sink.whenRoom(body) }
}
