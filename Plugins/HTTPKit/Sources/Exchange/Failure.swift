internal import CCurl
package import CurlKit
package import DriverKit

/// Why a request has no answer.
package enum Failure {
  /// The name has no address.
  case name(DriverError)
  /// The look-up took longer than the connect timeout, or than the total one.
  case nameTimeout(isTotal: Bool)
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
  private var server: String {
    request.url.isSecret ? "the server (whose URL is secret)" : request.url.origin
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
  private var pointer: String {
    redirects.isEmpty ? request.addressPointer : ""
  }

  // MARK: - Timeouts

  private enum Wait {
    case connect, read, total
  }

  private func timeout(_ wait: Wait, _ during: String) -> Explanation {
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
    client.names.forget(request.url.authority.host)
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
    case CURLE_COULDNT_CONNECT: explanation = noConnection(cause)
    case CURLE_OPERATION_TIMEDOUT: explanation = timeout()
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
        cure: "try again; if it stays so, look into the server's log",
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

  private func explanation(of cut: Cut) -> Explanation {
    switch cut {
    case .silence: timeout(.read, "an answer")
    case .tooLarge:
      Explanation(
        .tooLarge,
        "the answer of \(server) is longer than max_response_bytes (\(request.responseLimit))",
        cure: "raise it, or send the body to a file",
        pointer: "/max_response_bytes"
      )
    case .largeHead: largeHead
    case .noMemory: Explanation(.tooLarge, "there is no memory left for the answer")
    case .unanswered:
      Explanation(
        .protocolViolation,
        "\(server) closed a connection that it had kept open, without an answer to \(request.method)",
        cure: "look there whether it was carried out before it is sent again"
      )
    // Whoever cuts for that takes the answer there is.
    case .answered: Explanation(.internal, "\(server) has answered, and the answer was lost")
    case .failed(let error): Explanation(error)
    }
  }

  /// libcurl has limits of its own, and one code for all of them.
  private var full: Explanation {
    if handle?.head.isComplete != true { return largeHead }
    if destination == .streamed {
      return Explanation(
        .tooLarge,
        "the body of \(server) expands to more than 64 MiB at once, while its reader is slow",
        cure: "set compression to false, or read faster",
        pointer: "/compression"
      )
    }
    return Explanation(.tooLarge, "there is no memory left for the answer")
  }

  private var largeHead: Explanation {
    Explanation(
      .tooLarge,
      "the headers of \(server) are too long: one is over 100 KiB, or all are over 300 KiB together",
      cure: "look into what the server puts there, such as cookies"
    )
  }

  private func noConnection(_ cause: CurlError) -> Explanation {
    client.names.forget(request.url.authority.host)
    let number = Int32(clamping: handle?.transfer.easy.number(CURLINFO_OS_ERRNO) ?? 0)
    var explanation =
      if let refusal = cause.cause {
        SocketFailure.explanation(unwatched: refusal, server: server)
      } else {
        // Where there was no socket at all, libcurl does not know why.
        SocketFailure.explanation(
          cause.systemNumber == 0 ? number : cause.systemNumber,
          server: server
        )
      }
    explanation.pointer = pointer
    explanation.stage = .connect
    return explanation
  }
}
