internal import CCurl
internal import CurlKit
internal import DriverKit

/// Redirects (RFC 9110, section 15.4).
extension Exchange {
  /// Whether an answer leads elsewhere, as its head says.
  ///
  /// libcurl resolves the address only at the end of the body, and by then it is known where the body
  /// had to go.
  package func willRedirect(_ handle: RequestHandle, _ status: Int) -> Bool {
    guard request.followsRedirects, [301, 302, 303, 307, 308].contains(status) else {
      return false
    }
    return handle.head.bytes.withSpan { head in
      ResponseHead.fields(head).contains {
        ResponseHead.isNamed("location", $0, in: head) && !$0.value.isEmpty
      }
    }
  }

  /// Where an answer leads to; nil if it is to be handed back.
  package func redirectTarget(_ handle: RequestHandle) -> String? {
    guard willRedirect(handle, handle.transfer.easy.number(CURLINFO_RESPONSE_CODE)) else {
      return nil
    }
    return handle.transfer.easy.text(CURLINFO_REDIRECT_URL)
  }

  /// Follows a redirect.
  package func redirect(to target: String, _ status: Int) {
    do throws(DriverError) {
      guard redirects.count < request.redirectLimit else {
        throw DriverError(
          .remoteFailure,
          "\(request.url.display) redirects again after \(redirects.count) redirects: raise max_redirects, or look for a loop on the server"
        )
      }
      let url = try redirectURL(target)
      if request.staysWithinOrigin, !url.authority.hasSameOrigin(as: request.url.authority) {
        throw foreign(url, status)
      }
      let isPost = request.method == "POST"
      if status == 303 && request.method != "HEAD" || status < 303 && isPost {
        // As browsers do, and RFC 9110 (section 15.4) allows: what follows is a question.
        request.method = "GET"
        request.body = nil
        request.headers.dropContent()
      }
      if request.body != nil, request.url.authority.isEncrypted, !url.authority.isEncrypted {
        throw DriverError(
          .protocolViolation,
          "\(request.url.display) redirects (\(status)) to an http address, to which the body would be sent for all to read: use an https address that answers by itself, or let the server redirect to one"
        )
      }
      try prepareBodyAgain(status)
      redirects.append(Redirect(status: status, url: url.text))
      request.go(to: url)
      // Whoever redirects says what the query is.
      request.queryKey = ""
      if request.authentication.grant == nil { token = nil }
      beginHop()
    } catch {
      endHop(failure: .other(error))
    }
  }

  private func foreign(_ url: RequestURL, _ status: Int) -> DriverError {
    let place = request.url.isSecret ? "another server" : url.origin
    var error = DriverError(
      .unavailable,
      "\(server) redirects (\(status)) to \(place), which gets neither what is sent nor who asks: give that address, if it is the right one, or that of a load balancer in front of both",
      pointer: request.addressPointer
    )
    error.status = Int32(status)
    error.vendorState = "redirected"
    return error
  }

  private func redirectURL(_ target: String) throws(DriverError) -> RequestURL {
    do throws(DriverError) {
      var url = try RequestURL(redirect: target)
      url.isSecret = request.url.isSecret
      return url
    } catch {
      let reason = request.url.isSecret ? "" : " (\(error.message))"
      throw DriverError(
        .protocolViolation,
        "\(request.url.display) redirects to an address that cannot be requested\(reason): look into the server's configuration, or set allow_redirects to false"
      )
    }
  }
}
