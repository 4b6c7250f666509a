internal import CurlKit
internal import DriverKit
internal import LoopKit
internal import TransferKit

/// What passes between the thread that carries a request out and the loop: bytes of a file, and what the server says.
///
/// The thread waits where the loop has taken or given too little; the loop never waits for the thread.
final class FTPExchange: @unchecked Sendable {
  // `@unchecked` because all that both sides use stands under the lock, and the rest is the loop's alone.
  private struct State {
    /// Bytes on their way, oldest first: from the thread to the loop, or the other way around.
    var parts: [ArraySlice<UInt8>] = []
    var count = 0
    /// Whether the loop is asked to look.
    var isPosted = false
    /// Whether there is nothing more to be sent.
    var isOver = false
    /// Whether nothing is to go on.
    var isStopped = false
    var reader = ReplyReader()
    var replies: [FTPReply] = []
    var fault: NoReply?
    /// How often something has come or gone.
    var signs = 0
    /// Whether the thread waits for the loop, and not for the server.
    var isWaiting = false
    /// How many bytes the thread has taken to be sent.
    var sent: UInt64 = 0
    /// Whether the server has begun to send or to take a file.
    var hasBegun = false
    /// How many commands behind a file are answered; nil: the file itself is not.
    var followed: Int?
    /// Whether what was to follow a file does not.
    var isHalted = false

    /// Takes note of a reply.
    ///
    /// - Returns: Of which command behind a file it is, with 0 for the file itself; nil: of neither.
    mutating func heard(_ reply: FTPReply) -> Int? {
      if replies.count < FTPExchange.mostReplies { replies.append(reply) }
      if let number = followed {
        followed = number + 1
      } else if reply.code < 200 {
        hasBegun = true
      } else if hasBegun, reply.code < 400 {
        followed = 0
      }
      return followed
    }

    /// Adds bytes that came, to the newest part where there is room in it: libcurl hands over 16 KiB at once.
    mutating func add(_ bytes: [UInt8]) {
      count += bytes.count
      if let last = parts.indices.last, parts[last].count + bytes.count <= FTPExchange.part {
        parts[last] += bytes
        return
      }
      var part: [UInt8] = []
      // A small file needs no room for a large one.
      if !parts.isEmpty { part.reserveCapacity(FTPExchange.part) }
      part += bytes
      parts.append(part[...])
    }
  }

  /// How many bytes are gathered before they are handed over as one.
  private static let part = 256 << 10

  private let state: ThreadLock<State>
  private let poster: Poster
  private let work: FTPRequest.Work
  private let told: (Int) -> Void
  private let following: FTPRequest.Following?
  /// Whether a sink has no room, or a source has no bytes.
  private var isHeld = false
  private var isEnded = false
  /// Whether nobody wants it any more: a sink that has no room is not waited for then.
  private var isGivenUp = false
  private var whenDrained: (() -> Void)?
  /// Why what comes cannot be taken, or what is to go cannot be had.
  private(set) var failure: DriverError?
  /// Bytes of files that were taken or sent.
  private(set) var moved: UInt64 = 0

  /// How many bytes are on their way at most.
  private static let most = 1 << 20
  /// How many replies are kept: a server may say more than anybody asked for.
  private static let mostReplies = 1000

  /// An exchange; on the loop.
  ///
  /// - Parameters:
  ///   - request: What is carried out.
  ///   - loop: The loop.
  init(_ request: FTPRequest, _ loop: Loop) {
    state = ThreadLock(State())
    poster = loop.poster
    work = request.work
    told = request.moved
    following = request.following
  }

  /// All that the server has said.
  var replies: [FTPReply] { state.with { $0.replies } }

  /// A line that is none of an FTP server's; nil: all are.
  var fault: NoReply? { state.with { $0.fault } }

  /// Whether what was to follow a file does not, for what was said.
  var isHalted: Bool { state.with { $0.isHalted } }

  /// How often something has come or gone, and whether it is not the server that is waited for.
  var signs: (count: Int, isOurTurn: Bool) { state.with { ($0.signs, $0.isWaiting) } }

  /// Has the thread wait for nothing any more, so that what it carries out fails; on the loop.
  func stop() {
    isGivenUp = true
    state.with {
      $0.isStopped = true
      $0.parts = []
      $0.count = 0
    }
    // The thread may have ended before, so that nobody else looks any more.
    if whenDrained != nil { goOn() }
  }

  // MARK: - On the loop

  /// Has the first bytes ready when the thread asks for them.
  func begin() {
    if case .write(_, _, let source) = work { fill(source) }
  }

  /// Takes what is left when the thread has done its work.
  ///
  /// - Parameter body: Is called once all of it is where it belongs, or cannot be.
  func end(_ body: @escaping () -> Void) {
    isEnded = true
    whenDrained = body
    look()
  }

