internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// Where a list that comes page by page has been read up to.
struct PagePlace {
  /// What a page holds.
  struct Page {
    /// Each a JSON document on one line.
    var items: [[UInt8]]
    var isLast: Bool
  }

  private let pagination: Pagination
  /// The number that the next page is asked for by.
  private var number = 0
  /// What the page before has said of the next one: a URL, or a cursor as JSON.
  private var next: [UInt8]?
  private var cursor: String?
  /// Whether a page was at another origin.
  private var hasLeft = false
  /// The pages that have been asked for, so that nothing goes round for ever.
  private var seen: Set<Int> = []

  init(_ pagination: Pagination) {
    self.pagination = pagination
    switch pagination.method {
    case .offset(_, let start, _), .page(_, let start, _): number = start
    case .linkHeader, .nextURL, .cursor: break
    }
  }

  // MARK: - Requests

  /// Makes a request ask for the first page.
  ///
  /// - Throws: `.invalidInput` where the body cannot hold what is sent along.
  func prepare(_ request: inout HTTPRequest) throws(DriverError) {
    switch pagination.method {
    case .linkHeader, .nextURL: return
    case .cursor(_, let parameter):
      // Else it would be found out after the first page.
      var probe = request
      if parameter.isInBody { try set(parameter, "", Array("null".utf8), in: &probe) }
    case .offset(let parameter, _, let size), .page(let parameter, _, let size):
      try set(parameter, String(number), Array(String(number).utf8), in: &request)
      if let size {
        let count = String(size.count)
        let parameter = Pagination.Parameter(name: size.parameter, isInBody: parameter.isInBody)
        try set(parameter, count, Array(count.utf8), in: &request)
      }
    }
  }

  /// Makes a request ask for the page after another one.
  ///
  /// - Throws: `.protocolViolation` where the server says no address that can be asked.
  mutating func prepareNext(
    _ request: inout HTTPRequest,
    after before: HTTPRequest
  ) throws(DriverError) {
    switch pagination.method {
    case .offset, .page: try prepare(&request)
    case .cursor(_, let parameter):
      try set(parameter, cursor ?? "", next ?? [], in: &request)
    case .linkHeader, .nextURL:
      let written = String(decoding: next ?? [], as: UTF8.self)
      guard let text = CurlURL.resolve(written, from: before.url.text) else {
        throw PagePlace.badAddress(before, "")
      }
      var url: RequestURL
      do throws(DriverError) {
        url = try RequestURL(redirect: text)
      } catch {
        throw PagePlace.badAddress(before, before.url.isSecret ? "" : " (\(error.message))")
      }
      seen.insert(before.url.text.hashValue)
      guard seen.insert(url.text.hashValue).inserted else {
        throw DriverError(
          .protocolViolation,
          "\(before.url.display) names a next page that was read already: look into the server, or set max_pages"
        )
      }
      url.isSecret = before.url.isSecret
      // A server elsewhere does not choose what is asked for in somebody's name, also where it leads back.
      let home = request.url.authority
      hasLeft = hasLeft || !before.url.authority.hasSameOrigin(as: home)
      if hasLeft { request.dropCredentials() }
      request.go(to: url)
    }
  }

  private static func badAddress(_ request: HTTPRequest, _ reason: String) -> DriverError {
    DriverError(
      .protocolViolation,
      "\(request.url.display) names a next page that cannot be requested\(reason): look into the answer, and check the pointer",
      pointer: "/pagination"
    )
  }

  /// Sends something along, as a text in the query or as JSON in the body.
  private func set(
    _ parameter: Pagination.Parameter,
    _ text: String,
    _ json: [UInt8],
    in request: inout HTTPRequest
  ) throws(DriverError) {
    guard parameter.isInBody else {
      request.url.set(parameter.name, to: text)
      return
    }
    guard let body = request.body, let bytes = body.copiedBytes,
      let changed = JSONObject.setting(parameter.name, to: json, in: bytes.span)
    else {
      throw DriverError(
        .invalidInput,
        "\(parameter.name) is to go into the body, which must be a JSON object for that: give body.json, or set in to query",
        pointer: "/pagination/in"
      )
    }
    request.body = RequestBody(changed, contentType: body.contentType)
  }

  // MARK: - Answers

  /// Reads a page, and notes how to get the next one.
  ///
  /// - Parameters:
  ///   - document: The answer's body.
  ///   - exchange: Has the answer.
  ///   - limit: How many items are still wanted.
  ///   - count: How many came before.
  /// - Throws: `.protocolViolation` where there is no list of items.
  /// - Returns: The items.
  mutating func read(
    _ document: Span<UInt8>,
    of exchange: Exchange,
    atMost limit: Int,
    before count: Int
  ) throws(DriverError) -> Page {
    let display = exchange.request.url.display
    guard JSONSyntax.isDocument(document) else {
      throw DriverError(
        .protocolViolation,
        "\(display) answered with something else than a JSON document, which pages are read from: leave pagination out, or ask for JSON"
      )
    }
    guard let list = JSONScanner.value(at: pagination.itemsPointer, in: document),
      JSONScanner.kind(of: list, in: document) == .array
    else {
      throw DriverError(
        .protocolViolation,
        "there is no list at \"\(pagination.itemsPointer)\" in the answer of \(display): set items_pointer to where the items are",
        pointer: "/pagination/items_pointer"
      )
    }
    let places = JSONScanner.items(of: list, in: document)
    let items = places.prefix(limit).map { PagePlace.line(document.extracting($0)) }
    return Page(
      items: items,
      isLast: isLast(document, exchange, found: places.count, sum: count + places.count)
        && items.count == places.count
    )
  }

  private mutating func isLast(
    _ document: Span<UInt8>,
    _ exchange: Exchange,
    found: Int,
    sum: Int
  ) -> Bool {
    if let pointer = pagination.morePointer, let value = text(at: pointer, document),
      value == "false"
    {
      return true
    }
    if let pointer = pagination.totalPointer,
      let total = text(at: pointer, document).flatMap({ Int($0) }), sum >= total
    {
      return true
    }
    switch pagination.method {
    case .linkHeader:
      let target = LinkHeader.next(
        exchange.headers("link"),
        resource: exchange.request.url.text
      )
      next = target.map { Array($0.utf8) }
      return target == nil
    case .nextURL(let pointer):
      let target = text(at: pointer, document) ?? ""
      next = Array(target.utf8)
      return target.isEmpty
    case .cursor(let pointer, _):
      let value = text(at: pointer, document) ?? ""
      // The same again would bring the same page again.
      let isStuck = value == cursor
      cursor = value
      if let range = JSONScanner.value(at: pointer, in: document) {
        next = PagePlace.line(document.extracting(range))
      }
      return value.isEmpty || isStuck
    case .offset(_, _, let size):
      number = number.addingReportingOverflow(found).partialValue
      return found == 0 || size.map { found < $0.count } ?? false
    case .page(_, _, let size):
      number = number.addingReportingOverflow(1).partialValue
      return found == 0 || size.map { found < $0.count } ?? false
    }
  }

  private func text(at pointer: String, _ document: Span<UInt8>) -> String? {
    JSONScanner.value(at: pointer, in: document).flatMap {
      JSONScanner.scalarText(of: $0, in: document)
    }
  }

  /// A document on one line: outside of strings a line end is only space.
  private static func line(_ document: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(document.count)
    for index in document.indices {
      let byte = document[index]
      bytes.append(byte == 0x0A || byte == 0x0D ? 0x20 : byte)
    }
    return bytes
  }
}
