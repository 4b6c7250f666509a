internal import CSSH2
internal import DriverKit

extension SSHTransport {
  /// Closes a channel and frees it once the peer has answered.
  ///
  /// - Parameters:
  ///   - channel: The channel.
  ///   - then: Is told when it is closed on both sides.
  @unsafe
  func free(channel: OpaquePointer, then: @escaping () -> Void = {}) {
    // With the session its channels have gone.
    guard !isClosed else { return then() }
    goOn {
      Int(unsafe libssh2_channel_free(channel))
    } then: { _ in
      then()
    }
  }
}
