import DriverHost
import Foundation
import TestSupport
import Testing

/// Servers and readers that mean no good, or only behave so.
@Suite("Against a hostile side", .requires(.python))
struct HostileTests {
  private struct Gone: Error {}

  private let rest: RESTHost

  init() throws { rest = try RESTHost() }

  private func answering(
    _ body: String,
    type: String = "application/json"
  ) throws -> TCPFaultServer {
    let head =
      "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n"
      + "Connection: close\r\n\r\n"
    return try TCPFaultServer(.sends(Array((head + body).utf8), then: .closes))
  }

  // MARK: - Crashes

  @Test("a reader of events that goes away ends the call, and nothing else")
  func readerGone() async throws {
    let server = try TCPFaultServer(
      .runs { connection in
        _ = connection.readHead()
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for number in 0..<2000 {
          let text = "data: \(number) \(String(repeating: "x", count: 2000))\n\n"
          guard connection.write(text) else { return }
        }
      }
    )
    for _ in 0..<20 {
      let count = Locked(0)
      var options = CallOptions()
      options.outputs["items"] = .values { _ in
        if count.with({
          $0 += 1; return $0
        }) > 2 {
          throw Gone()
        }
      }
      await #expect(throws: HostError.self) {
        try await rest.host.connect(type: "REST", ["url": .string(server.url)], options: options)
      }
    }
    #expect(rest.misuses == 0)
  }

  @Test("an answer that begins with a header that goes on does no harm to a handle used before")
  func foldedFirst() async throws {
    let requests = Requests()
    let server = try requests.server { number, _ in
      number % 2 == 0
        ? Answer.ok("fine", "X-Some: value")
        : "HTTP/1.1 200 OK\r\n folded: \(String(repeating: "y", count: 500))\r\nContent-Length: 2\r\n\r\nok"
    }
    for number in 0..<10 {
      let inputs: ValueMap = ["url": .string(server.url)]
      if number % 2 == 0 {
        #expect(try await rest.request(inputs)["text"] == "fine")
      } else {
        _ = await rest.failure(inputs)
      }
    }
  }

  @Test("a page's number does not overflow, and does not begin beyond what can be counted")
  func overflow() async throws {
    let server = try answering("[1]")
    let error = await rest.failure([
      "url": .string(server.url), "pagination": ["pagination_method": "page", "start": .int(.max)],
    ])
    #expect(error?.code == .invalidInput)
  }

  // MARK: - Memory

  @Test("a description that would expand without bound is none")
  func bombs() async throws {
    let levels = 60
    var yaml = "openapi: 3.0.0\na0: &a0 \"\(String(repeating: "x", count: 1000))\"\n"
    for level in 1...4 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
      yaml += "a\(level): &a\(level) [\(aliases)]\n"
    }
    yaml += "b: " + (0..<levels).map { "&b\($0) [" }.joined() + "*a4"
    yaml += String(repeating: "]", count: levels) + "\n"
    let server = try answering(yaml, type: "application/yaml")
    let error = await rest.failure(["url": .string(server.url)], action: "openapi")
    #expect(error?.code == .notFound)
    let template = String(repeating: "{a}", count: 10_000)
    let value = String(repeating: "x", count: 50_000)
    let json =
      #"{"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {}, "servers": "#
      + #"[{"url": "\#(template)", "variables": {"a": {"default": "\#(value)"}}}]}"#
    let other = try answering(json)
    let result = try await rest.request(["url": .string(other.url)], action: "openapi")
    #expect(result["servers"].listValue?.first?.stringValue?.utf8.count == template.utf8.count)
  }

  @Test("events that each repeat a long identifier are counted with it")
  func longIdentifiers() async throws {
    let stream =
      "id: \(String(repeating: "i", count: 300_000))\n"
      + String(repeating: "data: x\n\n", count: 300)
    let server = try answering(stream, type: "text/event-stream")
    let error = await rest.failure(["url": .string(server.url)])
    #expect(error?.code == .tooLarge)
    let count = Locked(0)
    var options = CallOptions()
    options.outputs["items"] = .values { _ in count.with { $0 += 1 } }
    _ = try await rest.host.connect(type: "REST", ["url": .string(server.url)], options: options)
    #expect(count.with { $0 } == 300)
  }

  @Test("pages that name each other are not read for ever")
  func cycle() async throws {
    let server = try TCPFaultServer(
      .runs { connection in
        let next = connection.readHead().hasPrefix("GET /a") ? "/b" : "/a"
        connection.write(
          "HTTP/1.1 200 OK\r\nLink: <\(next)>; rel=next\r\nContent-Length: 3\r\nConnection: close\r\n\r\n[1]"
        )
      }
    )
    let error = await rest.failure([
      "url": .string(server.url + "/a"), "pagination": ["pagination_method": "link_header"],
    ])
    #expect(error?.message.contains("was read already") == true)
    #expect(error?.outputs["item_count"] == 2)
  }

  // MARK: - Secrets

  @Test("a key that a server repeats in an address stays a secret, and is not sent twice")
  func repeatedKey() throws {
    let requests = Requests()
    let server = try TCPFaultServer(
      .runs { connection in
        let head = connection.readHead()
        requests.add(head)
        let target = String(head.split(separator: " ")[1])
        if target.hasPrefix("/a?") {
          connection.write(
            "HTTP/1.1 301 M\r\nLocation: /a/?\(target.dropFirst(3))\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
          )
        } else {
          let next = target.contains("p=2") ? "" : "Link: <\(target)&p=2>; rel=\"next\"\r\n"
          connection.write(
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\(next)Connection: close\r\n\r\n[1]"
          )
        }
      }
    )
    let host = try HandHost()
    let authentication: Value = [
      "authentication_method": "api_key", "in": "query", "name": "key", "key": "s3cr3t",
    ]
    let redirected = try host.run([
      "url": .string(server.url + "/a"), "authentication": authentication,
    ])
    #expect(redirected.secrets.contains(JSONPointer(["url"])))
    #expect(redirected.secrets.contains { $0.description.hasPrefix("/redirects") })
    let paged = try host.run([
      "url": .string(server.url + "/list"), "authentication": authentication,
      "pagination": ["pagination_method": "link_header"],
    ])
    #expect(paged.secrets.contains(JSONPointer(["url"])))
    let targets = requests.all.map { String($0.split(separator: " ")[1]) }
    #expect(targets.last == "/list?key=s3cr3t&p=2")
  }

  @Test("a secret path, proxy or query is shown neither in outputs nor in messages")
  func secretParts() throws {
    let server = try answering("{}")
    let host = try HandHost()
    let path = try host.run(
      [
        "scheme": "http", "host": "127.0.0.1", "port": .int(Int64(server.port)),
        "path": "/bot123:s3cr3t/send", "expected_status_code": [204],
      ],
      secrets: [JSONPointer(["path"])]
    )
    #expect(path.secrets.contains(JSONPointer(["url"])))
    #expect(path.failure?.message.contains("s3cr3t") == false)
    let query = try host.run(
      ["url": .string(server.url), "query": ["token": "s3cr3t"]],
      secrets: [JSONPointer(["query", "token"])]
    )
    #expect(query.secrets.contains(JSONPointer(["url"])))
    let proxy = try host.run(
      ["url": .string(server.url), "network": ["proxy": ["url": "http://127.0.0.1:9"]]],
      secrets: [JSONPointer(["network", "proxy", "url"])]
    )
    #expect(proxy.failure?.message.contains("127.0.0.1:9") == false)
    #expect(proxy.failure?.message.contains("is secret") == true)
  }

  @Test("a proxy leads nobody to where clouds hand out keys")
  func metadataByProxy() async throws {
    let requests = Requests()
    let proxy = try TCPFaultServer(
      .runs { connection in
        requests.add(connection.readHead())
        connection.write(
          "HTTP/1.1 302 F\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
      }
    )
    for url in ["http://169.254.169.254/", "http://0xa9fea9fe/", "http://start.test/"] {
      let error = await rest.failure([
        "url": .string(url), "network": ["proxy": ["url": .string(proxy.url)]],
      ])
      #expect(error?.code == .forbidden)
    }
    #expect(requests.all.count == 1)
  }

  @Test("cookies are not shared between the owners of two keys")
  func cookiesOfKeys() async throws {
    let server = try await PagingServer()
    func jar(_ key: Value, _ path: String) -> ValueMap {
      [
        "url": .string(server.url + path), "cookie_jar": "jar",
        "authentication": ["authentication_method": "api_key", "key": key],
      ]
    }
    _ = try await rest.request(jar("ann", "/cookies/set?sid=ann"))
    #expect(try await rest.request(jar("bob", "/cookies"))["json"]["cookies"] == [:])
    #expect(try await rest.request(jar("ann", "/cookies"))["json"]["cookies"] == ["sid": "ann"])
  }

  // MARK: - Time and tokens

  private func slowToken(_ pause: useconds_t, _ more: String = "") throws -> TCPFaultServer {
    try TCPFaultServer(
      .runs { connection in
        _ = connection.readHead()
        usleep(pause)
        connection.write(
          Answer.ok(#"{"access_token": "t", "token_type": "bearer"\#(more)}"#, "Connection: close")
        )
      }
    )
  }

  private func inputs(_ resource: TCPFaultServer, _ token: TCPFaultServer, _ total: Value)
    -> ValueMap
  {
    [
      "url": .string(resource.url), "total_timeout": total,
      "authentication": [
        "authentication_method": "oauth2_client_credentials", "token_url": .string(token.url),
        "client_id": "c", "client_secret": "s3cr3t",
      ],
    ]
  }

  @Test("the total timeout holds for the token and the request together")
  func totalTimeout() async throws {
    let token = try slowToken(600_000)
    let resource = try TCPFaultServer(
      .runs { connection in
        _ = connection.readHead()
        usleep(600_000)
        connection.write(Answer.ok("late", "Connection: close"))
      }
    )
    let error = await rest.failure(inputs(resource, token, 1))
    #expect(error?.code == .timedOut && error?.pointer?.description == "/total_timeout")
  }

  @Test("one caller's short timeout does not end the token that another waits for")
  func sharedToken() async throws {
    let token = try slowToken(600_000)
    let resource = try answering("{}")
    async let short = rest.failure(inputs(resource, token, 0.2))
    async let long = rest.request(inputs(resource, token, 20))
    #expect(await short?.code == .timedOut)
    #expect(try await long["status_code"] == 200)
  }

  @Test("a new refresh token is kept when the call that asked for it is cancelled")
  func rotationCancelled() async throws {
    var options = TokenServer.Options()
    options.refreshToken = "first-refresh-token"
    options.rotatesRefreshTokens = true
    try await TokenServer.run(options) { server in
      let inputs: ValueMap = [
        "url": .string(server.url + "/resource"),
        "authentication": [
          "authentication_method": "oauth2_refresh_token",
          "token_url": .string(server.url + "/token-slow"),
          "refresh_token": "first-refresh-token", "client_id": .string(server.options.clientID),
          "client_secret": .string(server.options.clientSecret),
        ],
      ]
      let task = Task { try await rest.request(inputs) }
      try await eventually("the token was asked for") { try server.requests().count == 1 }
      task.cancel()
      await #expect(throws: HostError.self) { try await task.value }
      try await eventually("the token was issued") { try server.stats().refreshed == 1 }
      #expect(try await rest.request(inputs)["status_code"] == 200)
    }
  }

  @Test("a refresh token on its way for nobody any more is let go of when the host is closed")
  func closedDuringRefresh() async throws {
    let token = try TCPFaultServer(.stalls)
    let own = try RESTHost()
    let inputs: ValueMap = [
      "url": "http://localhost:1/",
      "authentication": [
        "authentication_method": "oauth2_refresh_token", "token_url": .string(token.url),
        "refresh_token": "first-refresh-token",
      ],
    ]
    let task = Task { try await own.request(inputs) }
    try await eventually("the token is asked for") {
      own.host.statistics.drivers["REST"]?.runningCalls == 1
    }
    task.cancel()
    await #expect(throws: HostError.self) { try await task.value }
    #expect(await own.host.close().isClean)
    #expect(own.misuses == 0)
  }

  @Test(
    "a file is sent with each page, and what can be read once is refused before a socket is opened"
  )
  func uploadPages() async throws {
    let server = try await PagingServer()
    let folder = try TemporaryFolder()
    try folder.write("{}", to: "body.json")
    let result = try await rest.request([
      "url": .string(server.url + "/cursor"), "method": "post",
      "headers": ["Content-Type": "application/json"],
      "body": ["file": .string(folder.file("body.json"))],
      "pagination": [
        "pagination_method": "page", "items_pointer": "/items", "max_pages": 3,
        "page_parameter": "n",
      ],
    ])
    #expect(result["pages"] == 3 && result["has_more"] == true)
    #expect(try server.requests().map(\.body) == ["{}", "{}", "{}"])
    var options = CallOptions()
    options.sources["upload"] = .sequence(
      AsyncThrowingStream<[UInt8], any Error> { $0.finish() }
    )
    let inputs: ValueMap = [
      "url": "http://localhost:1/", "method": "post", "pagination": ["pagination_method": "page"],
    ]
    let error = await #expect(throws: HostError.self) {
      try await rest.host.connect(type: "REST", inputs, options: options)
    }
    #expect(error?.code == .invalidInput)
  }
}
