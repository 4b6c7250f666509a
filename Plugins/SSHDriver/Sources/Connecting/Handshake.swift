internal import CSSH2
internal import DriverKit
internal import LoopKit

/// From a connected stream to a session whose server has shown its key.
///
/// On the loop.
struct Handshake {
  let transport: SSHTransport

  /// Agrees with the server on algorithms and keys.
  ///
  /// - Parameters:
  ///   - algorithms: What is asked for; none: what the library prefers.
  ///   - host: The host, for messages.
  ///   - scope: How long.
  /// - Throws: Why the two cannot agree.
  /// - Returns: The server's key.
  func run(_ algorithms: AlgorithmInputs, _ host: String, _ scope: Scope) async throws(DriverError)
    -> PublicKey
  {
    try prefer(algorithms)
    let (session, descriptor) = unsafe (transport.handle, transport.stream.descriptor)
    let status = try await transport.run(scope) {
      Int(unsafe libssh2_session_handshake(session, descriptor))
    }
    guard status == 0 else { throw failure(status, host) }
    return try key(host)
  }

  private func prefer(_ algorithms: AlgorithmInputs) throws(DriverError) {
    if algorithms.isCompressed {
      unsafe libssh2_session_flag(transport.handle, LIBSSH2_FLAG_COMPRESS, 1)
    }
    for (kind, names, pointer) in algorithms.preferences where !names.isEmpty {
      let unknown = names.filter { !SSHLibrary.supported(kind).contains($0) }
      guard unknown.isEmpty else {
        throw DriverError(
          .invalidInput,
          "libssh2 does not have \(unknown.joined(separator: ", ")); it has \(SSHLibrary.supported(kind).joined(separator: ", "))",
          pointer: pointer
        )
      }
      let status = unsafe libssh2_session_method_pref(
        transport.handle,
        kind,
        names.joined(separator: ",")
      )
      if status != 0 { throw transport.failure(Int(status), "the algorithms cannot be set") }
    }
  }

  private func key(_ host: String) throws(DriverError) -> PublicKey {
    var (count, type) = (0, Int32(0))
    guard let start = unsafe libssh2_session_hostkey(transport.handle, &count, &type) else {
      throw DriverError(.protocolViolation, "\(host) has shown no host key")
    }
    let bytes = unsafe start.withMemoryRebound(to: UInt8.self, capacity: count) {
      unsafe Array(UnsafeBufferPointer(start: $0, count: count))
    }
    do {
      return try PublicKey(blob: bytes)
    } catch {
      throw DriverError(.protocolViolation, "\(host) has shown a host key that is none: \(error)")
    }
  }

  private func failure(_ status: Int, _ host: String) -> DriverError {
    var error = transport.failure(status, "\(host) does not speak SSH with us")
    switch Int32(clamping: status) {
    case LIBSSH2_ERROR_BANNER_RECV, LIBSSH2_ERROR_BANNER_NONE:
      error.message =
        "\(host) does not say that it speaks SSH: check the port, and whether an SSH server listens there"
    case _ where transport.hasEnded || transport.streamFailure != 0:
      // Whatever the library was at then: the server may be starting, or have enough connections.
      (error.code, error.isRetryable) = (.unavailable, true)
    case LIBSSH2_ERROR_METHOD_NONE, LIBSSH2_ERROR_KEX_FAILURE, LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE:
      error.code = .unsupported
      error.message +=
        ". The two may have no algorithm in common: see the input algorithms, and `ssh -vv` for what the server has"
    default: break
    }
    error.isSessionBroken = true
    return error
  }
}
