package import CurlKit
internal import DriverKit

/// A body that comes from the channel `upload`, while it is sent.
extension Exchange {
  package func bytesToSend(into buffer: inout MutableSpan<UInt8>) -> CurlTransfer.Giving {
    guard let call else { return .refused }
    do throws(DriverError) {
      switch try call.read(from: RequestBody.channel, into: &buffer) {
      case .bytes(let count): return .bytes(count)
      case .end: return .end
      case .again:
        isSendingPaused = true
        try call.onReady(RequestBody.channel, on: client.loop) { [self] in
          guard isSendingPaused, let handle else { return }
          isSendingPaused = false
          lastSign = monotonicNanoseconds()
          client.multi.resume(handle.transfer, .sending)
        }
        return .paused
      }
    } catch {
      cut = .failed(error)
      return .refused
    }
  }

  package func rewindBody() -> Bool {
    guard let call else { return false }
    do throws(DriverError) {
      return try call.seek(RequestBody.channel, to: 0)
    } catch {
      cut = .failed(error)
      return false
    }
  }

  /// Makes the body ready to be sent once more; false: it can be read once only.
  func canSendBodyAgain() throws(DriverError) -> Bool {
    guard let call, request.body?.isStreamed == true else { return true }
    return try call.seek(RequestBody.channel, to: 0)
  }

  /// Makes the body ready to be sent once more, to where a redirect leads.
  ///
  /// - Parameter status: The redirect's.
  /// - Throws: `.protocolViolation` where it can be read once only.
  func prepareBodyAgain(_ status: Int) throws(DriverError) {
    if try canSendBodyAgain() { return }
    throw DriverError(
      .protocolViolation,
      "\(request.url.display) redirects (\(status)), and the body can be read once only, so it cannot be sent there too: use the address that it redirects to, or give the body as a file"
    )
  }
}
