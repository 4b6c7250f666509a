internal import DriverKit
internal import Glibc
internal import LoopKit

/// A connection to an SSH agent: one question after the other.
///
/// On the loop. An agent may ask a person before it answers.
final class AgentClient {
  private let loop: Loop
  private let descriptor: Int32
  private var watch: Watch?
  private var frame = AgentFrame()
  private var outgoing: [UInt8] = []
  private var isClosed = false
  private var asked: ((Result<[UInt8], DriverError>) -> Void)?

  /// Connects to an agent.
  ///
  /// - Parameters:
  ///   - path: Its socket's.
  ///   - loop: The loop.
  /// - Throws: Why it cannot be.
  init(_ path: String, _ loop: Loop) throws(DriverError) {
    self.loop = loop
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard !bytes.isEmpty, bytes.count < room else {
      throw DriverError(
        .unauthenticated,
        "the path of the SSH agent's socket is \(bytes.isEmpty ? "empty" : "longer than \(room - 1) bytes"): \(path)"
      )
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    descriptor = socket(
      AF_UNIX,
      Int32(SOCK_STREAM.rawValue | UInt32(SOCK_NONBLOCK.rawValue) | UInt32(SOCK_CLOEXEC.rawValue)),
      0
    )
    let status = unsafe withUnsafeBytes(of: address) { bytes in
      guard descriptor >= 0, let start = bytes.baseAddress else { return Int32(-1) }
      return unsafe connect(
        descriptor,
        start.assumingMemoryBound(to: sockaddr.self),
        socklen_t(bytes.count)
      )
    }
    guard descriptor >= 0, status == 0 else {
      let reason = unsafe String(cString: strerror(errno))
      if descriptor >= 0 { _ = Glibc.close(descriptor) }
      isClosed = true
      throw DriverError(
        .unauthenticated,
        "the SSH agent at \(path) cannot be reached: \(reason); see whether it runs, with `ssh-add -l`"
      )
    }
    watch = try loop.watch(descriptor, for: .readable) { [weak self] _ in self?.happened() }
  }

  deinit { close() }

  /// Whether it answers nothing any more.
  var isBroken: Bool { watch == nil }

  /// Asks it, and waits for the answer.
  ///
  /// - Parameters:
  ///   - message: The question, with its length in front.
  ///   - scope: How long.
  /// - Throws: Why there is no answer.
  /// - Returns: The answer, without its length.
  func ask(_ message: [UInt8], _ scope: Scope) async throws(DriverError) -> [UInt8] {
    let waiting = Waiting<[UInt8]>()
    ask(message) { waiting.finish($0) }
    return try await waiting.value(scope)
  }

  /// Asks it, and has a function told.
  func ask(_ message: [UInt8], then: @escaping (Result<[UInt8], DriverError>) -> Void) {
    guard !isBroken else {
      then(.failure(DriverError(.unauthenticated, "the SSH agent has failed before")))
      return
    }
    asked = then
    outgoing += message
    send()
  }

  private func send() {
    while !outgoing.isEmpty {
      let count = unsafe outgoing.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        outgoing.removeFirst(count)
      } else if errno == EAGAIN {
        break
      } else if errno != EINTR {
        fail(unsafe String(cString: strerror(errno)))
        return
      }
    }
    try? watch?.change(to: outgoing.isEmpty ? .readable : [.readable, .writable])
  }

  private func happened() {
    if !outgoing.isEmpty { send() }
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while watch != nil {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN { return }
      guard count > 0 else {
        fail("it has closed the connection")
        return
      }
      guard asked != nil else {
        fail("it answers where nothing was asked")
        return
      }
      frame.append(buffer[..<count])
      do throws(AgentFault) {
        if let message = try frame.next() {
          guard frame.isEmpty else {
            fail("it says more than it was asked for")
            return
          }
          let told = asked
          asked = nil
          told?(.success(message))
        }
      } catch {
        fail("\(error)")
      }
    }
  }

  private func fail(_ reason: String) {
    watch?.end()
    watch = nil
    let told = asked
    asked = nil
    told?(.failure(DriverError(.unauthenticated, "the SSH agent fails: \(reason)")))
  }

  /// Ends it.
  func close() {
    guard descriptor >= 0, !isClosed else { return }
    isClosed = true
    asked = nil
    watch?.end()
    watch = nil
    _ = Glibc.close(descriptor)
  }
}
