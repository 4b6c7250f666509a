import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("A request that fails", .requires(.nginx))
struct FailureTests {
  let rest: RESTHost
  let nginx: NginxServer

  init() async throws {
    rest = try RESTHost.shared.get()
    nginx = try await .shared
  }

  @Test(
    "for its status names it, and keeps the answer",
    arguments: [
      (400, HostError.Code.remoteFailure, false), (401, .unauthenticated, false),
      (403, .forbidden, false), (404, .notFound, false), (405, .unsupported, false),
      (408, .timedOut, true), (409, .conflict, false), (410, .notFound, false),
      (422, .remoteFailure, false), (425, .remoteFailure, true), (429, .rateLimited, true),
      (500, .remoteFailure, true), (501, .unsupported, false), (502, .unavailable, true),
      (503, .unavailable, true), (504, .timedOut, true),
    ]
  )
  func statuses(status: Int, code: HostError.Code, isRetryable: Bool) async throws {
    let url = Value.string("\(nginx.url)/status/\(status)?key=geheim")
    let error = await rest.failure(["url": url])
    #expect(error?.code == code)
    #expect(error?.status == Int32(status))
    #expect(error?.isRetryable == isRetryable)
    #expect(error?.message.contains("answered \(status)") == true)
    #expect(error?.message.contains("expected 200, 201, 202 or 204") == true)
    #expect(error?.message.contains("geheim") == false)
    #expect(error?.outputs["status_code"] == .int(Int64(status)))
    #expect(error?.outputs["json"] == ["status": .int(Int64(status))])
    #expect((error?.retryAfter == .seconds(1)) == (status == 429 || status == 503))
    // What may have been done once must not be done again by itself.
    #expect(await rest.failure(["url": url, "method": "post"])?.isRetryable == false)
  }

  @Test("is none where its status is expected")
  func expected() async throws {
    let url = Value.string(nginx.url + "/status/404")
    for list in [["4xx"], [404], [], ["2xx", 404]] as [Value] {
      let result = try await rest.request(["url": url, "expected_status_code": list])
      #expect(result["status_code"] == 404)
    }
    let error = await rest.failure(
      ["url": .string(nginx.url + "/status/200"), "expected_status_code": [201]])
    #expect(error?.message.contains("answered 200 OK; expected 201") == true)
  }

  @Test("says that nothing listens, and that it may be tried again, also when it is a post")
  func refused() async throws {
    let server = try TCPFaultServer(.refuses)
    let error = await rest.failure(["url": .string(server.url), "method": "post", "data": "x"])
    #expect(error?.code == .unavailable)
    #expect(error?.isRetryable == true)
    #expect(error?.message.contains("127.0.0.1:\(server.port): nothing listens there") == true)
    #expect(error?.pointer?.description == "/url")
    #expect(error?.detail?.contains("(errno 111)") == true)
    #expect(error?.vendorCode == 7)
  }

  @Test("says that its name has no address")
  func unknownName() async throws {
    let error = await rest.failure(["host": "no-such-host.invalid"])
    #expect(error?.code == .dns)
    #expect(error?.message.contains("the name \"no-such-host.invalid\" has no address") == true)
    #expect(error?.pointer?.description == "/host")
  }

  @Test("says which timeout it was, and how long it is")
  func timeouts() async throws {
    let silent = try TCPFaultServer(.stalls)
    let read = await rest.failure(["url": .string(silent.url), "read_timeout": 0.2])
    #expect(read?.code == .timedOut && read?.pointer?.description == "/read_timeout")
    #expect(read?.message.contains("read_timeout (0.2 s)") == true)
    let total = await rest.failure(["url": .string(silent.url), "total_timeout": 0.2])
    #expect(total?.code == .timedOut && total?.pointer?.description == "/total_timeout")
    let full = try TCPFaultServer(.neverConnects)
    let connect = await rest.failure(["url": .string(full.url), "connect_timeout": 0.3])
    #expect(connect?.code == .timedOut && connect?.pointer?.description == "/connect_timeout")
    #expect(connect?.isRetryable == true)
    let both = await rest.failure([
      "url": .string(full.url), "connect_timeout": 5, "total_timeout": 0.3,
    ])
    #expect(both?.pointer?.description == "/total_timeout")
  }

  @Test("does not count a slow but steady answer as silence")
  func steady() async throws {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Type: text/plain\r\n\r\n"
    let server = try TCPFaultServer(
      .runs { connection in
        _ = connection.readHead()
        connection.write(head)
        for _ in 0..<10 {
          usleep(150_000)
          connection.write("x")
        }
        connection.stall()
      }
    )
    let result = try await rest.request(["url": .string(server.url), "read_timeout": 1])
    #expect(result["text"] == "xxxxxxxxxx")
  }