  private func look() {
    switch work {
    case .list(_, _, let sink), .read(_, _, let sink): drain(sink)
    case .write(_, _, let source):
      tellSent()
      if !isEnded { fill(source) }
    case .commands, .visit: break
    }
    guard isEnded, isGivenUp || !isHeld || isWriting else { return }
    let body = whenDrained
    whenDrained = nil
    body?()
  }

  private var isWriting: Bool { if case .write = work { true } else { false } }

  private func drain(_ sink: any ByteSink) {
    while !isGivenUp, !isHeld {
      let parts = state.with { state in
        state.isPosted = false
        defer { (state.parts, state.count) = ([], 0) }
        return state.parts
      }
      if parts.isEmpty { return }
      for (index, part) in parts.enumerated() {
        do throws(DriverError) {
          moved += UInt64(part.count)
          let hasRoom = try sink.take(part)
          told(part.count)
          if hasRoom { continue }
          isHeld = true
          let rest = Array(parts[(index + 1)...])
          // In front of what has come meanwhile.
          state.with { state in
            state.parts = rest + state.parts
            state.count += rest.reduce(0) { $0 + $1.count }
            // Nobody is asked to look before there is room.
            state.isPosted = true
          }
          try sink.whenRoom { [self] in goOn() }
        } catch {
          fail(error)
        }
        break
      }
    }
  }

  private func fill(_ source: any ByteSource) {
    while !isGivenUp, !isHeld {
      let room = state.with { state -> Int in
        state.isPosted = false
        return state.isOver ? 0 : max(0, FTPExchange.most - state.count)
      }
      if room == 0 { return }
      do throws(DriverError) {
        switch try source.next(min(room, FTPConnection.bufferSize)) {
        case .bytes(let bytes):
          state.with { state in
            state.parts.append(bytes)
            state.count += bytes.count
          }
        case .end: state.with { $0.isOver = true }
        case .again:
          isHeld = true
          state.with { $0.isPosted = true }
          try source.whenMore { [self] in goOn() }
        }
      } catch {
        fail(error)
      }
    }
  }

  private func tellSent() {
    let sent = state.with { $0.sent }
    if sent > moved { told(Int(sent - moved)) }
    moved = sent
  }

  private func goOn() {
    isHeld = false
    // Never inside of what has called it, which may be the sink itself.
    poster.post { [self] in look() }
  }

  private func fail(_ error: DriverError) {
    if failure == nil { failure = error }
    stop()
  }

  private func post() { poster.post { [self] in look() } }
}

extension FTPExchange: CurlBlockingHandler {
  func received(line: Span<UInt8>) -> Bool {
    var question: (number: Int, reply: FTPReply, sent: UInt64)?
    let goesOn = state.with { state in
      state.signs += 1
      do throws(NoReply) {
        if let reply = try state.reader.read(line), let number = state.heard(reply) {
          question = (number, reply, state.sent)
        }
        return !state.isStopped
      } catch {
        state.fault = error
        return false
      }
    }
    guard goesOn, let following, let question else { return goesOn }
    // Outside of the lock: it may look at a file.
    if following.mayGoOn(question.number, question.reply, question.sent) { return true }
    state.with { $0.isHalted = true }
    return false
  }

  func received(body: Span<UInt8>) -> Bool {
    // Outside of the lock: a copy.
    let bytes = [UInt8](copying: body)
    let (isTaken, asks) = state.wait { state -> (Bool, Bool)? in
      state.isWaiting = state.count >= FTPExchange.most
      if state.isStopped { return (false, false) }
      if state.isWaiting { return nil }
      state.signs += 1
      state.add(bytes)
      defer { state.isPosted = true }
      return (true, !state.isPosted)
    }
    if asks { post() }
    return isTaken
  }

  func bytesToSend(into buffer: inout MutableSpan<UInt8>) -> Int? {
    let limit = buffer.count
    var asks = false
    while true {
      let part = state.wait { state -> ArraySlice<UInt8>?? in
        state.signs += 1
        state.isWaiting = false
        if state.isStopped { return .some(nil) }
        // Before it is all gone, so that there is more when it is.
        if state.count < FTPExchange.most / 2, !state.isOver, !state.isPosted {
          state.isPosted = true
          asks = true
        }
        guard let first = state.parts.first else {
          if state.isOver { return .some([]) }
          if asks { return .some([]) }
          state.isWaiting = true
          return nil
        }
        let taken = first.prefix(limit)
        if taken.count == first.count {
          state.parts.removeFirst()
        } else {
          state.parts[0] = first.dropFirst(taken.count)
        }
        state.count -= taken.count
        state.sent += UInt64(taken.count)
        return .some(taken)
      }
      if asks {
        asks = false
        post()
        if let part, part.isEmpty { continue }
      }
      guard let part else { return nil }
      buffer.copy(part)
      return part.count
    }
  }
}
