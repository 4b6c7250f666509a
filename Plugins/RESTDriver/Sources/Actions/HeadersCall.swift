internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// The action `headers`: what a server says before a body, by HEAD, or by a GET whose body is not read.
final class HeadersCall: ExchangeOwner {
  private let client: HTTPClient
  private let call: Call
  private var exchange: Exchange

  init(_ client: HTTPClient, _ call: Call, _ inputs: RESTInputs) throws(DriverError) {
    self.client = client
    self.call = call
    var request = inputs.request
    request.method = "HEAD"
    request.body = nil
    request.headers.dropContent()
    try request.addTrace(of: call)
    exchange = Exchange(client, request, for: call)
  }

  /// Begins; the call ends later, or in here.
  func begin() {
    call.onStop(on: client.loop) { [self] in fail((call.stop ?? .cancelled).error) }
    exchange.begin(self)
  }

  func destination(of exchange: Exchange, status: Int) -> Exchange.Destination { .unwanted }

  func received(_ bytes: Span<UInt8>, by exchange: Exchange) -> CurlTransfer.Taking { .refused }

  func ended(_ exchange: Exchange, _ failure: Failure?) {
    if let failure {
      fail(exchange.explanation(of: failure).error)
      return
    }
    if exchange.request.method == "HEAD", [405, 501].contains(exchange.status) {
      var request = exchange.request
      request.method = "GET"
      exchange.end()
      self.exchange = Exchange(client, request, for: call, began: exchange.began)
      self.exchange.begin(self)
      return
    }
    do throws(DriverError) {
      try call.output("method", .string(exchange.request.method))
      try exchange.putOut(to: call, skipsBody: true)
      exchange.end()
      call.succeed()
    } catch {
      fail(error)
    }
  }

  private func fail(_ error: DriverError) {
    exchange.end()
    call.fail(error)
  }
}