  @Test(
    "in the middle of the answer says so",
    arguments: [
      TCPFaultServer.Fault.halfHead(then: .closes), .halfHead(then: .resets), .resets,
      .shortBody(promised: 100, sent: 10, then: .closes),
      .shortBody(promised: 100, sent: 10, then: .resets),
    ]
  )
  func brokenOff(fault: TCPFaultServer.Fault) async throws {
    let server = try TCPFaultServer(fault)
    let error = await rest.failure(["url": .string(server.url)])
    #expect(error?.code == .protocolViolation)
    #expect(error?.isRetryable == true)
    #expect(
      await rest.failure(["url": .string(server.url), "method": "post"])?.isRetryable == false
    )
  }

  @Test("by an answer that is no HTTP says so")
  func nonsense() async throws {
    let server = try TCPFaultServer(.nonsense)
    let error = await rest.failure(["url": .string(server.url)])
    #expect(error?.code == .protocolViolation)
    #expect(error?.message.contains("does not answer as HTTP asks") == true)
  }

  @Test("by its length stops there")
  func tooLarge() async throws {
    try nginx.addFile("large.bin", size: 5 << 20)
    let url = Value.string(nginx.url + "/files/large.bin")
    let error = await rest.failure(["url": url, "max_response_bytes": 1_048_576])
    #expect(error?.code == .tooLarge)
    #expect(error?.message.contains("max_response_bytes (1048576)") == true)
    #expect(error?.outputs["status_code"] == 200)
    let result = try await rest.request(["url": url, "max_response_bytes": .int(5 << 20)])
    #expect(result["bytes"] == .bytes([UInt8](repeating: 0, count: 5 << 20)))
  }

  @Test("by its length counts what is there after decompression")
  func bomb() async throws {
    try nginx.addFile("zeros.txt", size: 4 << 20)
    let error = await rest.failure([
      "url": .string(nginx.url + "/gzip/zeros.txt"), "max_response_bytes": 1_048_576,
    ])
    #expect(error?.code == .tooLarge)
  }

  @Test("by being cancelled ends at once, and its connection with it")
  func cancelled() async throws {
    let closed = Locked(false)
    let server = try TCPFaultServer(
      .runs { connection in
        _ = connection.readHead()
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx")
        connection.stall()
        closed.with { $0 = true }
      }
    )
    let url = Value.string(server.url)
    let task = Task { await rest.failure(["url": url]) }
    try await eventually("the request is there") { server.connectionCount == 1 }
    task.cancel()
    #expect(await task.value?.code == .cancelled)
    try await eventually("the connection is closed") { closed.with { $0 } }
    let late = await rest.failure(["url": url], timeout: .milliseconds(200))
    #expect(late?.code == .timedOut)
    #expect(rest.host.statistics.drivers["REST"]?.abandonedCalls == 0)
  }

  @Test("because its headers are too long says so, and not that the connection broke")
  func longHeaders() async throws {
    let line = "X-Long: " + String(repeating: "x", count: 110_000) + "\r\n"
    let many = (0..<40).map { "X-\($0): " + String(repeating: "x", count: 10_000) + "\r\n" }
      .joined()
    for headers in [line, many] {
      let answer = "HTTP/1.1 200 OK\r\n\(headers)Content-Length: 0\r\n\r\n"
      let server = try TCPFaultServer(.sends(Array(answer.utf8), then: .stalls))
      let error = await rest.failure(["url": .string(server.url)])
      #expect(error?.code == .tooLarge)
      #expect(error?.message.contains("the headers of \(server.url) are too long") == true)
    }
  }

  @Test("because a header line has no name says so")
  func namelessHeader() async throws {
    for (line, what) in [
      ("no colon at all", "does not answer as HTTP asks"),
      (" folded: with nothing to go on with", "sent a header line without a name"),
    ] {
      let answer = "HTTP/1.1 200 OK\r\n\(line)\r\nContent-Length: 0\r\n\r\n"
      let server = try TCPFaultServer(.sends(Array(answer.utf8), then: .stalls))
      let error = await rest.failure(["url": .string(server.url)])
      #expect(error?.code == .protocolViolation)
      #expect(error?.message.contains(what) == true)
    }
  }

  @Test(
    "over a kept connection is not sent again unless that does no harm",
    arguments: [
      ("get", 3), ("put", 3), ("delete", 3), ("post", 2), ("patch", 2), ("M-SEARCH", 2),
    ]
  )
  func resent(method: String, count: Int) async throws {
    let requests = Requests()
    // The first connection is closed when the second request has come over it.
    let server = try requests.server { number, ofConnection in
      ofConnection == 0 && number > 0 ? nil : Answer.ok("\(number)")
    }
    _ = try await rest.request(["url": .string(server.url)])
    let inputs: ValueMap = ["url": .string(server.url), "method": .string(method)]
    if count == 3 {
      #expect(try await rest.request(inputs)["text"] == "2")
    } else {
      let error = await rest.failure(inputs)
      #expect(error?.code == .protocolViolation && error?.isRetryable == false)
      #expect(
        error?.message.contains("without an answer to \(method.uppercased()): look there") == true
      )
    }
    #expect(requests.methods == ["GET"] + Array(repeating: method.uppercased(), count: count - 1))
  }

  @Test("once is not so again: what changes something goes over a new connection after a pause")
  func quietConnection() async throws {
    let server = try Requests().server { number, _ in Answer.ok("\(number)") }
    let url = Value.string(server.url)
    _ = try await rest.request(["url": url])
    _ = try await rest.request(["url": url, "method": "post"])
    #expect(server.connectionCount == 1)
    // By now many servers have closed the connection, or are just about to.
    try await Task.sleep(for: .seconds(2))
    _ = try await rest.request(["url": url, "method": "post"])
    #expect(server.connectionCount == 2)
    _ = try await rest.request(["url": url])
    #expect(server.connectionCount == 2)
  }

  @Test("a redirect to nowhere says why it is none")
  func badRedirect() async throws {
    let answer = "HTTP/1.1 302 Found\r\nLocation: http://a b/\r\nContent-Length: 0\r\n\r\n"
    let server = try TCPFaultServer(.sends(Array(answer.utf8), then: .stalls))
    let error = await rest.failure(["url": .string(server.url)])
    #expect(error?.code == .protocolViolation)
    #expect(error?.message.contains("(\"a b\" is not the name of a host)") == true)
  }
}
