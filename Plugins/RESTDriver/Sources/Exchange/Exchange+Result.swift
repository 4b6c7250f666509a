internal import CCurl
internal import CurlKit
internal import DriverKit

/// How a request ends.
extension Exchange {
  /// Ends the call without an answer, or with a part of one.
  func finish(_ failure: Failure) {
    let explanation = explanation(of: failure).error
    do throws(DriverError) {
      if let handle, !handle.head.isEmpty { try putOut(handle) }
      giveBackHandle()
      call.fail(explanation)
    } catch {
      // The outputs are a help beside the error; that they were refused is not what happened.
      giveBackHandle()
      call.fail(explanation)
    }
  }

  /// Ends the call with an answer.
  func finish() {
    guard let handle else { return }
    do throws(DriverError) {
      let status = try putOut(handle)
      let error = inputs.expected.contains(status) ? nil : try statusError(status, handle)
      giveBackHandle()
      if let error { call.fail(error) } else { call.succeed() }
    } catch {
      fail(error)
    }
  }

  // MARK: - Outputs

  /// Sets the outputs, and says the status.
  @discardableResult
  private func putOut(_ handle: RequestHandle) throws(DriverError) -> Int {
    let easy = handle.transfer
    let status = easy.easy.number(CURLINFO_RESPONSE_CODE)
    try call.output("status_code", .int(Int64(status)))
    try handle.head.bytes.withSpan { head throws(DriverError) in
      let fields = ResponseHead.fields(head)
      ResponseHead.write(fields, of: head, to: &client.builder)
      try call.output("headers", &client.builder)
      try call.output("cookies", .map(Cookies.pairs(of: head, fields)))
      let written = fields.first { ResponseHead.isNamed("content-type", $0, in: head) }
      let type =
        written.map { client.memory.contentType(head.extracting($0.value)) } ?? ContentType(nil)
      try putOutBody(handle, type)
    }
    let url = OutputValue.string(inputs.url.text)
    try call.output("url", inputs.url.isSecret ? .secret(url) : url)
    try call.output(
      "http_version",
      .string(Exchange.version(easy.easy.number(CURLINFO_HTTP_VERSION)))
    )
    try call.output(
      "redirects",
      .list(
        redirects.map { redirect in
          let url = OutputValue.string(redirect.url)
          return [
            "status_code": .int(Int64(redirect.status)),
            "url": inputs.url.isSecret ? .secret(url) : url,
          ]
        }
      )
    )
    Timing(handle, lookUp: lookUpTime, began: began).write(to: &client.builder)
    try call.output("timing", &client.builder)
    return status
  }

  private func putOutBody(
    _ handle: RequestHandle,
    _ type: ContentType
  ) throws(DriverError) {
    var encoding: String?
    try handle.body.withSpan { body throws(DriverError) in
      if body.isEmpty { return }
      switch type.form {
      case .binary: try call.output("bytes", bytes: body)
      case .json: encoding = try putOutJSON(body) ? "utf-8" : putOutText(body, type)
      case .unclear where BodyText.looksLikeDocument(body):
        encoding = try putOutJSON(body) ? "utf-8" : putOutText(body, type)
      case .unclear, .text: encoding = try putOutText(body, type)
      }
    }
    try call.output("encoding", OutputValue(encoding))
  }

  private func putOutJSON(_ body: Span<UInt8>) throws(DriverError) -> Bool {
    let document = body.extracting(BodyText.document(body))
    guard JSONSyntax.isDocument(document) else { return false }
    return try call.output("json", json: document)
  }

  /// Sets the text, or the bytes where there is none: the encoding that the text was in.
  private func putOutText(_ body: Span<UInt8>, _ type: ContentType) throws(DriverError) -> String? {
    let charset = type.charset ?? "utf-8"
    if BodyText.isUTF8(charset) || charset == "us-ascii" {
      if BodyText.isText(body) {
        try call.output("text", utf8: body.extracting(droppingFirst: BodyText.markLength(body)))
        return "utf-8"
      }
    } else if let decoded = CharacterEncoding.decode(body, from: charset) {
      try call.output("text", utf8: decoded.span)
      return charset
    }
    try call.output("bytes", bytes: body)
    return nil
  }

  /// The corresponding C information is CURLINFO_HTTP_VERSION.
  private static func version(_ number: Int) -> String {
    switch number {
    case 1: "1.0"
    case 3: "2"
    case 30: "3"
    default: "1.1"
    }
  }

  // MARK: - Statuses

  private func statusError(
    _ status: Int,
    _ handle: RequestHandle
  ) throws(DriverError) -> DriverError {
    let expected = try expectedInWords()
    var error = DriverError(
      Exchange.code(status),
      "\(inputs.method) \(inputs.url.display) answered \(Exchange.name(status)); expected \(expected). The answer is in the outputs\(Exchange.advice(status))"
    )
    error.status = Int32(status)
    error.isRetryable =
      [408, 425, 429, 500, 502, 503, 504].contains(status) && inputs.isIdempotent
    let seconds = handle.transfer.easy.offset(CURLINFO_RETRY_AFTER)
    if seconds > 0 { error.retryAfter = Duration.seconds(seconds) }
    return error
  }

  private func expectedInWords() throws(DriverError) -> String {
    StatusSet.inWords(try call.inputs.required("expected_status_code").list())
  }

  private static func code(_ status: Int) -> DriverError.Code {
    switch status {
    case 401, 407: .unauthenticated
    case 403: .forbidden
    case 404, 410: .notFound
    case 409, 412: .conflict
    case 429: .rateLimited
    case 408, 504: .timedOut
    case 502, 503: .unavailable
    case 413: .tooLarge
    case 405, 501, 505: .unsupported
    default: .remoteFailure
    }
  }

  private static func advice(_ status: Int) -> String {
    switch status {
    case 401: "; check authentication"
    case 403: "; check that who is authenticated may do that"
    case 404: "; check the path"
    case 405: "; check the method"
    case 415: "; check the form of the body and Content-Type"
    case 429: "; send fewer requests, or wait"
    default: ""
    }
  }

  /// The status with its name (RFC 9110, section 15).
  static func name(_ status: Int) -> String {
    let names = [
      200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
      301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
      307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
      401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
      406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout",
      409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed",
      413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type",
      416: "Range Not Satisfiable", 421: "Misdirected Request", 422: "Unprocessable Content",
      425: "Too Early", 426: "Upgrade Required", 428: "Precondition Required",
      429: "Too Many Requests", 431: "Request Header Fields Too Large",
      500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
      503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
    ]
    return names[status].map { "\(status) \($0)" } ?? "\(status)"
  }
}
