internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// The action `request`: one request, whose answer is put out or sent down the channel `body`.
final class RequestCall: ExchangeOwner {
  /// The channel `body`, as an index into those that the descriptor lists.
  private static let body = 0

  private let call: Call
  let exchange: Exchange
  private let expected: StatusSet

  init(_ client: HTTPClient, _ call: Call, _ inputs: RESTInputs) {
    self.call = call
    expected = inputs.expected
    exchange = Exchange(client, inputs.request, for: call)
    exchange.isStreamed = call.isWanted(RequestCall.body)
  }

  /// Begins; the call ends later, or in here.
  func begin() {
    call.onStop(on: exchange.client.loop) { [self] in
      let reason = call.stop ?? .cancelled
      exchange.end()
      call.fail(reason.error)
    }
    do throws(DriverError) {
      try exchange.request.addTrace(of: call)
    } catch {
      fail(error)
      return
    }
    exchange.begin(self)
  }

  /// Only the body of an expected status is streamed.
  func destination(of exchange: Exchange, status: Int) -> Exchange.Destination {
    exchange.isStreamed && expected.contains(status) ? .streamed : .collected
  }

  func received(_ bytes: Span<UInt8>, by exchange: Exchange) -> CurlTransfer.Taking {
    do throws(DriverError) {
      switch try call.write(bytes, to: RequestCall.body) {
      case .taken: return .taken
      case .again:
        try call.onReady(RequestCall.body, on: exchange.client.loop) { exchange.resume() }
        return .paused
      case .unwanted: throw DriverError(.cancelled, "whoever read the body went away")
      }
    } catch {
      exchange.refuse(error)
      return .refused
    }
  }

  func ended(_ exchange: Exchange, _ failure: Failure?) {
    if let failure {
      finish(exchange.explanation(of: failure).error)
    } else {
      finish()
    }
  }

  /// Ends the call without an answer, or with a part of one.
  private func finish(_ error: DriverError) {
    do throws(DriverError) {
      if exchange.hasHead { try exchange.putOut(to: call) }
      fail(error)
    } catch let refusal {
      // The outputs are a help beside the error; that they were refused is not what happened.
      call.log(.debug, "the outputs of a failed request were refused: \(refusal.message)")
      fail(error)
    }
  }

  /// Ends the call with an answer.
  private func finish() {
    do throws(DriverError) {
      try exchange.putOut(to: call)
      if expected.contains(exchange.status) {
        exchange.end()
        call.succeed()
      } else {
        let words = StatusSet.inWords(try call.inputs.required("expected_status_code").list())
        fail(StatusError.error(of: exchange, expected: words))
      }
    } catch {
      fail(error)
    }
  }

  /// Ends the call with an error; the handle is given back before, since the end may begin another call.
  private func fail(_ error: DriverError) {
    exchange.end()
    call.fail(error)
  }
}
