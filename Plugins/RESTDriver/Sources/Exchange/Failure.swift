internal import CCurl
internal import CurlKit
internal import DriverKit

/// Why a request has no answer.
enum Failure {
  /// The name has no address.
  case name(DriverError)
  /// The look-up took longer than the connect timeout, or than the total one.
  case nameTimeout(isTotal: Bool)
  /// libcurl says so.
  case curl(CurlError)
  case other(DriverError)
}

extension Exchange {
  /// The error for a failure: what happened, and what to do.
  func error(for failure: Failure) -> DriverError {
    var error: DriverError
    switch failure {
    case .name(let cause): error = nameError(cause)
    case .nameTimeout(let isTotal):
      error = timeoutError(isTotal ? .total : .connect, "looking its name up")
    case .curl(let cause): error = self.error(for: cause)
    case .other(let cause): return cause
    }
    // What was not sent can be sent again; and so can what does nothing more the second time.
    if error.isRetryable, wasSent, !inputs.isIdempotent { error.isRetryable = false }
    return error
  }

  /// Whether any of the request may have reached the server.
  private var wasSent: Bool {
    (handle?.transfer.easy.offset(CURLINFO_PRETRANSFER_TIME_T) ?? 0) > 0
  }

  /// What messages call the server.
  private var server: String {
    inputs.url.isSecret ? "the server (whose URL is secret)" : inputs.url.origin
  }

  private func nameError(_ cause: DriverError) -> DriverError {
    let name = inputs.url.isSecret ? "in the URL (which is secret)" : "\"\(inputs.url.host)\""
    return DriverError(
      .dns,
      "the name \(name) has no address: check its spelling, and that this machine's name servers know it",
      detail: cause.message, pointer: pointer, isRetryable: cause.isRetryable)
  }

  private var pointer: String {
    redirects.isEmpty ? call.inputs["url"] == nil ? "/host" : "/url" : ""
  }

  private enum Wait {
    case connect, read, total
  }

  private func timeoutError(_ wait: Wait, _ during: String) -> DriverError {
    let (name, milliseconds) =
      switch wait {
      case .connect: ("connect_timeout", inputs.timeouts.connect)
      case .read: ("read_timeout", inputs.timeouts.read)
      case .total: ("total_timeout", inputs.timeouts.total)
      }
    let seconds = Double(milliseconds) / 1000
    let text = seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
    return DriverError(
      .timedOut,
      "\(server): \(during) took longer than \(name) (\(text) s); raise it if the server is slow, else check that it can be reached",
      pointer: "/\(name)", isRetryable: true)
  }

  /// libcurl's codes, each with the name that its manual gives it (libcurl-errors(3)).
  private func error(for cause: CurlError) -> DriverError {
    if let cut { return error(for: cut) }
    var error: DriverError
    switch cause.code {
    // CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
      error = DriverError(.invalidInput, "the URL is not one: \(cause.text)", pointer: pointer)
    // CURLE_COULDNT_RESOLVE_HOST
    case CURLE_COULDNT_RESOLVE_HOST:
      error = nameError(DriverError(.dns, cause.text, isRetryable: true))
    // CURLE_COULDNT_CONNECT
    case CURLE_COULDNT_CONNECT: error = connectError()
    // CURLE_OPERATION_TIMEDOUT
    case CURLE_OPERATION_TIMEDOUT: error = timeoutError()
    // CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION and the like
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_CLIENTCERT, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      error = TLSFailure.error(cause, of: inputs, server: server, handle?.transfer.easy.number)
    // CURLE_GOT_NOTHING
    case CURLE_GOT_NOTHING:
      error = DriverError(
        .protocolViolation,
        "\(server) closed the connection without an answer; check that it speaks \(inputs.url.isEncrypted ? "https" : "http") on that port",
        isRetryable: true)
    // CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM:
      error = DriverError(
        .protocolViolation,
        "\(server) broke the connection off before the answer was complete", isRetryable: true)
    // CURLE_WEIRD_SERVER_REPLY
    case CURLE_WEIRD_SERVER_REPLY:
      error = DriverError(
        .protocolViolation,
        "\(server) does not answer as HTTP asks; check that the port is that of an HTTP server")
    // CURLE_BAD_CONTENT_ENCODING
    case CURLE_BAD_CONTENT_ENCODING:
      error = DriverError(
        .protocolViolation,
        "\(server) compressed its answer wrongly; set compression to false to get it as it is")
    // CURLE_OUT_OF_MEMORY
    case CURLE_OUT_OF_MEMORY:
      error = DriverError(.unavailable, "there is no memory left for the request")
    default:
      error = DriverError(.internal, "\(server): the request failed: \(cause.text)")
    }
    error.vendorCode = Int64(cause.code.rawValue)
    error.detail = "libcurl: \(redacted(cause.text)) (\(cause.code.rawValue))"
    return error
  }

  /// libcurl's words name the host; a secret one stays out of them.
  private func redacted(_ text: String) -> String {
    inputs.url.isSecret ? "its own words would show the URL, which is secret" : text
  }

  private func error(for cut: Cut) -> DriverError {
    switch cut {
    case .silence: return timeoutError(.read, "an answer")
    case .tooLarge:
      return DriverError(
        .tooLarge,
        "the answer of \(server) is longer than max_response_bytes (\(inputs.responseLimit)): raise it, or send the body to a file",
        pointer: "/max_response_bytes")
    case .noMemory: return DriverError(.tooLarge, "there is no memory left for the answer")
    case .failed(let error): return error
    }
  }

  private func connectError() -> DriverError {
    client.names.forget(inputs.url.host)
    let number = Int32(clamping: handle?.transfer.easy.number(CURLINFO_OS_ERRNO) ?? 0)
    var error = SocketFailure.error(number, server: server)
    error.pointer = pointer
    return error
  }

  private func timeoutError() -> DriverError {
    if !wasSent {
      let spent = Int((handle?.transfer.easy.offset(CURLINFO_TOTAL_TIME_T) ?? 0) / 1000)
      let isTotal =
        inputs.timeouts.connect == 0
        || inputs.timeouts.total > 0 && inputs.timeouts.total <= inputs.timeouts.connect
        || inputs.timeouts.total > 0 && spent < inputs.timeouts.connect - 50 && !redirects.isEmpty
      client.names.forget(inputs.url.host)
      return timeoutError(isTotal ? .total : .connect, "connecting")
    }
    return timeoutError(.total, "the request")
  }
}
