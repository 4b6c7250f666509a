import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Server-sent events", .requires(.python))
struct EventTests {
  private let rest: RESTHost
  private let server: PagingServer

  init() async throws {
    rest = try RESTHost.shared.get()
    server = try await PagingServer()
  }

  private func event(_ value: Value) -> PagingServer.Event {
    PagingServer.Event(
      type: value["event"].stringValue ?? "",
      data: value["data"].stringValue ?? "",
      id: value["id"].stringValue ?? ""
    )
  }

  @Test("are a list in the outputs")
  func collected() async throws {
    let result = try await rest.request(["url": .string(server.url + "/events")])
    let expected = try server.expectedEvents()
    #expect((result["events"].listValue ?? []).map(event) == expected)
    #expect(result.outputs["text"] == nil)
  }

  @Test("go down the channel items one by one, in order, behind a slow reader too")
  func streamed() async throws {
    let events = Locked([Value]())
    var options = CallOptions()
    options.outputs["items"] = .values { value in
      usleep(2000)
      events.with { $0.append(value) }
    }
    _ = try await rest.host.connect(
      type: "REST",
      ["url": .string(server.url + "/events?chunk=1000")],
      options: options
    )
    #expect(events.with { $0.map(event) } == (try server.expectedEvents()))
  }

  @Test("come while the server still sends, until the call is cancelled")
  func live() async throws {
    let count = Locked(0)
    let options = {
      var options = CallOptions()
      options.outputs["items"] = .values { _ in count.with { $0 += 1 } }
      return options
    }()
    let task = Task {
      try await rest.host.connect(
        type: "REST",
        ["url": .string(server.url + "/drip-events")],
        options: options
      )
    }
    try await eventually("some events have come") { count.with { $0 } >= 3 }
    task.cancel()
    await #expect(throws: HostError.self) { try await task.value }
  }
}

@Suite("An answer that breaks off", .requires(.python))
struct ResumeTests {
  private let rest: RESTHost
  private let server: PagingServer

  init() async throws {
    rest = try RESTHost.shared.get()
    server = try await PagingServer()
  }

  private func read(_ path: String, _ more: ValueMap) async throws -> ([UInt8], ConnectionResult) {
    let bytes = Locked([UInt8]())
    var inputs = more
    inputs["url"] = .string(server.url + path)
    var options = CallOptions()
    options.outputs["body"] = .bytes { part in bytes.with { $0 += part } }
    let result = try await rest.host.connect(type: "REST", inputs, options: options)
    return (bytes.with { $0 }, result)
  }

  @Test("goes on where it was, and arrives whole")
  func resumed() async throws {
    let (bytes, result) = try await read("/range/1000000?cut=300000", ["resume_attempts": 5])
    #expect(bytes == PagingServer.bytes(1_000_000))
    #expect(result["resumed"] == 3)
    let ranges = try server.requests().map { $0["range"] }
    #expect(ranges == [nil, "bytes=300000-", "bytes=600000-", "bytes=900000-"])
  }

  @Test("is an error after so many attempts, and without any")
  func given() async throws {
    await #expect(throws: HostError.self) {
      try await read("/range/1000000?cut=300000", ["resume_attempts": 2])
    }
    await #expect(throws: HostError.self) { try await read("/range/1000000?cut=300000", [:]) }
    #expect(try server.requests().count == 4)
  }

  @Test(
    "is an error where what is there now is another one, or may be",
    arguments: ["changing", "weak"]
  )
  func changed(form: String) async throws {
    await #expect(throws: HostError.self) {
      try await read("/range/1000000?cut=300000&\(form)=1", ["resume_attempts": 5])
    }
  }

  @Test("leaves a destination as it was before, or writes all of it")
  func destination() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("download.bin")
    try folder.write("before", to: "download.bin")
    _ = await rest.failure([
      "url": .string(server.url + "/range/500000?cut=200000"), "destination": .string(path),
    ])
    #expect(try folder.text("download.bin") == "before")
    _ = try await rest.request([
      "url": .string(server.url + "/range/500000?cut=200000"), "destination": .string(path),
      "resume_attempts": 5,
    ])
    #expect(Array(try Data(contentsOf: URL(filePath: path))) == PagingServer.bytes(500_000))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["download.bin"])
  }
}

@Suite("When to ask again", .requires(.python))
struct RetryHintTests {
  private let rest: RESTHost
  private let server: PagingServer

  init() async throws {
    rest = try RESTHost.shared.get()
    server = try await PagingServer()
  }

  @Test(
    "is what the answer says, in any of its forms",
    arguments: [
      "retry-after", "retry-after-date", "ratelimit-reset", "x-ratelimit-reset", "ratelimit",
    ]
  )
  func forms(kind: String) async throws {
    let error = await rest.failure([
      "url": .string(server.url + "/ratelimit?kind=\(kind)&times=always&seconds=30")
    ])
    #expect(error?.code == .rateLimited && error?.isRetryable == true)
    let wait = try #require(error?.retryAfter)
    #expect(wait > .seconds(25) && wait <= .seconds(31))
  }

  @Test("is kept to by the host, which makes the next attempt then")
  func retried() async throws {
    let result = try await rest.request([
      "url": .string(server.url + "/ratelimit?kind=retry-after&times=1&seconds=1"),
      "retry": ["attempts": 2, "initial": 0.01],
    ])
    #expect(result.attempts == 2 && result["status_code"] == 200)
  }

  @Test("is known of a request that changes something only where it may be repeated")
  func idempotent() async throws {
    let url = Value.string(server.url + "/ratelimit?kind=none&times=always")
    let post = await rest.failure(["url": url, "method": "post"])
    #expect(post?.isRetryable == false)
    let told = await rest.failure(["url": url, "method": "post", "idempotent": true])
    #expect(told?.isRetryable == true)
    let get = await rest.failure(["url": url, "idempotent": false])
    #expect(get?.isRetryable == false)
  }

  @Test("and a key that is the same for every attempt tells the server which request it is")
  func idempotencyKey() async throws {
    let result = try await rest.request([
      "url": .string(server.url + "/ratelimit?kind=none&times=2"), "method": "post",
      "idempotency_key": true, "retry": ["attempts": 5, "initial": 0.01],
    ])
    #expect(result.attempts == 3)
    let keys = try server.requests().map { $0["idempotency-key"] ?? "" }
    #expect(keys.count == 3 && Set(keys).count == 1 && keys[0].count >= 16)
    _ = try await rest.request([
      "url": .string(server.url + "/echo"), "method": "post", "idempotency_key": "order-4711",
    ])
    #expect(try server.requests().last?["idempotency-key"] == "order-4711")
  }

  @Test("is in the outputs, with what is left")
  func outputs() async throws {
    let error = await rest.failure([
      "url": .string(server.url + "/ratelimit?kind=ratelimit&times=always&seconds=30")
    ])
    #expect(error?.outputs["rate_limit"]?["remaining"] == 0)
    let plain = try await rest.request(["url": .string(server.url + "/echo")])
    #expect(plain.outputs["rate_limit"] == nil)
  }
}
