internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// The action `request` with `pagination`: one request after another, until there are no more items.
final class PagedCall: ExchangeOwner {
  private let client: HTTPClient
  private let call: Call
  private let inputs: RESTInputs
  private let pagination: Pagination
  private let sink: ItemSink
  private var exchange: Exchange
  private var pages = 0
  private var items = 0
  private var hasMore = false
  /// The items as they are collected, without the list's end; empty where somebody reads them.
  private var collected = ByteBuffer()
  private var place: PagePlace
  private var timer: LoopTimer?

  init(
    _ client: HTTPClient,
    _ call: Call,
    _ inputs: RESTInputs,
    _ pagination: Pagination
  ) throws(DriverError) {
    self.client = client
    self.call = call
    self.inputs = inputs
    self.pagination = pagination
    sink = ItemSink(call, client.loop, writesLines: true)
    place = PagePlace(pagination)
    var request = inputs.request
    try request.addTrace(of: call)
    try place.prepare(&request)
    if request.body?.isStreamed == true, try !call.seek(RESTChannels.upload, to: 0) {
      throw DriverError(
        .invalidInput,
        "each page is asked for with the body, which can be read once only: give it as a file, or in the inputs",
        pointer: "/body"
      )
    }
    exchange = Exchange(client, request, for: call)
  }

  /// Begins; the call ends later, or in here.
  func begin() {
    call.onStop(on: client.loop) { [self] in fail((call.stop ?? .cancelled).error) }
    exchange.begin(self)
  }

  func destination(of exchange: Exchange, status: Int) -> Exchange.Destination { .collected }

  func received(_ bytes: Span<UInt8>, by exchange: Exchange) -> CurlTransfer.Taking { .refused }

  func ended(_ exchange: Exchange, _ failure: Failure?) {
    do throws(DriverError) {
      if let failure { throw exchange.explanation(of: failure).error }
      guard inputs.expected.contains(exchange.status) else {
        let words = StatusSet.inWords(try call.inputs.required("expected_status_code").list())
        throw StatusError.error(of: exchange, expected: words)
      }
      try takePage()
    } catch {
      finish(error)
    }
  }

  // MARK: - Pages

  private func takePage() throws(DriverError) {
    let page = try readPage()
    pages += 1
    items += page.items.count
    call.progress(UInt64(items), "items")
    hasMore = !page.isLast
    let isLast =
      page.isLast || pagination.pageLimit > 0 && pages >= pagination.pageLimit
      || pagination.itemLimit > 0 && items >= pagination.itemLimit
    let goOn = { [self] in
      if isLast { finish(nil) } else { pause() }
    }
    guard sink.isWanted else {
      try collect(page.items)
      goOn()
      return
    }
    try sink.send(page.items.map { .document($0) }, drained: goOn) { [self] in finish($0) }
  }

  private func readPage() throws(DriverError) -> PagePlace.Page {
    let left = pagination.itemLimit > 0 ? pagination.itemLimit - items : Int.max
    let page = try exchange.handle?.body.withSpan { body throws(DriverError) in
      try place.read(body, of: exchange, atMost: left, before: items)
    }
    guard let page else { throw DriverError(.internal, "the page was lost") }
    return page
  }

  private func collect(_ items: [[UInt8]]) throws(DriverError) {
    let limit = inputs.request.responseLimit
    for item in items {
      let separator: [UInt8] = [UInt8(ascii: collected.isEmpty ? "[" : ",")]
      guard limit == 0 || collected.count + item.count + 2 <= limit else {
        throw DriverError(
          .tooLarge,
          "the items of \(pages) pages are longer than max_response_bytes (\(limit)): raise it, set max_items, or send them to a file",
          pointer: "/max_response_bytes"
        )
      }
      guard collected.append(separator.span), collected.append(item.span) else {
        throw DriverError(.tooLarge, "there is no memory left for the items")
      }
    }
  }

  /// Waits as long as is to lie between two pages.
  private func pause() {
    guard pagination.delay > 0 else {
      next()
      return
    }
    do throws(DriverError) {
      let timer = client.loop.timer { [self] in
        self.timer = nil
        next()
      }
      try timer.arm(afterNanoseconds: UInt64(pagination.delay) * 1_000_000)
      self.timer = timer
    } catch {
      finish(error)
    }
  }

  private func next() {
    do throws(DriverError) {
      var request = inputs.request
      try request.addTrace(of: call)
      if request.body?.isStreamed == true { _ = try call.seek(RESTChannels.upload, to: 0) }
      // What redirects led to is where the next page is found.
      try place.prepareNext(&request, after: exchange.request)
      exchange.end()
      exchange = Exchange(client, request, for: call)
      exchange.begin(self)
    } catch {
      finish(error)
    }
  }

  // MARK: - The end

  /// Ends the call with the items; those that came before an error are its partial result.
  private func finish(_ error: DriverError?) {
    do throws(DriverError) {
      if exchange.hasHead { try exchange.putOut(to: call, skipsBody: pages > 0) }
      if pages > 0 { try putOutItems() }
    } catch let refusal {
      // Beside an error the outputs are only a help.
      fail(error ?? refusal)
      return
    }
    guard let error else {
      end()
      call.succeed()
      return
    }
    fail(pages > 0 ? PagedCall.onPage(pages + 1, error) : error)
  }

  private func putOutItems() throws(DriverError) {
    try call.output("pages", .int(Int64(pages)))
    try call.output("item_count", .int(Int64(items)))
    try call.output("has_more", .bool(hasMore))
    guard !sink.isWanted else { return }
    try call.output("encoding", "utf-8")
    if collected.isEmpty {
      try call.output("json", .list([]))
      return
    }
    guard collected.append([UInt8(ascii: "]")].span) else {
      throw DriverError(.tooLarge, "there is no memory left for the items")
    }
    let isTaken = try collected.withSpan { items throws(DriverError) in
      try call.output("json", json: items)
    }
    guard isTaken else {
      throw DriverError(.protocolViolation, "an item has a name twice, which no value can hold")
    }
  }

  private static func onPage(_ number: Int, _ error: DriverError) -> DriverError {
    var error = error
    error.message = "page \(number): \(error.message)"
    return error
  }

  private func end() {
    timer = nil
    sink.end()
    exchange.end()
  }

  private func fail(_ error: DriverError) {
    end()
    call.fail(error)
  }
}
