internal import CSSH2
internal import DriverKit
internal import LoopKit

/// A connection to a server that has let us in, which calls open channels of.
///
/// On the loop.
final class SSHConnection {
  let transport: SSHTransport
  let opener: ChannelOpener
  let files: SFTPAccess
  /// The host and port, for messages.
  let name: String
  /// The server's key.
  let hostKey: PublicKey
  /// The way to it leads through this; nil: straight.
  private let jump: SSHConnection?
  /// Whether the user's shell and the server take commands in their plain form, as far as the first one has told.
  var takesPlainCommands = false
  private var timer: LoopTimer?
  /// Whether the server has said that it has no SFTP.
  var hasNoSFTP = false

  init(_ transport: SSHTransport, name: String, hostKey: PublicKey, jump: SSHConnection?) {
    self.transport = transport
    let opener = ChannelOpener(transport)
    self.opener = opener
    files = SFTPAccess(opener)
    self.name = name
    self.hostKey = hostKey
    self.jump = jump
  }

  /// What the server says that it is, such as `SSH-2.0-OpenSSH_9.2p1`.
  var banner: String { transport.banner }

  /// The algorithms that were agreed upon, by what they are for.
  var algorithms: [(name: StaticString, algorithm: String)] {
    let kinds: [(StaticString, Int32)] = [
      ("key_exchange", LIBSSH2_METHOD_KEX), ("host_key", LIBSSH2_METHOD_HOSTKEY),
      ("cipher", LIBSSH2_METHOD_CRYPT_CS), ("mac", LIBSSH2_METHOD_MAC_CS),
      ("compression", LIBSSH2_METHOD_COMP_CS),
    ]
    return kinds.compactMap { name, kind in
      unsafe libssh2_session_methods(transport.handle, kind).map {
        (name, unsafe String(cString: $0))
      }
    }
  }

  /// Whether it is of no use any more.
  var isDead: Bool { transport.isLost }

  /// Lets the server hear of us now and then, so that nothing on the way takes the connection for forgotten.
  ///
  /// The system looks after a peer that it is connected with; what is behind a proxy or a jump host it does not see.
  ///
  /// - Parameters:
  ///   - seconds: How often; 0: never.
  ///   - loop: The loop.
  func keepAlive(_ seconds: Int, _ loop: Loop) {
    guard seconds > 0 else { return }
    unsafe libssh2_keepalive_config(transport.handle, 0, UInt32(max(1, seconds - 1)))
    timer = loop.timer { [weak self] in
      guard let self, !isDead else { return }
      // It sends something where its own clock says so, and what cannot be sent is found out by who waits for it.
      unsafe libssh2_keepalive_send(transport.handle, nil)
      arm(seconds)
    }
    arm(seconds)
  }

  private func arm(_ seconds: Int) {
    // A loop that takes no timers any more has come to its end.
    try? timer?.arm(afterNanoseconds: UInt64(seconds) * 1_000_000_000)
  }

  /// Asks the server for a sign of life.
  ///
  /// - Throws: That there is none.
  func check(_ scope: Scope) async throws(DriverError) {
    // A channel that is opened and closed: the library does not wait for the answer to anything less.
    let channel = try await opener.open(.session, scope)
    channel.end()
  }

  /// Ends it.
  func close() {
    timer = nil
    transport.close()
    jump?.close()
  }
}
