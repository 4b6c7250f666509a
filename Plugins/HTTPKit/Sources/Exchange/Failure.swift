internal import CCurl
package import CurlKit
package import DriverKit

/// Why a request has no answer.
package enum Failure {
  /// The name has no address.
  case name(DriverError)
  /// The look-up took longer than the connect timeout, or than the total one.
  case nameTimeout(isTotal: Bool)
  /// There is no token to ask with.
  case token(DriverError)
  /// The token took longer than the total timeout.
  case tokenTimeout
  /// libcurl says so.
  case curl(CurlError)
  /// libcurl does not take an option.
  case option(CurlError)
  case other(DriverError)
}

extension Exchange {
  /// What happened, and what to do.
  package func explanation(of failure: Failure) -> Explanation {
    var explanation: Explanation
    switch failure {
    case .name(let cause): explanation = unknownName(cause)
    case .nameTimeout(let isTotal):
      explanation = timeout(isTotal ? .total : .connect, "looking its name up")
      explanation.stage = .resolve
    case .curl(let cause): explanation = self.explanation(of: cause)
    case .option(let cause): return self.explanation(ofOption: cause)
    case .token(let cause):
      explanation = Explanation(cause)
      explanation.stage = .token
      return explanation
    case .tokenTimeout:
      explanation = timeout(.total, "getting a token")
      explanation.stage = .token
      return explanation
    case .other(let cause): return Explanation(cause)
    }
    // What was not sent can be sent again; and so can what does nothing more the second time.
    if wasSent, !request.isIdempotent { explanation.isRetryable = false }
    return explanation
  }

  /// The inputs are checked before, so that this is about what nobody has thought of.
  private func explanation(ofOption cause: CurlError) -> Explanation {
    if cause.code == CURLE_OUT_OF_MEMORY { return noMemory }
    var explanation = Explanation(.invalidInput, "libcurl does not take one of the request")
    explanation.cure = "look for one that is very long"
    explanation.vendorCode = Int64(cause.code.rawValue)
    explanation.detail = "libcurl: \(cause.text) (\(cause.code.rawValue))"
    return explanation
  }

  private var noMemory: Explanation {
    Explanation(.unavailable, "there is no memory left for the request", isRetryable: true)
  }

  /// Whether any of the request may have reached the server.
  private var wasSent: Bool {
    (handle?.transfer.easy.offset(CURLINFO_PRETRANSFER_TIME_T) ?? 0) > 0
  }

  /// What messages call the server.
  package var server: String {
    request.url.isSecret ? "the server (whose URL is secret)" : request.url.origin
  }

  /// Whether a proxy has answered that it does not lead on.
  var hasProxyAnswer: Bool {
    let status = handle?.transfer.easy.number(CURLINFO_HTTP_CONNECTCODE) ?? 0
    return route?.proxy != nil && status >= 300
  }

  /// Whether it is an https proxy whose certificate was refused.
  private var isProxyDistrusted: Bool {
    route?.proxy?.scheme == .https
      && handle?.transfer.easy.number(CURLINFO_PROXY_SSL_VERIFYRESULT) ?? 0 != 0
  }

  /// What messages call the other end of the connection: the server, or a proxy in front of it.
  var peer: String {
    guard let proxy = route?.proxy else {
      return route?.unixSocket.isEmpty == false ? "the socket of network.unix_socket" : server
    }
    return proxy.display
  }

  private func unknownName(_ cause: DriverError) -> Explanation {
    let name =
      request.url.isSecret ? "in the URL (which is secret)" : "\"\(request.url.authority.host)\""
    // Nobody has said that there is no such name, only that nobody could be asked.
    var explanation = Explanation(
      .dns,
      cause.isRetryable
        ? "the name \(name) could not be looked up, because no name server has answered"
        : "the name \(name) has no address",
      cure: cause.isRetryable
        ? "check the network and this machine's name servers, and try again"
        : "check its spelling, and that this machine's name servers know it",
      pointer: pointer,
      isRetryable: cause.isRetryable
    )
    if !request.url.isSecret { explanation.detail = cause.message }
    explanation.vendorCode = cause.vendorCode
    explanation.stage = .resolve
    return explanation
  }

  /// The input that the address came from; empty for that of a redirect.
  var pointer: String {
    redirects.isEmpty ? request.addressPointer : ""
  }

  // MARK: - Timeouts

  enum Wait {
    case connect, read, total
  }

  /// The total timeout has passed while something went on beside the request.
  package func totalTimeout(_ during: String) -> Explanation { timeout(.total, during) }

  func timeout(_ wait: Wait, _ during: String) -> Explanation {
    let (name, milliseconds) =
      switch wait {
      case .connect: ("connect_timeout", request.timeouts.connect)
      case .read: ("read_timeout", request.timeouts.read)
      case .total: ("total_timeout", request.timeouts.total)
      }
    let seconds = Double(milliseconds) / 1000
    let text = seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
    return Explanation(
      .timedOut,
      "\(server): \(during) took longer than \(name) (\(text) s)",
      cure: "raise it if the server is slow, else check that it can be reached",
      pointer: "/\(name)",
      isRetryable: true
    )
  }

  /// libcurl has one code for both of its timeouts.
  private func timeout() -> Explanation {
    if wasSent { return timeout(.total, "the request") }
    if let target { client.names.forget(target.host) }
    let spent = Int((monotonicNanoseconds() - began) / 1_000_000)
    let isTotal = request.timeouts.total > 0 && spent >= request.timeouts.total
    var explanation = timeout(isTotal ? .total : .connect, "connecting")
    let isConnected = handle?.transfer.easy.offset(CURLINFO_CONNECT_TIME_T) ?? 0 > 0
    explanation.stage = isConnected ? .tls : .connect
    return explanation
  }

