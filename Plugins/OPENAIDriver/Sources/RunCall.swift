internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// The actions `run` and `models`: one request, whose answer is put out and, where somebody reads them, sent down the
/// channels as it comes.
final class RunCall: ExchangeOwner {
  /// What becomes of the bytes of an answer's body.
  enum Reading {
    /// They are collected.
    case whole
    /// They are events.
    case events(EventReading)
    /// They go down the channel `text` as they are.
    case raw
  }

  let call: Call
  let exchange: Exchange
  let inputs: OPENAIInputs
  let outlets: Outlets
  var reading = Reading.whole
  /// How many bytes of a stream are read before others of the loop have their turn.
  private static let bytesOfTurn = 64 << 10

  /// How many bytes have been read in this turn.
  private var turnCount = 0
  /// Whether the transfer has ended, and only readers are waited for.
  private var isReceived = false
  private var hasEnded = false
  /// Runs out when there is no time left for the readers.
  private var timer: LoopTimer?
  /// What the call ends with when the readers have all; nil: success.
  private var error: DriverError?

  init(_ client: HTTPClient, _ call: Call, _ inputs: OPENAIInputs) {
    self.call = call
    self.inputs = inputs
    exchange = Exchange(client, inputs.request, for: call)
    outlets = Outlets(call, client.loop, hasChannels: call.action == "run")
    // What comes in a stream is not compressed without bound.
    exchange.isStreamed = inputs.isStreamed || isRawWanted
  }

  /// Begins; the call ends later, or in here.
  func begin() {
    // Both are let go of at the end.
    outlets.whenReady = { [self] in readersAreReady() }
    call.onStop(on: exchange.client.loop) { [self] in end(with: (call.stop ?? .cancelled).error) }
    do throws(DriverError) {
      try exchange.request.addTrace(of: call)
    } catch {
      end(with: error)
      return
    }
    exchange.begin(self)
  }

  private var isRawWanted: Bool {
    inputs.mode == .request
      && (outlets.isWanted(Outlet.text) || outlets.isWanted(Outlet.events))
  }

  // MARK: - The body

  func destination(of exchange: Exchange, status: Int) -> Exchange.Destination {
    guard (200..<300).contains(status) else { return .collected }
    let type = exchange.contentType
    if inputs.isStreamed, type.form != .json {
      reading = .events(EventReading(inputs))
      return .streamed
    }
    guard isRawWanted else { return .collected }
    if outlets.isWanted(Outlet.events), type.isEventStream {
      reading = .events(EventReading(inputs))
      return .streamed
    }
    guard outlets.isWanted(Outlet.text) else { return .collected }
    reading = .raw
    return .streamed
  }

  func received(_ bytes: Span<UInt8>, by exchange: Exchange) -> CurlTransfer.Taking {
    // Not taken before the readers have all that came before: so little is held.
    guard outlets.isEmpty, turnCount < RunCall.bytesOfTurn else { return .paused }
    do throws(DriverError) {
      switch reading {
      case .whole: return .taken
      case .raw: outlets.add(RunCall.copy(bytes))
      case .events(var events):
        reading = .whole
        defer { reading = .events(events) }
        if inputs.mode == .request { outlets.add(RunCall.copy(bytes)) }
        try events.take(bytes, outlets)
        countTurn(bytes.count)
      }
      try outlets.flush()
      return .taken
    } catch {
      exchange.refuse(error)
      return .refused
    }
  }

  /// Has the rest of a stream wait for the loop's next turn where much of it came at once.
  ///
  /// libcurl takes a hundred buffers from a fast server before it lets go of the loop, and to read events takes longer
  /// than to pass bytes on.
  private func countTurn(_ count: Int) {
    turnCount += count
    guard turnCount >= RunCall.bytesOfTurn else { return }
    exchange.client.loop.post { [self] in
      turnCount = 0
      if !hasEnded, outlets.isEmpty { exchange.resume() }
    }
  }

  private static func copy(_ bytes: Span<UInt8>) -> [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(bytes.count)
    for index in bytes.indices { copy.append(bytes[index]) }
    return copy
  }

  private func readersAreReady() {
    guard !hasEnded else { return }
    do throws(DriverError) {
      try outlets.flush()
      guard outlets.isEmpty else { return }
    } catch {
      end(with: error)
      return
    }
    if isReceived { end(with: error) } else { exchange.resume() }
  }

  // MARK: - The end

  func ended(_ exchange: Exchange, _ failure: Failure?) {
    isReceived = true
    // Whether what was read already may come again is the host's to know.
    error = putOut(failure.map { exchange.explanation(of: $0).error })
    readersAreReady()
    if !hasEnded { limitReaders() }
  }

  /// Waits for slow readers only as long as there is time for all.
  private func limitReaders() {
    guard let left = exchange.remainingTime() else { return }
    let late = exchange.totalTimeout("handing the answer to its reader").error
    do throws(DriverError) {
      let timer = exchange.client.loop.timer { [self] in end(with: error ?? late) }
      try timer.arm(afterNanoseconds: UInt64(left) * 1_000_000)
      self.timer = timer
    } catch {
      end(with: self.error ?? error)
    }
  }

  /// Ends the call; the handle is given back before, since the end may begin another call.
  private func end(with error: DriverError?) {
    guard !hasEnded else { return }
    hasEnded = true
    timer = nil
    outlets.whenReady = {}
    exchange.end()
    if let error { call.fail(error) } else { call.succeed() }
  }
}
