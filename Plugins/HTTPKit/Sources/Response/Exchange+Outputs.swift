internal import CCurl
internal import CurlKit
package import DriverKit

/// What a call puts out of an answer.
extension Exchange {
  /// The answer's status; 0 where there is none.
  package var status: Int { handle?.transfer.easy.number(CURLINFO_RESPONSE_CODE) ?? 0 }

  /// Whether any of an answer's head has come.
  package var hasHead: Bool { handle.map { !$0.head.isEmpty } ?? false }

  /// Sets the outputs of a call to what there is of the answer.
  ///
  /// - Throws: Why the host does not take them.
  package func putOut(to call: Call) throws(DriverError) {
    guard let handle else { return }
    let easy = handle.transfer
    try call.output("status_code", .int(Int64(status)))
    try handle.head.bytes.withSpan { head throws(DriverError) in
      let fields = ResponseHead.fields(head)
      ResponseHead.write(fields, of: head, to: &client.builder)
      try call.output("headers", &client.builder)
      try call.output("cookies", .map(Cookies.pairs(of: head, fields)))
      let written = fields.first { ResponseHead.isNamed("content-type", $0, in: head) }
      let type =
        written.map { client.memory.contentType(head.extracting($0.value)) } ?? ContentType(nil)
      try putOutBody(handle, type, to: call)
    }
    let url = OutputValue.string(request.url.text)
    try call.output("url", request.url.isSecret ? .secret(url) : url)
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
            "url": request.url.isSecret ? .secret(url) : url,
          ]
        }
      )
    )
    Timing(handle, lookUp: lookUpTime, began: began).write(to: &client.builder)
    try call.output("timing", &client.builder)
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
