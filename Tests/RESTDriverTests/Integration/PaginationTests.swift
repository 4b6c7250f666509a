import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Pagination", .requires(.python))
struct PaginationTests {
  private let rest: RESTHost
  private let server: PagingServer

  init() async throws {
    rest = try RESTHost.shared.get()
    server = try await PagingServer()
  }

  /// The inputs of a list of the server's.
  private func inputs(_ path: String, _ pagination: ValueMap, _ more: ValueMap = [:]) -> ValueMap {
    var inputs = more
    inputs["url"] = .string(server.url + path)
    inputs["pagination"] = .map(pagination)
    return inputs
  }

  private func ids(_ result: ConnectionResult) -> [Int64] {
    (result["json"].listValue ?? []).compactMap { $0["id"].intValue }
  }

  @Test(
    "by a Link header reads all pages, however the header is written",
    arguments: ["absolute", "relative", "query", "unquoted", "several", "lines"]
  )
  func linkHeader(form: String) async throws {
    let result = try await rest.request(
      inputs("/link?form=\(form)", ["pagination_method": "link_header"])
    )
    #expect(ids(result) == Array(1...23))
    #expect(result["pages"] == 5 && result["item_count"] == 23)
    #expect(result["status_code"] == 200)
  }

  @Test("by a URL in the document reads all pages", arguments: ["absolute", "relative", "query"])
  func nextURL(form: String) async throws {
    let result = try await rest.request(
      inputs(
        "/next-url?form=\(form)",
        [
          "pagination_method": "next_url", "next_pointer": "/paging/next", "items_pointer": "/data",
        ]
      )
    )
    #expect(ids(result) == Array(1...23))
  }

  @Test(
    "by a cursor reads all pages, however the last one says so",
    arguments: ["null", "empty", "missing"]
  )
  func cursor(end: String) async throws {
    let result = try await rest.request(
      inputs(
        "/cursor?end=\(end)&limit=4",
        [
          "pagination_method": "cursor", "cursor_pointer": "/next_cursor",
          "items_pointer": "/items",
        ]
      )
    )
    #expect(ids(result) == Array(1...23))
    #expect(result["pages"] == 6)
  }

