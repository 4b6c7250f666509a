internal import CCurl
internal import CurlKit
package import DriverKit

/// What a call puts out of an answer.
extension Exchange {
  /// The answer's status; 0 where there is none.
  package var status: Int { handle?.transfer.easy.number(CURLINFO_RESPONSE_CODE) ?? 0 }

  /// Whether any of an answer's head has come.
  package var hasHead: Bool { handle.map { !$0.head.isEmpty } ?? false }

  /// The values of an answer's headers of a name, given in lower case.
  package func headers(_ name: StaticString) -> [String] {
    guard let handle else { return [] }
    return handle.head.bytes.withSpan { head in
      ResponseHead.fields(head).filter { ResponseHead.isNamed(name, $0, in: head) }
        .map { ResponseHead.text(head, $0.value) }
    }
  }

  /// What the answer says about when to ask again, and how often one may.
  package var retryHints: RetryHints {
    guard let handle else { return RetryHints([], now: 0, maximumMilliseconds: 0) }
    let headers = handle.head.bytes.withSpan { head in
      ResponseHead.fields(head).map {
        (name: ResponseHead.text(head, $0.name), value: ResponseHead.text(head, $0.value))
      }
    }
    return RetryHints(headers, now: WallClock.seconds, maximumMilliseconds: 3_600_000)
  }

  /// Puts out what the server allows, where it says so.
  private func putOutRateLimit(
    _ fields: [ResponseHead.Field],
    of head: Span<UInt8>,
    to call: Call
  ) throws(DriverError) {
    // Few servers do, and for the others this is all.
    guard fields.contains(where: { ResponseHead.isOfRateLimit($0, in: head) }) else { return }
    let hints = retryHints
    try call.output(
      "rate_limit",
      [
        "limit": OutputValue(hints.limit), "remaining": OutputValue(hints.remaining),
        "reset": hints.resetMilliseconds.map { .double(Double($0) / 1000) } ?? .null,
      ]
    )
  }

  /// What the answer's head says of its body.
  package var contentType: ContentType { ContentType(headers("content-type").first) }

  /// Sets the outputs of a call to what there is of the answer.
  ///
  /// - Parameters:
  ///   - call: Whose outputs they are.
  ///   - skipsBody: Whether the body is put out by whoever calls this.
  /// - Throws: Why the host does not take them.
  package func putOut(to call: Call, skipsBody: Bool = false) throws(DriverError) {
    guard let handle else { return }
    let easy = handle.transfer
    try call.output("status_code", .int(Int64(status)))
    try handle.head.bytes.withSpan { head throws(DriverError) in
      let fields = ResponseHead.fields(head)
      ResponseHead.write(fields, of: head, to: &client.builder)
      try call.output("headers", &client.builder)
      try call.output("cookies", .map(Cookies.pairs(of: head, fields)))
      try putOutRateLimit(fields, of: head, to: call)
      if skipsBody { return }
      let written = fields.first { ResponseHead.isNamed("content-type", $0, in: head) }
      let type =
        written.map { client.memory.contentType(head.extracting($0.value)) } ?? ContentType(nil)
      if type.isEventStream {
        try putOutEvents(handle, to: call)
      } else {
        try putOutBody(handle, type, to: call)
      }
    }
    let url = OutputValue.string(request.url.text)
    try call.output("url", request.url.isHidden ? .secret(url) : url)
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
            "url": request.url.isHidden ? .secret(url) : url,
          ]
        }
      )
    )
    if let grant = request.authentication.grant, let token = client.tokens.replacement(of: grant) {
      try call.output("refresh_token", .secret(.string(token)))
    }
    Timing(handle, lookUp: lookUpTime, began: began).write(to: &client.builder)
    try call.output("timing", &client.builder)
  }

  private func putOutEvents(_ handle: RequestHandle, to call: Call) throws(DriverError) {
    var events: [ServerSentEvent] = []
    try handle.body.withSpan { body throws(DriverError) in
      var parser = EventStreamParser(limit: max(1, body.count))
      do throws(EventTooLong) {
        try parser.read(body, into: &events)
      } catch {
        throw DriverError(.tooLarge, "an event is longer than \(error.limit) bytes")
      }
    }
    // Each repeats the identifier of one before, so that they may come to much more than the body.
    let size = events.reduce(0) { $0 + $1.data.utf8.count + $1.id.utf8.count + $1.event.utf8.count }
    let limit = request.responseLimit == 0 ? 1 << 30 : request.responseLimit
    guard size <= limit else {
      throw DriverError(
        .tooLarge,
        "the events, each with its identifier, are longer than max_response_bytes (\(limit)): raise it, or read the channel items",
        pointer: "/max_response_bytes"
      )
    }
    try call.output("encoding", "utf-8")
    try call.output("events", .list(events.map { .json($0.json) }))
  }

  private func putOutBody(
    _ handle: RequestHandle,
    _ type: ContentType,
    to call: Call
  ) throws(DriverError) {
    var encoding: String?
    try handle.body.withSpan { body throws(DriverError) in
      if body.isEmpty { return }
      switch type.form {
      case .binary: try call.output("bytes", bytes: body)
      case .json:
        encoding = try putOutJSON(body, to: call) ? "utf-8" : putOutText(body, type, to: call)
      case .unclear where BodyText.looksLikeDocument(body):
        encoding = try putOutJSON(body, to: call) ? "utf-8" : putOutText(body, type, to: call)
      case .unclear, .text: encoding = try putOutText(body, type, to: call)
      }
    }
    try call.output("encoding", OutputValue(encoding))
  }

  private func putOutJSON(_ body: Span<UInt8>, to call: Call) throws(DriverError) -> Bool {
    let document = body.extracting(BodyText.document(body))
    guard JSONSyntax.isDocument(document) else { return false }
    return try call.output("json", json: document)
  }

  /// Sets the text, or the bytes where there is none: the encoding that the text was in.
  private func putOutText(
    _ body: Span<UInt8>,
    _ type: ContentType,
    to call: Call
  ) throws(DriverError) -> String? {
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
}
