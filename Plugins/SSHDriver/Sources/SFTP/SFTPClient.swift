internal import CSSH2
internal import DriverKit
internal import LoopKit
internal import TransferKit

/// The files of a server: one channel with SFTP, and the requests of many calls that are in flight in it.
///
/// On the loop. Each request is answered exactly once, by the server or by the end of the channel.
final class SFTPClient {
  /// Is told the answer.
  typealias Handler = (Result<SFTPResponse, DriverError>) -> Void

  /// What the server can do besides the protocol.
  let version: SFTPVersion
  /// How much the server takes and sends at once.
  private(set) var limits = SFTPLimits.unknown
  /// Why nothing more can be asked for; nil: it can.
  private(set) var failure: DriverError?
  /// How many calls use it.
  var users = 0
  /// How many of them have waited for an answer in vain.
  var disappointed = 0
  /// Whether nothing has come since one of them did: no other call is to begin with this.
  var isSilent = false
  /// When something came from the server last.
  private(set) var lastHeard = 0.0
  /// Runs out when the server has been silent for so long that this is ended.
  var patience: LoopTimer?

  private let channel: SSHChannel
  let loop: Loop
  private var pending: [UInt32: Handler] = [:]
  private var lastID: UInt32 = 0
  private var decoder: SFTPDecoder
  /// What is to be written, from `written` on.
  private var outgoing: [UInt8] = []
  private var written = 0
  private var isStepping = false
  private var isPosted = false
  private var buffer = [UInt8](repeating: 0, count: 256 << 10)

  /// A client of a channel in which SFTP has begun.
  private init(_ channel: SSHChannel, _ start: SFTPStart, _ version: SFTPVersion, _ loop: Loop) {
    self.channel = channel
    self.version = version
    self.loop = loop
    decoder = start.decoder
  }

  /// Begins SFTP.
  ///
  /// - Parameters:
  ///   - connection: Where.
  ///   - loop: The loop.
  ///   - scope: How long it may take.
  /// - Throws: Why the server has none.
  /// - Returns: The client.
  static func open(
    _ connection: SSHConnection,
    _ loop: Loop,
    _ scope: Scope
  ) async throws(DriverError) -> SFTPClient {
    let channel = try await connection.opener.open(.files, scope)
    let start = SFTPStart(channel, connection.name)
    let client: SFTPClient
    do throws(DriverError) {
      client = SFTPClient(channel, start, try await start.run(scope), loop)
    } catch {
      channel.end()
      throw error
    }
    client.listen()
    guard client.version.extensions.contains(.limits) else { return client }
    let answer: SFTPResponse
    do throws(DriverError) {
      answer = try await client.answer(.extended(.limits), scope)
    } catch {
      // Nobody else would: who waits for the answer keeps it.
      client.end(error)
      throw error
    }
    guard case .extended(let bytes) = answer else { return client }
    do throws(SFTPFault) {
      client.limits = try SFTPLimits(bytes)
    } catch {
      throw client.end(error)
    }
    return client
  }

  /// Stands among those who wait for something of the session, until the channel's end.
  private func listen() {
    channel.transport.goOn { [weak self] in
      self?.step() ?? 0
    } then: { [weak self] status in
      guard let self, failure == nil else { return }
      end(channel.transport.failure(status, "the connection for SFTP is lost"))
    }
  }

  // MARK: - Requests

  /// Asks for something.
  ///
  /// - Parameters:
  ///   - request: What.
  ///   - handler: Is told the answer; also at once, where there can be none.
  func submit(_ request: SFTPRequest, _ handler: @escaping Handler) {
    if let failure {
      handler(.failure(failure))
      return
    }
    repeat { lastID &+= 1 } while pending[lastID] != nil
    do throws(SFTPFault) {
      outgoing += try request.packet(id: lastID)
    } catch {
      handler(.failure(DriverError(.invalidInput, "\(error)")))
      return
    }
    pending[lastID] = handler
    wake()
  }

  /// Asks for something and waits for the answer.
  ///
  /// - Parameters:
  ///   - request: What.
  ///   - scope: How long. Of an answer that comes later nothing is left, also no handle on the server.
  /// - Throws: Why the scope or the channel has ended.
  /// - Returns: The answer.
  func answer(_ request: SFTPRequest, _ scope: Scope) async throws(DriverError) -> SFTPResponse {
    try scope.check()
    let waiting = Waiting<SFTPResponse>()
    submit(request) { [self] result in
      if let failure = scope.failure {
        if case .success(.handle(let handle)) = result { submit(.close(handle)) { _ in } }
        waiting.finish(.failure(failure))
      } else {
        waiting.finish(result)
      }
    }
    return try await waiting.value(scope)
  }

