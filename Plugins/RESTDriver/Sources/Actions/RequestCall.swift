internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// The action `request`: one request, whose answer is put out, or sent down a channel while it comes.
final class RequestCall: ExchangeOwner {
  private let call: Call
  let exchange: Exchange
  private let expected: StatusSet
  private let sink: ItemSink
  /// Nil: the answer is no stream of events, or nobody reads those.
  private var events: EventStreamParser?
  private var resumption: Resumption
  /// Before the rest of a body is asked for.
  private var timer: LoopTimer?
  /// Runs once the last events have gone.
  private var afterEvents: (() -> Void)?

  init(_ client: HTTPClient, _ call: Call, _ inputs: RESTInputs) {
    self.call = call
    expected = inputs.expected
    exchange = Exchange(client, inputs.request, for: call)
    sink = ItemSink(call, client.loop, writesLines: false)
    exchange.isStreamed = call.isWanted(RESTChannels.body) || sink.isWanted
    resumption = Resumption(limit: inputs.resumeLimit)
    resumption.prepare(&exchange.request)
  }

  /// Begins; the call ends later, or in here.
  func begin() {
    call.onStop(on: exchange.client.loop) { [self] in fail((call.stop ?? .cancelled).error) }
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
    if resumption.isGoingOn {
      // What goes on where it broke off stands in the place of the answer before.
      guard resumption.accepts(exchange) else { return .unwanted }
      return exchange.isStreamed ? .streamed : .collected
    }
    guard expected.contains(status) else { return .collected }
    resumption.note(exchange)
    if sink.isWanted, exchange.contentType.isEventStream {
      events = EventStreamParser(limit: 16 << 20)
    }
    guard exchange.isStreamed else { return .collected }
    return events != nil || call.isWanted(RESTChannels.body) ? .streamed : .collected
  }

  /// Nothing of the call is ended in here: libcurl is in the middle of the transfer.
  func received(_ bytes: Span<UInt8>, by exchange: Exchange) -> CurlTransfer.Taking {
    // The bytes come again once the events before them have gone.
    guard sink.isEmpty else { return .paused }
    do throws(DriverError) {
      if call.isWanted(RESTChannels.body) {
        switch try call.write(bytes, to: RESTChannels.body) {
        case .taken: break
        case .again:
          try call.onReady(RESTChannels.body, on: exchange.client.loop) { exchange.resume() }
          return .paused
        case .unwanted: throw DriverError(.cancelled, "whoever read the body went away")
        }
      }
      if events != nil { try sendEvents(bytes) }
      resumption.count(bytes.count)
      return .taken
    } catch {
      exchange.refuse(error)
      return .refused
    }
  }

  private func sendEvents(_ bytes: Span<UInt8>) throws(DriverError) {
    var new: [ServerSentEvent] = []
    do throws(EventTooLong) {
      try events?.read(bytes, into: &new)
    } catch {
      throw DriverError(.tooLarge, "an event is longer than \(error.limit) bytes")
    }
    try sink.send(
      new.map { .event($0) },
      drained: { [self] in
        exchange.resume()
        endWaiting()
      },
      failed: { [self] in fail($0) }
    )
  }

  func ended(_ exchange: Exchange, _ failure: Failure?) {
    if !sink.isEmpty, waitsForEvents(failure) { return }
    let isRest = failure == nil && resumption.isGoingOn && resumption.accepts(exchange)
    let isWhole = failure == nil && !resumption.isGoingOn
    if isRest || isWhole {
      finish()
    } else if resumption.goesOn(exchange, after: failure) {
      askForRest()
    } else if let failure {
      finish(exchange.explanation(of: failure).error)
    } else {
      finish(resumption.changed(exchange))
    }
  }

  /// Waits until the last events have gone to a slow reader, as long as there is time for all; false: there is none.
  private func waitsForEvents(_ failure: Failure?) -> Bool {
    let left = exchange.remainingTime()
    if left == 1 { return false }
    do throws(DriverError) {
      if let left {
        let timer = exchange.client.loop.timer { [self] in
          sink.end()
          fail(exchange.totalTimeout("handing the events to their reader").error)
        }
        try timer.arm(afterNanoseconds: UInt64(left) * 1_000_000)
        self.timer = timer
      }
    } catch {
      return false
    }
    afterEvents = { [self] in ended(exchange, failure) }
    return true
  }

  private func endWaiting() {
    guard let afterEvents else { return }
    self.afterEvents = nil
    timer = nil
    afterEvents()
  }

  private func askForRest() {
    call.log(.info, "the body broke off; its rest is asked for (attempt \(resumption.attempts))")
    do throws(DriverError) {
      if let left = exchange.remainingTime(), UInt64(left) * 1_000_000 <= resumption.delay {
        throw exchange.totalTimeout("resuming the body").error
      }
      let timer = exchange.client.loop.timer { [self] in
        self.timer = nil
        exchange.begin(self)
      }
      try timer.arm(afterNanoseconds: resumption.delay)
      self.timer = timer
    } catch {
      finish(error)
    }
  }

  // MARK: - The end

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
      if resumption.isGoingOn { try call.output("resumed", .int(Int64(resumption.attempts))) }
      if resumption.isGoingOn || expected.contains(exchange.status) {
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
    afterEvents = nil
    timer = nil
    sink.end()
    exchange.end()
    call.fail(error)
  }
}
