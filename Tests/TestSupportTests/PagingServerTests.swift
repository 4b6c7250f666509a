import Foundation
import TestSupport
import Testing

/// An item of a list, or a document that says where the next page is.
private struct Item: Decodable, Equatable {
  var id: Int
  var name: String
}

private struct Page: Decodable {
  struct Paging: Decodable {
    var next: String?
  }

  var data: [Item]?
  var items: [Item]?
  var results: [Item]?
  var paging: Paging?
  var nextCursor: String?
  var total: Int?
}

private func decode<Value: Decodable>(_ text: String, as type: Value.Type) throws -> Value {
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return try decoder.decode(type, from: Data(text.utf8))
}

@Suite("The pages of the paging server", .requires(.python, .curl), .showingServerLogs)
struct PagingServerListTests {
  @Test("lead through the whole list by what each says of the next", arguments: [23, 20, 0])
  func leadThrough(count: Int) async throws {
    var options = PagingServer.Options()
    options.items = count
    try await PagingServer.run(options) { server in
      let expected = (0..<count).map { $0 + 1 }

      var found: [Int] = []
      var next: String? = server.url + "/next-url"
      while let url = next {
        let page = try decode(try await curl(url).body, as: Page.self)
        found += page.data?.map(\.id) ?? []
        next = page.paging?.next
      }
      #expect(found == expected)

      for post in [false, true] {
        found = []
        var cursor: String? = ""
        while let sent = cursor {
          let page = try decode(
            try await post
              ? curl("--json", "{\"cursor\": \"\(sent)\", \"limit\": 7}", server.url + "/cursor")
                .body
              : curl("--get", "--data-urlencode", "cursor=\(sent)", server.url + "/cursor").body,
            as: Page.self
          )
          found += page.items?.map(\.id) ?? []
          cursor = page.nextCursor
        }
        #expect(found == expected)
      }

      found = []
      for number in 1... {
        let answer = try await curl("\(server.url)/page?page=\(number)&per_page=4")
        let items = try decode(answer.body, as: [Item].self)
        if items.isEmpty { break }
        found += items.map(\.id)
      }
      #expect(found == expected)

      let total = try decode(
        try await curl(server.url + "/offset-total?offset=3").body,
        as: Page.self
      )
      #expect(total.total == count)
      #expect(total.results?.map(\.id) == Array(expected.dropFirst(3).prefix(5)))
      let plain = try await curl("--include", server.url + "/offset?limit=1")
      #expect(plain.body.contains("X-Total-Count: \(count)\r\n"))
    }
  }

  @Test("have a Link header of every form, with the next page but on the last")
  func link() async throws {
    try await PagingServer.run { server in
      for (form, link) in [
        ("absolute", "<\(server.url)/link?form=absolute&page=3>; type=\"a,b\" ; rel=\"next\""),
        ("relative", "</link?form=relative&page=3>; type=\"a,b\" ; rel=\"next\""),
        ("query", "<?form=query&page=3>; type=\"a,b\" ; rel=\"next\""),
        ("unquoted", "page=3>; type=\"a,b\" ; rel=next,"),
        ("several", "page=3>; type=\"a,b\" ; rel=\"last NEXT\""),
        (
          "lines",
          "\r\nLink: <\(server.url)/link?form=lines&page=3>; type=\"a,b\" ; rel=\"next\"\r\n"
        ),
      ] {
        let answer = try await curl("--include", server.url + "/link?page=2&form=\(form)")
        #expect(answer.body.contains(link), "\(answer.body)")
      }
      let last = try await curl("--include", server.url + "/link?page=5")
      #expect(!last.body.contains("; rel=\"next\"") && last.body.contains("rel=\"first\""))
    }
  }

  @Test("go round, go elsewhere and break where they are told to")
  func faults() async throws {
    try await PagingServer.run { server in
      let loop = try decode(try await curl(server.url + "/loop?a=1").body, as: Page.self)
      #expect(loop.paging?.next == server.url + "/loop?a=1")
      let foreign = try await curl("--include", server.url + "/foreign?to=http%3A%2F%2Fa.test%2Fb")
      #expect(foreign.body.contains("Link: <http://a.test/b>; rel=\"next\"\r\n"))
      let second = try decode(try await curl(server.url + "/broken?page=2").body, as: Page.self)
      let third = try #require(second.paging?.next)
      #expect(try await curl(third).status == 500)
    }
  }

  @Test("belong to a service that its descriptions describe")
  func documents() async throws {
    try await PagingServer.run { server in
      let newer = try await curl(server.url + "/openapi.json")
      #expect(newer.body.contains("\"url\": \"\(server.url)\""))
      let older = try await curl(server.url + "/old/swagger.json")
      for text in [newer.body, older.body] {
        _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
      }
      #expect(older.body.contains("\"host\": \"127.0.0.1:\(server.port)\""))
      let yaml = try await curl("--include", server.url + "/nested/openapi.yaml")
      #expect(yaml.body.contains("Content-Type: application/yaml\r\n"))
      #expect(yaml.body.contains("openapi: 3.0.3\n"))
      let item = try decode(try await curl(server.url + "/old/items/3").body, as: Item.self)
      #expect(item == Item(id: 3, name: "item 3"))
      #expect(try await curl("--json", "{\"name\": \"new\"}", server.url + "/items").status == 201)
      #expect(try await curl("--json", "{}", server.url + "/items").status == 422)
      #expect(try await curl("--request", "DELETE", server.url + "/items/1").status == 204)
      #expect(try await curl(server.url + "/items/99").status == 404)
    }
  }
}