  /// How many bytes wait for the server to take them.
  var unwritten: Int { outgoing.count - written }

  /// Has what was asked for written soon, with all that is asked for meanwhile.
  private func wake() {
    guard !isStepping, !isPosted else { return }
    isPosted = true
    loop.post { [weak self] in
      guard let self else { return }
      isPosted = false
      channel.transport.pump()
    }
  }

  // MARK: - The channel

  /// Writes and reads what can be; `LIBSSH2_ERROR_EAGAIN` until the end.
  private func step() -> Int {
    guard failure == nil else { return 0 }
    isStepping = true
    defer { isStepping = false }
    let again = Int(LIBSSH2_ERROR_EAGAIN)
    while true {
      let sent = flush()
      if sent < 0, sent != again { return sent }
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe channel.read(.output, into: $0) }
      if count <= 0, count != again, count != 0 { return count }
      if count > 0 {
        take(count)
        if failure != nil { return 0 }
        continue
      }
      // What the program of the server says of itself must not fill the window.
      let said = unsafe buffer.withUnsafeMutableBytes { unsafe channel.read(.errors, into: $0) }
      if said > 0 { continue }
      if channel.isAtEnd {
        end(lost)
        return 0
      }
      // An answer may have brought new requests.
      if unwritten == 0 || sent == again { return again }
    }
  }

  private func flush() -> Int {
    while written < outgoing.count {
      let count = unsafe outgoing.withUnsafeBytes {
        unsafe channel.write(UnsafeRawBufferPointer(rebasing: $0[written...]))
      }
      guard count > 0 else {
        compact()
        return count == 0 ? Int(LIBSSH2_ERROR_EAGAIN) : count
      }
      written += count
    }
    outgoing.removeAll(keepingCapacity: outgoing.count < 1 << 20)
    written = 0
    return 0
  }

  /// Lets go of what was written, where the queue never comes to its end.
  private func compact() {
    guard written > 1 << 20 else { return }
    outgoing.removeFirst(written)
    written = 0
  }

  private func take(_ count: Int) {
    isSilent = false
    lastHeard = Loop.now()
    var frames: [SFTPFrame] = []
    do throws(SFTPFault) {
      unsafe try decoder.append(buffer.span.extracting(0..<count).bytes) { frames.append($0) }
      for frame in frames {
        guard let handler = pending.removeValue(forKey: frame.id) else {
          throw .impossible("an answer to the request \(frame.id), which nobody has made")
        }
        do throws(SFTPFault) {
          handler(.success(try SFTPResponse(frame)))
        } catch {
          handler(.failure(end(error)))
        }
      }
    } catch {
      end(error)
    }
  }

  private var lost: DriverError {
    DriverError(.unavailable, "the server has ended SFTP", isRetryable: true)
  }

  @discardableResult
  private func end(_ fault: SFTPFault) -> DriverError {
    let error = DriverError(.protocolViolation, "\(fault)")
    end(error)
    return error
  }

  /// Ends it where nobody uses it: the server's program is told, so that it ends before its channel does.
  func retire() {
    guard failure == nil else { return }
    failure = DriverError(.unavailable, "SFTP has made room for another channel", isRetryable: true)
    let channel = channel
    var isTold = false
    var rest = [UInt8](repeating: 0, count: 1024)
    channel.transport.goOn {
      if !isTold {
        let status = channel.sendEnd()
        if status != 0 { return status }
        isTold = true
      }
      while unsafe rest.withUnsafeMutableBytes({ unsafe channel.read(.output, into: $0) }) > 0 {}
      return channel.isAtEnd ? 0 : Int(LIBSSH2_ERROR_EAGAIN)
    } then: { _ in
      channel.end()
    }
  }

  /// Ends it: whoever waits for an answer is told why.
  func end(_ error: DriverError) {
    guard failure == nil else { return }
    failure = error
    let told = pending
    pending = [:]
    channel.end()
    for (_, handler) in told.sorted(by: { $0.key < $1.key }) { handler(.failure(error)) }
    // With it the function that stood among those who wait.
    loop.post { [transport = channel.transport] in transport.pump() }
  }
}
