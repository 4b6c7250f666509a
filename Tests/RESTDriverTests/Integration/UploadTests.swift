import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("A body that is sent from a file or a channel", .requires(.nginx, .openssl))
struct UploadTests {
  private let rest: RESTHost
  private let nginx: NginxServer
  private let folder: TemporaryFolder

  init() async throws {
    rest = try RESTHost.shared.get()
    nginx = try await .shared
    folder = try TemporaryFolder()
  }

  /// No two places of it are alike.
  private static func content(_ count: Int) -> [UInt8] {
    var state: UInt64 = 88_172_645_463_325_252
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(truncatingIfNeeded: state)
    }
  }

  private func send(
    _ inputs: ValueMap,
    from origin: ChannelOrigin
  ) async throws(HostError) -> ConnectionResult {
    var options = CallOptions()
    options.sources["upload"] = origin
    return try await rest.host.connect(type: "REST", inputs, options: options)
  }

  private func failure(
    _ inputs: ValueMap,
    from origin: ChannelOrigin,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async -> HostError? {
    do throws(HostError) {
      let result = try await send(inputs, from: origin)
      Issue.record("it succeeded: \(result.outputs)", sourceLocation: sourceLocation)
      return nil
    } catch {
      return error
    }
  }

  private func put(_ name: String, to server: NginxServer? = nil) -> ValueMap {
    let url = (server ?? nginx).url + "/dav/" + name
    var inputs: ValueMap = ["url": .string(url), "method": "put"]
    if server != nil { inputs["tls"] = ["verify": false] }
    return inputs
  }

  /// The content in pieces of odd sizes, with a pause now and then.
  private static func pieces(_ content: [UInt8]) -> AsyncThrowingStream<[UInt8], any Error> {
    AsyncThrowingStream { continuation in
      Task {
        var start = 0
        while start < content.count {
          let end = min(content.count, start + 1 + start % 70_001)
          continuation.yield(Array(content[start..<end]))
          if start % 5 == 0 { try? await Task.sleep(for: .milliseconds(2)) }
          start = end
        }
        continuation.finish()
      }
    }
  }

  @Test(
    "arrives whole, over HTTP/1.1 and over HTTP/2, whatever it comes from",
    arguments: [false, true]
  )
  func whole(isEncrypted: Bool) async throws {
    let content = Self.content(3_000_001)
    let path = try folder.write(content, to: "content")
    var server: NginxServer?
    if isEncrypted {
      var options = NginxServer.Options()
      options.certificate = try await CertificateAuthority().issue()
      options.http2 = true
      server = try await NginxServer(options)
    }
    let there = server ?? nginx
    var inputs = put("file", to: server)
    inputs["body"] = ["file": .string(path)]
    let file = try await rest.request(inputs)
    #expect([201, 204].contains(file["status_code"]))
    #expect(file["http_version"] == (isEncrypted ? "2" : "1.1"))
    #expect(try there.uploaded("file") == content)
    let origins: [(String, ChannelOrigin)] = [
      ("bytes", .bytes(content)), ("sequence", .sequence(Self.pieces(content))),
      ("sized", .sequence(Self.pieces(content), length: Int64(content.count))),
      ("cut", .sequence(Self.pieces(content), length: 1_000_000)), ("empty", .bytes([])),
    ]
    for (name, origin) in origins {
      let result = try await send(put(name, to: server), from: origin)
      #expect([201, 204].contains(result["status_code"]))
      let expected = name == "cut" ? content[..<1_000_000] : name == "empty" ? [] : content[...]
      #expect(try there.uploaded(name)[...] == expected, "\(name)")
    }
    #expect(rest.misuses == 0)
  }

  @Test("has its length in front where that is known, and goes in chunks where not")
  func framing() async throws {
    let requests = Requests()
    let server = try TCPFaultServer(
      .runs { connection in
        let head = connection.readHead()
        requests.add(head)
        var rest = head
        while !rest.hasSuffix(head.contains("chunked") ? "0\r\n\r\n" : "hello") {
          guard let more = connection.read(), !more.isEmpty else { return }
          rest += String(decoding: more, as: UTF8.self)
        }
        // It closes the connection, and says so: a POST is not sent again.
        connection.write(Answer.ok("done", "Connection: close"))
      }
    )
    let path = try folder.write("hello", to: "hello")
    for method in ["post", "put", "patch"] {
      let sequence = AsyncThrowingStream<[UInt8], any Error> { continuation in
        continuation.yield(Array("hello".utf8))
        continuation.finish()
      }
      let inputs: ValueMap = ["url": .string(server.url), "method": .string(method)]
      _ = try await send(inputs, from: .sequence(sequence))
      var file = inputs
      file["body"] = ["file": .string(path)]
      file["headers"] = ["Content-Type": "text/csv"]
      _ = try await rest.request(file)
    }
    let heads = requests.all.map { $0.lowercased() }
    #expect(heads.count == 6)
    for (index, head) in heads.enumerated() {
      let isFile = index % 2 == 1
      #expect(head.contains("content-length: 5\r\n") == isFile)
      #expect(head.contains("transfer-encoding: chunked\r\n") == !isFile)
      let type = isFile ? "text/csv" : "application/octet-stream"
      #expect(head.contains("content-type: \(type)\r\n"))
      #expect(!head.contains("expect:"))
    }
  }

  @Test("waits for a slow source, for longer than the server may be silent")
  func slowSource() async throws {
    let source = AsyncThrowingStream<[UInt8], any Error> { continuation in
      Task {
        for _ in 0..<3 {
          continuation.yield([1, 2, 3])
          try? await Task.sleep(for: .milliseconds(400))
        }
        continuation.finish()
      }
    }
    var inputs = put("slow")
    inputs["read_timeout"] = 0.2
    _ = try await send(inputs, from: .sequence(source))
    #expect(try nginx.uploaded("slow").count == 9)
  }

  @Test("is sent again from its beginning where a redirect asks for it, if it can be read again")
  func redirects() async throws {
    let content = Self.content(2_000_000)
    let path = try folder.write(content, to: "content")
    let inputs: ValueMap = [
      "url": .string(nginx.url + "/redirect-dav/moved"), "method": "put",
    ]
    var file = inputs
    file["body"] = ["file": .string(path)]
    _ = try await rest.request(file)
    #expect(try nginx.uploaded("moved") == content)
    let error = await failure(inputs, from: .sequence(Self.pieces(Self.content(100))))
    #expect(error?.message.contains("can be read once only") == true)
    // What follows a 303 is a question without a body.
    let other = try Requests().server { number, _ in
      number == 0
        ? "HTTP/1.1 303 See Other\r\nLocation: /next\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        : Answer.ok("next")
    }
    let next: ValueMap = ["url": .string(other.url), "method": "post"]
    #expect(try await send(next, from: .bytes([1, 2, 3]))["text"] == "next")
  }

  @Test("is sent again over a new connection where a kept one had ended, if it can be read again")
  func keptConnection() async throws {
    // The first connection takes one request, and ends after the second.
    func server(_ requests: Requests) throws -> TCPFaultServer {
      try TCPFaultServer(
        .runs { connection in
          while true {
            var text = connection.readHead()
            if text.isEmpty { return }
            let isFirst = requests.all.count <= 1
            requests.add(text)
            let isPut = text.hasPrefix("PUT")
            while isPut, !text.hasSuffix("END\r\n0\r\n\r\n"), !text.hasSuffix("END") {
              guard let more = connection.read(), !more.isEmpty else { return }
              text += String(decoding: more, as: UTF8.self)
            }
            if isPut, isFirst { return }
            connection.write(Answer.ok("taken"))
          }
        }
      )
    }
    let requests = Requests()
    let first = try server(requests)
    let path = try folder.write("content END", to: "content")
    _ = try await rest.request(["url": .string(first.url)])
    let file: ValueMap = [
      "url": .string(first.url), "method": "put", "body": ["file": .string(path)],
    ]
    _ = try await rest.request(file)
    #expect(requests.methods == ["GET", "PUT", "PUT"])
    let second = try server(Requests())
    _ = try await rest.request(["url": .string(second.url)])
    let again: ValueMap = ["url": .string(second.url), "method": "put"]
    let source = AsyncThrowingStream<[UInt8], any Error> { continuation in
      continuation.yield(Array("content END".utf8))
      continuation.finish()
    }
    let error = await failure(again, from: .sequence(source))
    #expect(error?.message.contains("can be read once only") == true)
    #expect(error?.vendorCode == 65)
  }

  @Test("ends with the server's answer where that comes before the end of the body")
  func earlyAnswer() async throws {
    let content = Self.content(5_000_000)
    let inputs: ValueMap = ["url": .string(nginx.url + "/small"), "method": "post"]
    let error = await failure(inputs, from: .bytes(content))
    #expect(error?.status == 413)
  }

  @Test("that cannot be read, or becomes shorter, ends the call with that reason")
  func faults() async throws {
    var inputs = put("never")
    inputs["body"] = ["file": .string(folder.file("absent"))]
    let absent = await rest.failure(inputs)
    #expect(absent?.code == .notFound)
    #expect(absent?.message.contains("absent") == true)
    inputs["body"] = ["file": .string(folder.path)]
    #expect(await rest.failure(inputs)?.message.contains("is a folder") == true)
    struct Broken: Error {}
    let source = AsyncThrowingStream<[UInt8], any Error> { continuation in
      continuation.yield([1, 2, 3])
      continuation.finish(throwing: Broken())
    }
    let broken = await failure(put("never"), from: .sequence(source))
    #expect(broken?.message.contains("Broken") == true)
    let short = await failure(put("never"), from: .handler(length: 10) { _ in [] })
    #expect(short?.message.contains("ended after 0 of 10 bytes") == true)
    #expect(throws: (any Error).self) { try nginx.uploaded("never") }
  }

  @Test("is the only one")
  func twice() async throws {
    for (name, value) in [("data", "text" as Value), ("body", ["json": 1])] {
      var inputs = put("never")
      inputs[name] = value
      let error = await failure(inputs, from: .bytes([1]))
      #expect(error?.pointer == JSONPointer([name]))
      #expect(error?.message.contains("the channel upload") == true)
    }
    let question: ValueMap = ["url": .string(nginx.url + "/json")]
    #expect(await failure(question, from: .bytes([1]))?.message.contains("carries no body") == true)
  }

  @Test("is not read by a test of the connection")
  func test() async throws {
    var inputs = put("never")
    inputs["body"] = ["file": .string(folder.file("absent"))]
    #expect(try await rest.steps(inputs).steps.last == "request passed")
  }

  @Test("that the server does not take ends when it is cancelled, and its source is let go of")
  func cancelled() async throws {
    let over = DispatchSemaphore(value: 0)
    let server = try TCPFaultServer(.runs { _ in over.wait() })
    defer { over.signal() }
    let asked = Locked(0)
    let inputs: ValueMap = ["url": .string(server.url), "method": "put"]
    let host = rest.host
    let task = Task {
      var options = CallOptions()
      options.sources["upload"] = .handler { count in
        asked.with { $0 += count }
        return [UInt8](repeating: 7, count: count)
      }
      return try await host.connect(type: "REST", inputs, options: options)
    }
    try await eventually("the source is read") { asked.with { $0 } > 1 << 20 }
    try await Task.sleep(for: .milliseconds(100))
    // Held back: a queue and what sockets hold.
    #expect(asked.with { $0 } < 32 << 20)
    task.cancel()
    await #expect { try await task.value } throws: { ($0 as? HostError)?.code == .cancelled }
  }
}
