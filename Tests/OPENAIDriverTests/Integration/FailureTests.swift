import DriverHost
import Glibc
import TestSupport
import Testing

@Suite("A run that fails", .requires(.python))
struct FailureTests {
  let openAI: OPENAIHost
  let server: ChatServer
  var url: String { server.url + "/v1" }

  init() async throws {
    openAI = try OPENAIHost.shared.get()
    server = try await ChatServer()
  }

  @Test("for a while is made again by the host", arguments: ["rate-limited", "broken"])
  func passing(model: String) async throws {
    let result = try await openAI.run(url, chat(model))
    #expect(result["text"] == "hello big world" && result.attempts == 2)
    #expect(try server.requests().count == 2)
  }

  @Test("always is made three times, and says what the server says")
  func lasting() async throws {
    let limited = await openAI.failure(
      url,
      ["mode_name": "embeddings", "model": "rate-limited-always", "input": "x"]
    )
    #expect(limited?.code == .rateLimited && limited?.status == 429 && limited?.attempts == 3)
    #expect(limited?.isRetryable == true && limited?.retryAfter == .seconds(1))
    #expect(
      limited?.message.contains("Rate limit reached for requests (rate_limit_exceeded)") == true
    )
    #expect(limited?.message.contains("the server asks to wait 1.0 s") == true)
    #expect(limited?.vendorState == "rate_limit_exceeded")
    #expect(limited?.outputs["response"]?["error"]["type"] == "requests")
    #expect(limited?.outputs["request_id"]?.stringValue?.hasPrefix("req_") == true)
    let broken = await openAI.failure(url, chat("broken-always"))
    #expect(broken?.code == .remoteFailure && broken?.status == 500 && broken?.attempts == 3)
    #expect(broken?.message.contains("try again later") == true)
  }

  @Test("for want of money is not made again")
  func quota() async throws {
    let server = try scripted {
      $0.write(
        answer(
          "429 Too Many Requests",
          #"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
          "Retry-After: 1"
        )
      )
    }
    let error = await openAI.failure(server.url, chat("m"))
    #expect(error?.code == .rateLimited && error?.isRetryable == false && error?.attempts == 1)
    #expect(error?.message.contains("check the plan") == true && error?.retryAfter == nil)
  }

  @Test("says when what has run out is there again")
  func reset() async throws {
    let server = try scripted {
      $0.write(
        answer(
          "429 Too Many Requests",
          #"{"error":{"message":"slow down"}}"#,
          "x-ratelimit-remaining-requests: 5",
          "x-ratelimit-reset-requests: 1h",
          "x-ratelimit-remaining-tokens: 0",
          "x-ratelimit-reset-tokens: 1m30s"
        )
      )
    }
    let error = await openAI.failure(server.url, chat("m"), ["retry": false])
    #expect(error?.retryAfter == .seconds(90))
    #expect(error?.outputs["rate_limit"]?["remaining_tokens"] == 0)
    let exact = try scripted {
      $0.write(answer("503 Service Unavailable", "{}", "retry-after-ms: 250", "Retry-After: 1"))
    }
    let busy = await openAI.failure(exact.url, chat("m"), ["retry": false])
    #expect(busy?.code == .unavailable && busy?.retryAfter == .milliseconds(250))
  }

  @Test("for a wrong key shows the key nowhere")
  func wrongKey() async throws {
    let own = try OPENAIHost()
    let key = "sk-wrong-9f3a7c51"
    let refused = await own.failure(url, chat("echo-1"), ["api_key": .string(key)])
    #expect(refused?.code == .unauthenticated && refused?.pointer?.description == "/api_key")
    #expect(refused?.isRetryable == false && refused?.attempts == 1)
    #expect(refused?.message.contains("check api_key") == true)
    // A server that repeats what it was given, whole and in part.
    let echoing = try scripted {
      $0.write(
        answer(
          "401 Unauthorized",
          #"{"error":{"message":"Incorrect API key provided: \#(key) (sk-wr*********7c51).","code":"\#(key)","param":"\#(key)"}}"#
        )
      )
    }
    let echoed = await own.failure(echoing.url, chat("m"), ["api_key": .string(key)])
    let error = try #require(echoed)
    #expect(error.message.contains("Incorrect API key provided: *** (***)"))
    let outputs = JSON.text(.map(error.outputs))
    #expect(outputs.contains("Incorrect API key provided"))
    let all: [String] = [
      "\(error)", error.message, error.detail ?? "", error.vendorState ?? "",
      "\(error.details ?? .null)",
      outputs,
      String(reflecting: refused), own.log.with { $0.joined(separator: "\n") },
    ]
    for text in all {
      #expect(!text.contains(key) && !text.contains("9f3a7c51"))
      #expect(!text.contains("7c51"))
    }
  }

  @Test(
    "names the input at fault",
    arguments: [
      (chat("no-such-model"), HostError.Code.notFound, "/mode/model", "list_models"),
      (chat("refused"), .invalidInput, "/mode/prompt", "Invalid value for 'messages'"),
      (
        ["mode_name": "responses", "model": "refused", "input": "x"], .invalidInput, "/mode/input",
        "invalid_value"
      ),
    ] as [(Value, HostError.Code, String, String)]
  )
  func inputs(mode: Value, code: HostError.Code, pointer: String, text: String) async throws {
    let error = await openAI.failure(url, mode)
    #expect(error?.code == code && error?.pointer?.description == pointer)
    #expect(error?.message.contains(text) == true && error?.attempts == 1)
  }

  @Test("says what to do about the address")
  func address() async throws {
    let missing = await openAI.failure(server.url, chat("echo-1"))
    #expect(missing?.code == .notFound)
    #expect(missing?.message.contains("check base_url, whose path is often /v1") == true)
    let page = try scripted {
      $0.write("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>")
    }
    let html = await openAI.failure(page.url, chat("m"))
    #expect(html?.code == .protocolViolation && html?.outputs["body"] == "<html>")
    let empty = try scripted { $0.write(answer("200 OK", "{}")) }
    for mode in [
      ["mode_name": "list_models"], chat("m"),
      ["mode_name": "responses", "model": "m", "input": "x"],
      ["mode_name": "embeddings", "model": "m", "input": "x"],
    ] as [Value] {
      let error = await openAI.failure(empty.url, mode)
      #expect(
        error?.code == .protocolViolation && error?.message.contains("the answer has no") == true
      )
    }
    let moved = try scripted { $0.write(answer("301 Moved", "", "Location: http://127.0.0.1:1/")) }
    let redirected = await openAI.failure(moved.url, chat("m"))
    #expect(redirected?.pointer?.description == "/base_url" && redirected?.status == 301)
  }

  @Test(
    "because the stream is cut off says so, with what came",
    arguments: ["truncated", "unfinished"],
    ["chat", "responses"]
  )
  func truncated(model: String, mode: String) async throws {
    let asked: Value =
      mode == "chat"
      ? chat(model, "one two three four", stream: true)
      : [
        "mode_name": "responses", "model": .string(model), "input": "one two three four",
        "stream": true,
      ]
    let error = await openAI.failure(url, asked)
    #expect(error?.code == .protocolViolation && error?.attempts == 3)
    #expect(error?.message.contains("was cut off before its end") == true)
    #expect(error?.outputs["text"] == "one two" && error?.outputs["status_code"] == 200)
  }

  @Test("in the middle of a stream has the server's words", arguments: ["chat", "responses"])
  func errorInStream(mode: String) async throws {
    let asked: Value =
      mode == "chat"
      ? chat("error-in-stream", "one two three four", stream: true)
      : [
        "mode_name": "responses", "model": "error-in-stream", "input": "one two three four",
        "stream": true,
      ]
    let error = await openAI.failure(url, asked)
    #expect(error?.code == .remoteFailure && error?.attempts == 3)
    #expect(error?.message.contains("The server had an error (server_error)") == true)
    #expect(error?.outputs["text"] == "one two")
  }

  @Test("after somebody has read a part is not made again")
  func consumed() async throws {
    let received = Received()
    let event = #"data: {"choices":[{"index":0,"delta":{"content":"x"}}]}"# + "\n\n"
    let server = try scripted { connection in
      connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n\(event)")
      while received.text.isEmpty { usleep(1000) }
      connection.close()
    }
    let error = await openAI.failure(server.url, chat("m"), outputs: received.outputs)
    #expect(error?.message.contains("was cut off before its end") == true)
    #expect(error?.attempts == 1 && received.text == "x" && error?.outputs["text"] == "x")
  }

  @Test("because half of a body is missing is made again")
  func halfBody() async throws {
    let error = await openAI.failure(url, chat("truncated"))
    #expect(error?.code == .protocolViolation && error?.attempts == 3)
  }

  @Test("is not made again where it may have changed something")
  func changing() async throws {
    let server = try scripted { $0.write(answer("500 Internal Server Error", "{}")) }
    let post = await openAI.failure(
      server.url,
      ["mode_name": "request", "method": "post", "path": "/files", "json": [:]]
    )
    #expect(post?.attempts == 1 && post?.isRetryable == false)
    let get = await openAI.failure(server.url, ["mode_name": "request", "path": "/files"])
    #expect(get?.attempts == 3)
  }

  @Test("says that a response has failed although its status is 200")
  func failedResponse() async throws {
    let server = try scripted {
      $0.write(
        answer(
          "200 OK",
          #"{"status":"failed","output":[],"error":{"code":"invalid_prompt","message":"no"}}"#
        )
      )
    }
    let error = await openAI.failure(
      server.url,
      ["mode_name": "responses", "model": "m", "input": "x"]
    )
    #expect(error?.code == .remoteFailure && error?.vendorState == "invalid_prompt")
    #expect(error?.attempts == 1 && error?.outputs["response"]?["status"] == "failed")
  }

  @Test("because the answer is over its limit names the limit", arguments: [false, true])
  func limit(isStreamed: Bool) async throws {
    let text = String(repeating: "word ", count: 1000)
    let error = await openAI.failure(
      url,
      chat("echo-1", text, stream: isStreamed),
      ["max_response_bytes": 1000]
    )
    #expect(error?.code == .tooLarge && error?.pointer?.description == "/max_response_bytes")
  }

  @Test("for an event that is no JSON says so")
  func nonsense() async throws {
    let server = try scripted { connection in
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\n\r\ndata: {\n\n"
      )
    }
    let error = await openAI.failure(server.url, chat("m", stream: true))
    #expect(error?.code == .protocolViolation)
    #expect(error?.message.contains("an event that is no JSON") == true)
  }

  @Test("for wrong inputs opens no socket")
  func refused() async throws {
    let server = try TCPFaultServer(.stalls)
    for mode in [
      ["mode_name": "chat", "model": "m"], ["mode_name": "nothing"],
      ["mode_name": "chat", "model": "m", "prompt": "p", "parameters": ["stream": true]],
      ["mode_name": "chat", "model": "m", "prompt": "p", "temperature": 3],
      ["mode_name": "request", "path": "/../x"],
    ] as [Value] {
      #expect(await openAI.failure(server.url, mode)?.code == .invalidInput)
    }
    let spaced = await openAI.failure(server.url, chat("m"), ["api_key": "a b"])
    #expect(spaced?.code == .invalidInput)
    #expect(server.connectionCount == 0)
  }
}