  // MARK: - libcurl

  /// libcurl's codes, each under the name that its manual gives it (libcurl-errors(3)).
  private func explanation(of cause: CurlError) -> Explanation {
    if let cut { return explanation(of: cut) }
    var explanation: Explanation
    switch cause.code {
    case CURLE_URL_MALFORMAT:
      explanation = Explanation(
        .invalidInput,
        "the URL is not one that a server can be reached by",
        cure: "check the spelling of host, port and path",
        pointer: pointer
      )
    case CURLE_COULDNT_RESOLVE_HOST:
      explanation = unknownName(DriverError(.dns, cause.text, isRetryable: true))
    case CURLE_COULDNT_RESOLVE_PROXY:
      explanation = unknownName(DriverError(.dns, cause.text, isRetryable: true))
    case CURLE_PROXY: explanation = proxyFailure(cause)
    case CURLE_COULDNT_CONNECT where hasProxyAnswer, CURLE_RECV_ERROR where hasProxyAnswer:
      explanation = proxyFailure(cause)
    case CURLE_COULDNT_CONNECT: explanation = noConnection(cause)
    case CURLE_INTERFACE_FAILED:
      explanation = Explanation(
        .unavailable,
        "no connection can go out from network.interface",
        cure: "give the name of an interface that is up, or an address of this machine",
        pointer: "/network/interface"
      )
      explanation.stage = .connect
    case CURLE_OPERATION_TIMEDOUT where cause.text.hasPrefix("Operation too slow"):
      explanation = Explanation(
        .timedOut,
        "\(server): the answer came more slowly than low_speed allows (\(request.lowSpeed?.bytesPerSecond ?? 0) bytes a second over \(request.lowSpeed?.seconds ?? 0) s)",
        cure: "lower it if the server is slow, else check the network",
        pointer: "/low_speed",
        isRetryable: true
      )
    case CURLE_OPERATION_TIMEDOUT: explanation = timeout()
    case CURLE_PEER_FAILED_VERIFICATION where isProxyDistrusted:
      explanation = Explanation(
        .tls,
        "the certificate of \(peer) is not trusted",
        cure:
          "give its authority in network.proxy.ca, or check that the proxy is the one that is meant",
        pointer: "/network/proxy/ca"
      )
      explanation.stage = .tls
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_CLIENTCERT, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      explanation = TLSFailure.explanation(
        cause,
        of: request,
        server: server,
        verifyResult: handle?.transfer.easy.number(CURLINFO_SSL_VERIFYRESULT) ?? 0
      )
      explanation.stage = .tls
    case CURLE_RECV_ERROR where cause.text.hasPrefix("Too large response headers"):
      explanation = largeHead
    case CURLE_RECV_ERROR where wantsCertificate(cause),
      CURLE_SEND_ERROR where wantsCertificate(cause):
      // In TLS 1.3 a server says so only after the handshake, in the place of an answer.
      explanation = Explanation(
        .tls,
        "\(server) wants a client certificate",
        cure: request.tls.certificateHint,
        pointer: "/\(request.tls.certificateInput)"
      )
      explanation.stage = .tls
    case CURLE_GOT_NOTHING:
      explanation = Explanation(
        .protocolViolation,
        "\(server) closed the connection without an answer",
        cure:
          "check that it speaks \(request.url.authority.isEncrypted ? "https" : "http") on that port",
        isRetryable: true
      )
    case CURLE_SEND_FAIL_REWIND:
      explanation = Explanation(
        .protocolViolation,
        "\(server) closed a connection that it had kept open, while the body was sent, and the body can be read once only",
        cure: "try again, or give the body as a file",
        isRetryable: true
      )
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM:
      explanation = Explanation(
        .protocolViolation,
        "\(server) broke the connection off before the answer was complete",
        cure: mayWantCertificate
          ? "try again; a server that wants a client certificate may do so too, and the server's log tells"
          : "try again; if it stays so, look into the server's log",
        isRetryable: true
      )
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY:
      explanation = Explanation(
        .protocolViolation,
        "\(server) does not answer as HTTP asks",
        cure: "check that the port is that of an HTTP server"
      )
    case CURLE_BAD_CONTENT_ENCODING:
      explanation = Explanation(
        .protocolViolation,
        "\(server) compressed its answer in a way that cannot be read",
        cure: request.allowsCompression
          ? "set compression to false"
          : "its header Content-Encoding must be true of what follows, also where nobody asked for it",
        pointer: "/compression"
      )
    case CURLE_OUT_OF_MEMORY where wasSent: explanation = full
    case CURLE_OUT_OF_MEMORY: explanation = noMemory
    case CURLE_BAD_FUNCTION_ARGUMENT where wasSent:
      explanation = Explanation(
        .protocolViolation,
        "\(server) sent a header line without a name",
        cure: "check that the port is that of an HTTP server"
      )
    default:
      explanation = Explanation(.internal, "\(server): the request failed in libcurl")
    }
    explanation.vendorCode = Int64(cause.code.rawValue)
    // libcurl's words name the host; a secret one stays out of them.
    if explanation.detail.isEmpty, !request.url.isSecret {
      explanation.detail = "libcurl: \(cause.text) (\(cause.code.rawValue))"
    }
    return explanation
  }

  /// Whether a server that does not say why may have missed a certificate.
  private var mayWantCertificate: Bool {
    guard request.url.authority.isEncrypted, handle?.head.isEmpty != false else { return false }
    if case .certificate = request.authentication { return false }
    return handle?.transfer.easy.number(CURLINFO_NUM_CONNECTS) ?? 0 > 0
  }

  private func wantsCertificate(_ cause: CurlError) -> Bool {
    cause.text.contains("alert certificate required")
  }
}