@Suite("The other paths of the paging server", .requires(.python, .curl), .showingServerLogs)
struct PagingServerTests {
  @Test("send events with every kind of line end, and know what they come to")
  func events() async throws {
    try await PagingServer.run { server in
      let body = try await curl(server.url + "/events").body
      for text in [
        "one\n\n", "lines\r\n\r\n", "space\r\r", "endings\n\r\n", "\u{FEFF}: a", "ended",
      ] {
        #expect(body.unicodeScalars.contains(text.unicodeScalars), "\(text)")
      }
      let events = try server.expectedEvents()
      #expect(events.count == 8)
      #expect(events[1] == .init(type: "named", data: "two\nlines", id: "7"))
      // curl's own time limit ends what has no end.
      let drip = try await curl("--max-time", "1", server.url + "/drip-events")
      #expect(drip.exit == 28 && drip.body.contains("data: {\"number\": 2}\n\n"))
    }
  }

  @Test("serve ranges of their bytes, which a client can join after a cut")
  func ranges() async throws {
    try await PagingServer.run { server in
      let folder = try TemporaryFolder()
      let url = server.url + "/range/200000"
      let file = folder.file("body")
      for exit in [Int32(18), 18, 0] {
        let answer = try await curl("--output", file, "--continue-at", "-", url + "?cut=70000")
        #expect(answer.exit == exit)
      }
      #expect(try folder.read("body") == PagingServer.bytes(200_000))
      #expect(try server.requests().map { $0["range"] } == [nil, "bytes=70000-", "bytes=140000-"])

      func status(_ path: String, _ condition: String) async throws -> Int {
        try await curl(
          "--output",
          "/dev/null",
          "--range",
          "5-9",
          "--header",
          "If-Range: \(condition)",
          server.url + path
        ).status
      }
      #expect(try await status("/range/10", "\"size-10\"") == 206)
      #expect(try await status("/range/10", "\"other\"") == 200)
      #expect(try await status("/range/10?weak=1", "W/\"size-10\"") == 200)
      #expect(try await status("/range/10?changing=1", "\"size-10-1\"") == 200)
      let part = try await curl("--include", "--range", "-2", server.url + "/range/10")
      #expect(part.body.contains("Content-Range: bytes 8-9/10\r\n"))
      #expect(try await curl("--range", "10-", server.url + "/range/10").status == 416)
      let versions = try await curl("--head", url + "?changing=1", url + "?changing=1").body
      let tags = versions.split(separator: "\r\n").filter { $0.hasPrefix("ETag: ") }
      #expect(tags.count == 2 && tags[0] != tags[1])
    }
  }

  @Test("set cookies, tell those that came, and echo a request")
  func cookiesAndEcho() async throws {
    try await PagingServer.run { server in
      let folder = try TemporaryFolder()
      let jar = folder.file("jar")
      let set = server.url + "/cookies/set?a=1&b=2"
      let echoed = try await curl(
        "--cookie-jar",
        jar,
        "--cookie",
        jar,
        set,
        server.url + "/cookies/delete?a=",
        server.url + "/cookies"
      )
      #expect(echoed.body.hasSuffix("{\"cookies\": {\"b\": \"2\"}}"))
      let raw = try await curl("--include", server.url + "/cookies/raw?line=c%3D3%3B%20Secure")
      #expect(raw.body.contains("Set-Cookie: c=3; Secure\r\n"))
      let echo = try await curl(
        "--request",
        "REPORT",
        "--header",
        "X-Text: Å ü",
        "--data",
        "é",
        server.url + "/echo/a%2Fb?c=%2f"
      )
      #expect(echo.body.contains(#""method": "REPORT", "path": "/echo/a%2Fb", "query": "c=%2f""#))
      let request = try #require(try server.requests().last)
      #expect(request.path == "/echo/a%2Fb" && request.query == "c=%2f" && request.body == "é")
      #expect(request.headers.contains(ServerRequest.Header("X-Text", "Å ü")))
      #expect(request["content-length"] == "2")
      // What comes after a name that is none could be read as anything.
      #expect(try await curl("--header", "X-Ü: 1", server.url + "/echo").status == 400)
    }
  }

  @Test(
    "say by each kind of header when to come again",
    arguments: [
      ("retry-after", "Retry-After: 1\r\n"), ("retry-after-date", " GMT\r\n"),
      ("ratelimit-reset", "RateLimit-Reset: 1\r\n"), ("x-ratelimit-reset", "X-RateLimit-Reset: "),
      ("ratelimit", "RateLimit: \"default\";r=0;t=1\r\n"), ("none", "HTTP/1.1 429"),
    ]
  )
  func rateLimit(kind: String, header: String) async throws {
    try await PagingServer.run { server in
      let url = server.url + "/ratelimit?kind=\(kind)&times=2"
      for _ in 0..<2 {
        let answer = try await curl("--include", url)
        #expect(answer.status == 429 && answer.body.contains(header))
      }
      #expect(try await curl(url).status == 200)
      #expect(try await curl(url + "&other").status == 429)
    }
  }

  @Test(
    "lie, as curl finds out",
    arguments: [("long", 18), ("chunk", 18), ("unended", 18), ("chunk-size", 56), ("nothing", 52)]
  )
  func lies(kind: String, exit: Int32) async throws {
    try await PagingServer.run { server in
      let answer = try await curl(server.url + "/lie?kind=\(kind)")
      #expect(answer.exit == exit)
    }
  }

  @Test("lie in ways that curl takes as they are")
  func quietLies() async throws {
    try await PagingServer.run { server in
      let short = try await curl(server.url + "/lie?kind=short")
      #expect(short.body == "{\"whole\": ")
      #expect(try await curl("--include", server.url + "/lie?kind=head").body.contains("OK\r\n"))
      #expect(try await curl(server.url + "/lie?kind=other").status == 404)
    }
  }
}
