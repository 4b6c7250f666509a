internal import CCurl
package import CurlKit
internal import DriverKit

/// What libcurl says on the way.
extension Exchange: CurlTransferHandler {
  package func mayConnect(to address: [UInt8]) -> Bool {
    guard let address = NetworkAddress(bytes: address), let refusal = refusal(of: address) else {
      return true
    }
    // Of several addresses the first one is as good a reason as any.
    denial = denial ?? refusal
    return false
  }

  package func mayBeSent(again: Bool, to address: String) -> Bool {
    // libcurl takes the addresses when it begins to connect, and here it is connected.
    if !addresses.isEmpty, let target {
      client.names.noted(target.host, port: target.port, addresses)
    }
    // The connection may have been opened for somebody who was allowed to.
    if !HostPolicy.isOrdinary(address) || request.network?.policy != nil,
      let address = NetworkAddress(address), let refusal = refusal(of: address)
    {
      cut = .failed(refusal)
      return false
    }
    if again, !request.isIdempotent {
      // The server may have done what was asked, and would do it again.
      cut = .unanswered
      return false
    }
    return true
  }

  package func received(headerLine line: Span<UInt8>) -> Bool {
    guard let handle else { return false }
    lastSign = client.multi.time
    if handle.head.append(line) { return true }
    cut = .largeHead
    return false
  }

  package func received(body bytes: Span<UInt8>) -> CurlTransfer.Taking {
    guard let handle, cut == nil else { return .refused }
    lastSign = client.multi.time
    let destination = destination ?? chooseDestination(handle)
    switch destination {
    case .streamed: return handOver(bytes)
    case .dropped: return .taken
    case .unwanted:
      cut = .answered
      return .refused
    case .collected: break
    }
    let limit = request.responseLimit
    if limit > 0, handle.body.count + bytes.count > limit {
      cut = .tooLarge
      return .refused
    }
    if handle.body.append(bytes) { return .taken }
    cut = .noMemory
    return .refused
  }

  private func chooseDestination(_ handle: RequestHandle) -> Destination {
    let status = handle.transfer.easy.number(CURLINFO_RESPONSE_CODE)
    let isDropped = willRedirect(handle, status) || mayRenewToken(status)
    let chosen = isDropped ? .dropped : chosenDestination(status)
    destination = chosen
    return chosen
  }

  package func finished(_ error: CurlError?) {
    client.unwatch(self)
    guard let handle else { return }
    if handle.head.isComplete { client.heard(of: request.url.origin) }
    if case .answered = cut {
      endHop(failure: nil)
    } else if let error {
      if let denial, error.code == CURLE_COULDNT_CONNECT {
        endHop(failure: .other(denial))
      } else if !triesAgain(error) {
        endHop(failure: .curl(error))
      }
    } else if !handle.head.isComplete {
      // libcurl takes a head that breaks off for a whole one.
      endHop(failure: .curl(CurlError(CURLE_PARTIAL_FILE)))
    } else if renewsToken(handle.transfer.easy.number(CURLINFO_RESPONSE_CODE)) {
      return
    } else if let target = redirectTarget(handle) {
      redirect(to: target, handle.transfer.easy.number(CURLINFO_RESPONSE_CODE))
    } else {
      endHop(failure: nil)
    }
  }
}

/// Servers that say nothing.
extension Exchange {
  /// When the server will have been silent for too long, if nothing more comes.
  package var silenceEnd: UInt64 { lastSign + UInt64(request.timeouts.read) * 1_000_000 }

  /// Whether the server has been silent for too long.
  package func isSilent(at now: UInt64) -> Bool {
    guard now >= silenceEnd, let easy = handle?.transfer else { return false }
    let uploaded = easy.easy.offset(CURLINFO_SIZE_UPLOAD_T)
    // Before the request is sent it is the connection that takes long, which has its own timeout; and
    // a paused body is the doing of its reader or its source.
    let isUnderWay = easy.easy.offset(CURLINFO_PRETRANSFER_TIME_T) > 0
    if !isUnderWay || isPaused || isSendingPaused || uploaded > lastUpload {
      lastUpload = uploaded
      lastSign = now
      return false
    }
    return true
  }

  /// Ends the request, because its server is silent.
  package func endBecauseSilent() {
    cut = .silence
    if let handle { client.multi.stop(handle.transfer) }
    endHop(failure: .curl(CurlError(CURLE_OPERATION_TIMEDOUT)))
  }
}
