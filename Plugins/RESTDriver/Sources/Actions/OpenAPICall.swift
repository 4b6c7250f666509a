internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// The action `openapi`: looks for a description of the server's interface, and says what is in it.
final class OpenAPICall: ExchangeOwner {
  private let client: HTTPClient
  private let call: Call
  private let request: HTTPRequest
  private var exchange: Exchange
  /// Where to look next.
  private var places: [RequestURL]
  private var tried: [OutputValue] = []

  /// Below the address, and at the root of the server.
  private static let names = [
    "openapi.json", "openapi.yaml", "swagger.json", "v3/api-docs", "v2/api-docs", "api-docs",
    "swagger/v1/swagger.json", "api/openapi.json", "openapi/v3", "api/swagger.json",
  ]

  init(_ client: HTTPClient, _ call: Call, _ inputs: RESTInputs) throws(DriverError) {
    self.client = client
    self.call = call
    var request = inputs.request
    request.method = "GET"
    request.body = nil
    request.headers.dropContent()
    request.headers.drop(["accept"])
    try request.headers.append("Accept", "application/json, application/yaml, */*;q=0.5")
    try request.addTrace(of: call)
    self.request = request
    places = try OpenAPICall.places(request.url)
    exchange = Exchange(client, request, for: call)
  }

  private static func places(_ url: RequestURL) throws(DriverError) -> [RequestURL] {
    // The address itself may be that of the description.
    var texts = [url.text]
    let path = url.text.prefix { $0 != "?" }
    let base = path.hasSuffix("/") ? String(path) : path + "/"
    for folder in [base, url.origin + "/"] {
      texts += names.map { folder + $0 }
    }
    var places: [RequestURL] = []
    for text in texts where !places.contains(where: { $0.text == text }) {
      var place = try RequestURL(redirect: text)
      place.isSecret = url.isSecret
      place.hasSecretQuery = url.hasSecretQuery
      places.append(place)
    }
    return places
  }

  /// Begins; the call ends later, or in here.
  func begin() {
    call.onStop(on: client.loop) { [self] in fail((call.stop ?? .cancelled).error) }
    next()
  }

  private func next() {
    guard !places.isEmpty else {
      finishEmpty()
      return
    }
    var request = self.request
    request.url = places.removeFirst()
    exchange = Exchange(client, request, for: call, began: exchange.began)
    exchange.begin(self)
  }

  func destination(of exchange: Exchange, status: Int) -> Exchange.Destination {
    status == 200 ? .collected : .unwanted
  }

  func received(_ bytes: Span<UInt8>, by exchange: Exchange) -> CurlTransfer.Taking { .refused }

  func ended(_ exchange: Exchange, _ failure: Failure?) {
    if let failure {
      let explanation = exchange.explanation(of: failure)
      if explanation.code == .tooLarge {
        note(exchange.request.url, explanation.what)
        exchange.end()
        next()
      } else {
        // What is wrong with the way to the server is wrong for every place.
        fail(explanation.error)
      }
      return
    }
    let status = exchange.status
    if status == 401 || status == 403 {
      fail(StatusError.error(of: exchange, expected: "200", isPutOut: false))
      return
    }
    let answer = status == 200 ? read() : .failure("the status is \(StatusError.name(status))")
    switch answer {
    case .success(let summary): finish(summary)
    case .failure(let reason):
      note(exchange.request.url, reason.text)
      exchange.end()
      next()
    }
  }

  /// Why a document is no description.
  private struct Reason: Error, ExpressibleByStringInterpolation {
    var text: String
    init(stringLiteral value: String) { text = value }
  }

  private func read() -> Result<OpenAPISummary, Reason> {
    exchange.handle?.body.withSpan { body in OpenAPICall.summary(body) }
      ?? .failure("there is no document")
  }

  private static func summary(_ body: Span<UInt8>) -> Result<OpenAPISummary, Reason> {
    do throws(OpenAPISummary.Unknown) {
      if JSONSyntax.isDocument(body) { return .success(try OpenAPISummary(body)) }
      guard let document = YAMLDocument.json(of: body) else {
        return .failure("it is neither JSON nor YAML")
      }
      return .success(try OpenAPISummary(document.span))
    } catch {
      return .failure("\(error.reason)")
    }
  }

  private func note(_ url: RequestURL, _ reason: String) {
    let text = OutputValue.string(url.text)
    tried.append(["url": url.isHidden ? .secret(text) : text, "reason": .string(reason)])
  }

  // MARK: - The end

  private func finish(_ summary: OpenAPISummary) {
    do throws(DriverError) {
      let url = OutputValue.string(exchange.request.url.text)
      try call.output("url", exchange.request.url.isHidden ? .secret(url) : url)
      try call.output("spec_version", .string(summary.specVersion))
      try call.output("title", .string(summary.title))
      try call.output("version", .string(summary.version))
      try call.output("servers", .list(summary.servers.map { .string($0) }))
      try call.output(
        "operations",
        .list(
          summary.operations.map {
            [
              "method": .string($0.method), "path": .string($0.path),
              "operation_id": OutputValue($0.operationID), "summary": OutputValue($0.summary),
              "deprecated": .bool($0.isDeprecated),
            ]
          }
        )
      )
      try call.output("tried", .list(tried))
      exchange.end()
      call.succeed()
    } catch {
      fail(error)
    }
  }

  private func finishEmpty() {
    let error = DriverError(
      .notFound,
      "\(request.url.display) describes its interface at none of the \(tried.count) usual places; they are in the outputs: give the description's own address in url, if there is one"
    )
    do throws(DriverError) {
      try call.output("tried", .list(tried))
      fail(error)
    } catch let refusal {
      call.log(.debug, "the places that were tried were refused: \(refusal.message)")
      fail(error)
    }
  }

  private func fail(_ error: DriverError) {
    exchange.end()
    call.fail(error)
  }
}
