internal import CSSH2
internal import DriverKit

extension SSHTransport {
  /// Closes a channel and frees it once the peer has closed it too; what comes until then is dropped.
  ///
  /// - Parameters:
  ///   - channel: The channel.
  ///   - then: Is told when it is closed on both sides.
  @unsafe
  func free(channel: OpaquePointer, then: @escaping () -> Void = {}) {
    // With the session its channels have gone.
    guard !isClosed else { return then() }
    var isTold = false
    goOn {
      let again = Int(LIBSSH2_ERROR_EAGAIN)
      if !isTold {
        guard unsafe libssh2_channel_close(channel) != LIBSSH2_ERROR_EAGAIN else { return again }
        isTold = true
      }
      // That has returned with the next packet of any channel.
      if unsafe libssh2_channel_wait_eof(channel) == LIBSSH2_ERROR_EAGAIN { return again }
      if unsafe libssh2_channel_wait_closed(channel) == LIBSSH2_ERROR_EAGAIN { return again }
      // That drops what has come as well. To flush it before would make room for more in a channel that has gone: some
      // servers end the connection for that.
      return Int(unsafe libssh2_channel_free(channel))
    } then: { _ in
      then()
    }
  }
}
