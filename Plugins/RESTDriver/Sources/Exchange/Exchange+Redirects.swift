internal import CCurl
internal import CurlKit
internal import DriverKit

/// Redirects (RFC 9110, section 15.4).
extension Exchange {
  func willRedirect(_ handle: RequestHandle, _ status: Int) -> Bool {
    switch status {
    case 301, 302, 303, 307, 308:
      !isTest && inputs.followsRedirects
        && handle.transfer.easy.text(CURLINFO_REDIRECT_URL) != nil
    default: false
    }
  }

  func redirect(_ handle: RequestHandle, _ status: Int) {
    guard let target = handle.transfer.easy.text(CURLINFO_REDIRECT_URL) else { return }
    do throws(DriverError) {
      guard redirects.count < inputs.redirectLimit else {
        throw DriverError(
          .remoteFailure,
          "\(inputs.url.display) redirects again after \(redirects.count) redirects: raise max_redirects, or look for a loop on the server"
        )
      }
      let url = try redirectURL(target)
      redirects.append(Redirect(status: status, url: url.text))
      let isPost = inputs.method == "POST"
      if status == 303 && inputs.method != "HEAD" || status < 303 && isPost {
        // As browsers do, and RFC 9110 (section 15.4) allows: what follows is a question.
        inputs.method = "GET"
        inputs.body = nil
        inputs.headers.dropContent()
      }
      if !url.authority.hasSameOrigin(as: inputs.url.authority) {
        inputs.authentication = .none
        inputs.headers.dropCredentials()
      }
      inputs.url = url
      addresses = []
      beginHop()
    } catch {
      finish(.other(error))
    }
  }

  private func redirectURL(_ target: String) throws(DriverError) -> RequestURL {
    do throws(DriverError) {
      var url = try RequestURL(redirect: target)
      url.isSecret = inputs.url.isSecret
      return url
    } catch {
      let reason = inputs.url.isSecret ? "" : " (\(error.message))"
      throw DriverError(
        .protocolViolation,
        "\(inputs.url.display) redirects to an address that cannot be requested\(reason): look into the server's configuration, or set allow_redirects to false"
      )
    }
  }
}
