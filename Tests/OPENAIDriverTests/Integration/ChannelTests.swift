import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("An answer that is read as it comes", .requires(.python))
struct ChannelTests {
  let openAI: OPENAIHost
  let server: ChatServer
  var url: String { server.url + "/v1" }

  init() async throws {
    openAI = try OPENAIHost.shared.get()
    server = try await ChatServer()
  }

  @Test("brings text and events, and the outputs of one that comes whole")
  func chatting() async throws {
    let received = Received()
    let result = try await openAI.run(url, chat("echo-1"), outputs: received.outputs)
    #expect(received.text == "hello big world" && result["text"] == "hello big world")
    let deltas = received.events.compactMap { $0["choices"][0]["delta"]["content"].stringValue }
    #expect(deltas == ["", "hello", " big", " world"])
    #expect(received.events.last?["usage"]["total_tokens"] == result["usage"]["total_tokens"])
    #expect(result["finish_reason"] == "stop")
    #expect(openAI.misuses == 0)
  }

  @Test("by responses has events with types")
  func responses() async throws {
    let received = Received()
    let mode: Value = ["mode_name": "responses", "model": "echo-1", "input": "hello big world"]
    let result = try await openAI.run(url, mode, outputs: received.outputs)
    #expect(received.text == "hello big world" && result["text"] == "hello big world")
    #expect(received.events.first?["type"] == "response.created")
    #expect(received.events.last?["type"] == "response.completed")
  }

  @Test("comes while the model still writes")
  func early() async throws {
    let received = Received()
    let task = Task { await openAI.failure(url, chat("slow"), outputs: received.outputs) }
    // 200 words in 40 seconds: the first of them are here long before.
    try await eventually("some words are here") { received.text.hasPrefix(" 0 1") }
    #expect(!received.text.contains("199"))
    task.cancel()
    #expect(await task.value?.code == .cancelled)
  }

  @Test("is the ids, or the vectors, or the text in one, where the server sends no stream")
  func whole() async throws {
    let models = Received()
    _ = try await openAI.run(url, ["mode_name": "list_models"], outputs: models.outputs)
    #expect(models.text.hasPrefix("echo-1\necho-2\nembed-1\n"))
    let vectors = Received()
    _ = try await openAI.run(
      url,
      ["mode_name": "embeddings", "model": "embed-1", "input": ["a", "b"], "dimensions": 2],
      outputs: vectors.outputs
    )
    #expect(vectors.text.split(separator: "\n").count == 2 && vectors.text.hasPrefix("["))
    let plain = try scripted {
      $0.write(answer("200 OK", #"{"choices":[{"message":{"content":"all at once"}}]}"#))
    }
    let text = Received()
    let result = try await openAI.run(plain.url, chat("m"), outputs: text.outputs)
    #expect(text.text == "all at once" && result["text"] == "all at once")
    #expect(text.events.isEmpty)
  }

  @Test("by request is the body as it stands, and its events")
  func request() async throws {
    let received = Received()
    let result = try await openAI.run(
      url,
      [
        "mode_name": "request", "method": "post", "path": "/chat/completions",
        "json": [
          "model": "echo-1", "stream": true, "messages": [["role": "user", "content": "a b"]],
        ],
      ],
      outputs: received.outputs
    )
    #expect(received.text.hasPrefix("data: {") && received.text.hasSuffix("data: [DONE]\n\n"))
    #expect(received.events.count == 4 && result["status_code"] == 200)
    let bytes = Received()
    let file = String(repeating: "x", count: 300_000)
    let plain = try scripted {
      $0.write("HTTP/1.1 200 OK\r\nContent-Length: \(file.utf8.count)\r\n\r\n\(file)")
    }
    _ = try await openAI.run(
      plain.url,
      ["mode_name": "request", "path": "/files/1/content"],
      ["max_response_bytes": 1000],
      outputs: ["text": bytes.outputs["text"]!]
    )
    #expect(bytes.text == file)
  }

  @Test("waits for a slow reader, and the server with it", arguments: ["text", "events"])
  func slowReader(channel: String) async throws {
    let piece = String(repeating: "abcdefgh", count: 500)
    let event = #"data: {"choices":[{"index":0,"delta":{"content":"\#(piece)"}}]}"# + "\n\n"
    // More than a channel holds, and behind it comments, which are read fast: more than sockets hold.
    let count = 400
    let comment = ":" + String(repeating: " ", count: 4000) + "\n"
    let all = count + 2600
    let sent = Locked(0)
    let server = try scripted { connection in
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
      )
      for number in 0..<all {
        guard connection.write(number < count ? event : comment) else { return }
        sent.with { $0 += 1 }
      }
      connection.write("data: [DONE]\n\n")
      connection.close()
    }
    let gate = Locked(false)
    let read = Locked(0)
    @Sendable func wait() { while !gate.with({ $0 }) { usleep(1000) } }
    let destination: ChannelDestination =
      channel == "text"
      ? .bytes { bytes in
        wait()
        read.with { $0 += bytes.count }
      }
      : .values { value in
        wait()
        read.with { $0 += value["choices"][0]["delta"]["content"].stringValue?.utf8.count ?? 0 }
      }
    let task = Task { [openAI] in
      try await openAI.run(server.url, chat("m"), outputs: [channel: destination])
    }
    // Nobody reads, so the server comes to a stop before it has sent all of its 12 MB.
    var before = -1
    while before != sent.with({ $0 }) || before == 0 {
      before = sent.with { $0 }
      try await Task.sleep(for: .milliseconds(300))
    }
    #expect(before < all)
    gate.with { $0 = true }
    let result = try await task.value
    #expect(read.with { $0 } == count * piece.utf8.count)
    #expect(result["text"].stringValue?.utf8.count == count * piece.utf8.count)
    #expect(openAI.misuses == 0)
  }

  @Test("ends the request where its reader fails")
  func failingReader() async throws {
    struct Full: Error {}
    let failure = await openAI.failure(
      url,
      chat("slow"),
      outputs: ["text": .bytes { _ in throw Full() }]
    )
    #expect(failure != nil)
    #expect(openAI.host.statistics.drivers["OPENAI"]?.abandonedCalls == 0)
  }

  @Test("closes its connection when it is cancelled in the middle")
  func cancelled() async throws {
    let closed = Locked(false)
    let event = #"data: {"choices":[{"index":0,"delta":{"content":"x"}}]}"# + "\n\n"
    let server = try scripted { connection in
      connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n\(event)")
      connection.stall()
      closed.with { $0 = true }
    }
    let received = Received()
    let task = Task {
      await openAI.failure(server.url, chat("m"), outputs: received.outputs)
    }
    try await eventually("the first word is here") { received.text == "x" }
    task.cancel()
    #expect(await task.value?.code == .cancelled)
    try await eventually("the connection is closed") { closed.with { $0 } }
  }

  @Test("is over with its last event, also where the server then keeps the connection")
  func lateEnd() async throws {
    let event = #"data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}"#
    let server = try scripted { connection in
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n\(event)\n\ndata: [DONE]\n\n"
      )
      connection.stall()
    }
    let result = try await openAI.run(
      server.url,
      chat("m", stream: true),
      ["read_timeout": 0.3]
    )
    #expect(result["text"] == "x" && result["finish_reason"] == "stop")
  }
}
