internal import DriverKit
internal import Glibc
internal import LoopKit

/// Makes TCP connections: to the first address of a name that takes one.
///
/// On the loop.
struct Dialer {
  let loop: Loop
  /// Who is expected to listen, for messages.
  var listener = "an SSH server"

  /// How long an address may take while there are others, in seconds.
  private static let patience = 5.0

  /// Connects.
  ///
  /// - Parameters:
  ///   - host: A name or an address; IPv6 without brackets.
  ///   - port: The port.
  ///   - keepAlive: After how many seconds of silence the peer is asked for a sign of life; 0: never.
  ///   - scope: How long, for all addresses together.
  /// - Throws: Why it cannot be, with what each address said.
  /// - Returns: The connection.
  func connect(
    _ host: String,
    _ port: Int,
    _ keepAlive: Int,
    _ scope: Scope
  ) async throws(DriverError) -> SocketStream {
    let addresses = try await resolve(host, scope)
    var reasons: [String] = []
    for (index, address) in addresses.enumerated() {
      let attempt = Scope(loop, in: scope)
      if index < addresses.count - 1 {
        try attempt.limit(Dialer.patience, DriverError(.timedOut, "no answer"))
      }
      do throws(DriverError) {
        let stream = try await connect(to: address, port, attempt)
        stream.keepAlive(keepAlive)
        return stream
      } catch {
        try scope.check()
        reasons.append("\(address): \(error.message)")
      }
    }
    throw DriverError(
      .unavailable,
      "\(host) port \(port) takes no connection: \(reasons.joined(separator: "; ")). Check the address, and whether \(listener) listens there",
      isRetryable: true
    )
  }

  private func resolve(_ host: String, _ scope: Scope) async throws(DriverError) -> [String] {
    let waiting = Waiting<[String]>()
    let lookup = try loop.resolve(host) { waiting.finish($0) }
    let addresses = try await waiting.value(scope)
    lookup.cancel()
    guard !addresses.isEmpty else {
      throw DriverError(.dns, "the name \(host) has no address", isRetryable: true)
    }
    return addresses
  }

  private func connect(
    to address: String,
    _ port: Int,
    _ scope: Scope
  ) async throws(DriverError) -> SocketStream {
    guard let place = SocketAddress(address, port: port) else {
      throw DriverError(.invalidInput, "\(address) is no address")
    }
    let descriptor = socket(
      place.family,
      Int32(SOCK_STREAM.rawValue | UInt32(SOCK_NONBLOCK.rawValue) | UInt32(SOCK_CLOEXEC.rawValue)),
      0
    )
    guard descriptor >= 0 else { throw Dialer.error(errno) }
    do throws(DriverError) {
      if place.connect(descriptor) != 0 {
        guard errno == EINPROGRESS else { throw Dialer.error(errno) }
        let waiting = Waiting<Bool>()
        let watch = try loop.watch(descriptor, for: .writable) { _ in waiting.finish(.success(true))
        }
        defer { watch.end() }
        _ = try await waiting.value(scope)
        let number = Dialer.pendingError(of: descriptor)
        guard number == 0 else { throw Dialer.error(number) }
      }
    } catch {
      _ = close(descriptor)
      throw error
    }
    return try SocketStream(descriptor, loop)
  }

  private static func pendingError(of descriptor: Int32) -> Int32 {
    var (number, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
    unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size)
    return number
  }

  private static func error(_ number: Int32) -> DriverError {
    DriverError(.unavailable, unsafe String(cString: strerror(number)), isRetryable: true)
  }
}