  @Test("by a cursor in the body changes nothing else there")
  func cursorInBody() async throws {
    let result = try await rest.request(
      inputs(
        "/cursor",
        [
          "pagination_method": "cursor", "cursor_pointer": "/next_cursor",
          "items_pointer": "/items",
          "in": "body",
        ],
        ["method": "post", "body": ["json": ["limit": 7]]]
      )
    )
    #expect(ids(result) == Array(1...23))
    let bodies = try server.requests().map(\.body)
    #expect(bodies.first == #"{"limit":7}"#)
    #expect(
      bodies.count == 4 && bodies.dropFirst().allSatisfy { $0.hasPrefix(#"{"limit":7,"cursor":""#) }
    )
  }

  @Test("by an offset ends with a page that is not full, or where the total is reached")
  func offset() async throws {
    let open = try await rest.request(
      inputs("/offset", ["pagination_method": "offset", "limit": 10])
    )
    #expect(ids(open) == Array(1...23))
    #expect(open["pages"] == 3)
    let total = try await rest.request(
      inputs(
        "/offset-total",
        [
          "pagination_method": "offset", "items_pointer": "/results", "total_pointer": "/total",
        ]
      )
    )
    #expect(ids(total) == Array(1...23))
    #expect(total["pages"] == 5)
  }

  @Test("by a page's number ends with an empty page where no size is given")
  func page() async throws {
    let sized = try await rest.request(
      inputs("/page", ["pagination_method": "page", "size": 8])
    )
    #expect(ids(sized) == Array(1...23) && sized["pages"] == 3)
    let unsized = try await rest.request(inputs("/page", ["pagination_method": "page"]))
    #expect(ids(unsized) == Array(1...23) && unsized["pages"] == 6)
  }

  @Test("ends at max_pages and at max_items, and asks for no page beyond")
  func limits() async throws {
    let pages = try await rest.request(
      inputs("/link", ["pagination_method": "link_header", "max_pages": 2])
    )
    #expect(ids(pages) == Array(1...10))
    let items = try await rest.request(
      inputs("/link", ["pagination_method": "link_header", "max_items": 12])
    )
    #expect(ids(items) == Array(1...12))
    #expect(try server.requests().count == 2 + 3)
  }

  @Test("does not go round for ever where a page names itself")
  func loop() async throws {
    let error = await rest.failure(
      inputs("/loop", ["pagination_method": "link_header", "items_pointer": "/data"])
    )
    #expect(error?.code == .protocolViolation)
    #expect(error?.message.contains("was read already") == true)
  }

  @Test("takes no credentials to a page of another origin")
  func foreign() async throws {
    let other = try await PagingServer()
    let result = try await rest.request(
      inputs(
        "/foreign?to=\(other.url)/next-url",
        [
          "pagination_method": "next_url", "next_pointer": "/paging/next", "items_pointer": "/data",
          "max_pages": 2,
        ],
        [
          "authentication": ["authentication_method": "bearer", "token": "s3cr3t"],
          "headers": ["X-Api-Key": "k3y", "Accept": "application/json"],
        ]
      )
    )
    #expect(result["pages"] == 2)
    #expect(try server.requests().first?["authorization"] == "Bearer s3cr3t")
    let foreign = try #require(try other.requests().first)
    #expect(foreign["authorization"] == nil && foreign["x-api-key"] == nil)
    #expect(foreign["accept"] == "application/json")
  }

  @Test("takes no credentials back to their origin where another one leads there")
  func foreignAndBack() async throws {
    let home = Requests()
    let elsewhere = Locked("")
    let server = try home.server { number, _ in
      let next = number == 0 ? "Link: <\(elsewhere.with { $0 })/b>; rel=next" : "X-Last: 1"
      return Answer.ok("[1]", next)
    }
    let other = try Requests().server { _, _ in
      Answer.ok("[2]", "Link: <\(server.url)/chosen>; rel=next")
    }
    elsewhere.with { $0 = other.url }
    let result = try await rest.request([
      "url": .string(server.url + "/a"), "pagination": ["pagination_method": "link_header"],
      "authentication": ["authentication_method": "bearer", "token": "s3cr3t"],
    ])
    #expect(result["pages"] == 3)
    #expect(home.all.map { $0.contains("s3cr3t") } == [true, false])
  }

  @Test("keeps the items that came before an error, and says on which page it was")
  func broken() async throws {
    let error = await rest.failure(
      inputs("/broken", ["pagination_method": "link_header", "items_pointer": "/data"])
    )
    #expect(error?.message.hasPrefix("page 3: ") == true)
    #expect(error?.status == 500)
    #expect(error?.outputs["json"]?.listValue?.count == 10)
    #expect(error?.outputs["pages"] == 2)
  }

  @Test("says where the items are not, and that a document is none")
  func wrongPlace() async throws {
    let pointer = await rest.failure(inputs("/cursor", ["pagination_method": "link_header"]))
    #expect(
      pointer?.code == .protocolViolation
        && pointer?.pointer?.description == "/pagination/items_pointer"
    )
    let events = await rest.failure(inputs("/events", ["pagination_method": "link_header"]))
    #expect(events?.message.contains("JSON") == true)
  }

  @Test("wants a body of JSON where the cursor is to go into it")
  func noBody() async throws {
    let error = await rest.failure(
      inputs("/page", ["pagination_method": "page", "in": "body"], ["method": "post"])
    )
    #expect(error?.code == .invalidInput && error?.pointer?.description == "/pagination/in")
    #expect(try server.requests().isEmpty)
  }

  @Test("sends the items down the channels one by one, at the pace of their reader")
  func streamed() async throws {
    let values = Locked([Value]())
    let lines = Locked([UInt8]())
    var options = CallOptions()
    options.outputs["items"] = .values { value in
      usleep(1000)
      values.with { $0.append(value) }
    }
    options.outputs["body"] = .bytes { bytes in lines.with { $0 += bytes } }
    let result = try await rest.host.connect(
      type: "REST",
      inputs("/link?limit=9", ["pagination_method": "link_header"]),
      options: options
    )
    #expect(values.with { $0.compactMap { $0["id"].intValue } } == Array(1...23))
    let text = String(decoding: lines.with { $0 }, as: UTF8.self)
    #expect(text.split(separator: "\n").count == 23 && text.hasPrefix(#"{"id":"#))
    #expect(result.outputs["json"] == nil && result["item_count"] == 23)
    #expect(rest.misuses == 0)
  }

  @Test("ends at once when it is cancelled between two pages")
  func cancelled() async throws {
    let task = Task {
      try await rest.request(
        inputs("/link", ["pagination_method": "link_header", "delay": 600])
      )
    }
    try await eventually("the first page was asked for") { try server.requests().count == 1 }
    task.cancel()
    await #expect(throws: HostError.self) { try await task.value }
  }

  @Test("collects no more than max_response_bytes")
  func tooLarge() async throws {
    let error = await rest.failure(
      inputs("/link", ["pagination_method": "link_header"], ["max_response_bytes": 400])
    )
    #expect(error?.code == .tooLarge && error?.pointer?.description == "/max_response_bytes")
  }
}
