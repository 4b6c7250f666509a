import DriverHost
import TestSupport
import Testing

@Suite("A run", .requires(.python))
struct RunTests {
  let openAI: OPENAIHost
  let server: ChatServer
  var url: String { server.url + "/v1" }

  init() async throws {
    openAI = try OPENAIHost.shared.get()
    server = try await ChatServer()
  }

  @Test("without a mode lists the models")
  func models() async throws {
    let options = CallOptions()
    let result = try await openAI.host.connect(
      type: "OPENAI",
      ["api_key": "test-key-1", "base_url": Value.string(url)],
      options: options
    )
    let ids = result["model_ids"].listValue ?? []
    #expect(ids.prefix(3) == ["echo-1", "echo-2", "embed-1"])
    #expect(result["models"].listValue?.count == ids.count)
    #expect(result["models"][0]["owned_by"] == "test")
    #expect(result["status_code"] == 200 && result["request_id"] == "req_00000001")
    #expect(result["rate_limit"]["limit_requests"] == 1000)
    #expect(result["rate_limit"]["reset_requests"] == 0.06)
    #expect(result["rate_limit"]["reset_tokens"] == 360.0)
    #expect(result["timing"]["total"].doubleValue ?? -1 > 0)
    #expect(openAI.misuses == 0, "\(openAI.log.with { $0.suffix(40) })")
  }

  @Test("shows who asks")
  func headers() async throws {
    _ = try await openAI.run(
      url,
      ["mode_name": "list_models"],
      ["organization": "org-1", "project": "proj_1"]
    )
    let request = try #require(try server.requests().first)
    #expect(request["Authorization"] == "Bearer test-key-1")
    #expect(request["OpenAI-Organization"] == "org-1" && request["OpenAI-Project"] == "proj_1")
  }

  @Test("by chat has the text, the message and what was counted", arguments: [false, true])
  func chatting(isStreamed: Bool) async throws {
    let result = try await openAI.run(url, chat("echo-1", "grüß  die Welt", stream: isStreamed))
    #expect(result["text"] == "grüß  die Welt")
    #expect(result["message"]["role"] == "assistant")
    #expect(result["message"]["content"] == "grüß  die Welt")
    #expect(result["choices"].listValue?.count == 1)
    #expect(result["finish_reason"] == "stop" && result["tool_calls"] == [])
    #expect(result["usage"]["total_tokens"] == 6)
    #expect(result["model"] == "echo-1")
    #expect(result["id"].stringValue?.hasPrefix("chatcmpl-") == true)
    #expect(result["response"]["object"] == "chat.completion")
    #expect(result["response"]["choices"] == result["choices"])
    #expect(result.outputs["json"] == nil)
    let body = try JSON.parse(try #require(try server.requests().first).body)
    #expect((body["stream"] == true) == isStreamed)
  }

  @Test("by responses has the text and all items", arguments: [false, true])
  func responses(isStreamed: Bool) async throws {
    let result = try await openAI.run(
      url,
      [
        "mode_name": "responses", "model": "echo-1", "input": #"{"a": [1, 2]}"#,
        "stream": .bool(isStreamed),
      ]
    )
    #expect(result["text"] == #"{"a": [1, 2]}"#)
    #expect(result["json"] == ["a": [1, 2]])
    #expect(result["output"][0]["type"] == "message")
    #expect(result["finish_reason"] == "completed")
    #expect(result["id"].stringValue?.hasPrefix("resp_") == true)
    #expect(result["response"]["status"] == "completed")
    #expect(result["usage"]["output_tokens"] == 3)
  }

  @Test("says why a text is incomplete", arguments: [false, true])
  func incomplete(isStreamed: Bool) async throws {
    let chat = try await openAI.run(
      url,
      [
        "mode_name": "chat", "model": "echo-1", "prompt": "one two three", "max_tokens": 2,
        "stream": .bool(isStreamed),
      ]
    )
    #expect(chat["text"] == "one two" && chat["finish_reason"] == "length")
    let response = try await openAI.run(
      url,
      [
        "mode_name": "responses", "model": "echo-1", "input": "one two three",
        "max_output_tokens": 2, "stream": .bool(isStreamed),
      ]
    )
    #expect(response["text"] == "one two")
    #expect(response["finish_reason"] == "max_output_tokens")
  }

  @Test("by embeddings has a vector for each text, however they travel")
  func embeddings() async throws {
    func vectors(_ encoding: Value) async throws -> [[Double]] {
      var mode: ValueMap = [
        "mode_name": "embeddings", "model": "embed-1", "input": ["one", "two"], "dimensions": 5,
      ]
      if !encoding.isNull { mode["encoding_format"] = encoding }
      let result = try await openAI.run(url, .map(mode))
      #expect(result["usage"]["total_tokens"] == 2 && result.outputs["response"] == nil)
      return (result["embeddings"].listValue ?? []).map { vector in
        (vector.listValue ?? []).compactMap(\.doubleValue)
      }
    }
    let plain = try await vectors(.null)
    #expect(plain.map(\.count) == [5, 5] && plain[0] != plain[1])
    let packed = try await vectors("base64")
    #expect(packed.map { $0.map { Float($0) } } == plain.map { $0.map { Float($0) } })
  }

  @Test("by request hands any answer back")
  func request() async throws {
    let result = try await openAI.run(url, ["mode_name": "request", "path": "/models/echo-2"])
    #expect(result["response"]["id"] == "echo-2" && result["status_code"] == 200)
    let vectors = try await openAI.run(
      url,
      [
        "mode_name": "request", "method": "post", "path": "embeddings",
        "json": ["model": "embed-1", "input": "a"],
      ]
    )
    #expect(vectors["response"]["data"][0]["embedding"].listValue?.count == 8)
    let text = try scripted {
      $0.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc")
    }
    let file = try await openAI.run(text.url, ["mode_name": "request", "path": "/f"])
    #expect(file["body"] == "abc" && file.outputs["response"] == nil)
  }

  @Test("has the calls of tools with their arguments parsed")
  func toolCalls() async throws {
    let call = #"{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}"#
    let bad = #"{"id":"c2","type":"function","function":{"name":"g","arguments":"{"}}"#
    let chat = try scripted {
      $0.write(
        answer(
          "200 OK",
          #"{"choices":[{"message":{"content":null,"tool_calls":[\#(call),\#(bad)]},"finish_reason":"tool_calls"}]}"#
        )
      )
    }
    let result = try await openAI.run(chat.url, OPENAIDriverTests.chat("m"))
    #expect(result["text"].isNull && result["finish_reason"] == "tool_calls")
    #expect(
      result["tool_calls"] == [
        ["id": "c1", "name": "f", "arguments": ["x": 1]],
        ["id": "c2", "name": "g", "arguments": "{"],
      ]
    )
    let responses = try scripted {
      $0.write(
        answer(
          "200 OK",
          #"{"status":"completed","output":[{"type":"function_call","call_id":"c1","name":"f","arguments":"{\"x\":1}"}]}"#
        )
      )
    }
    let other = try await openAI.run(
      responses.url,
      ["mode_name": "responses", "model": "m", "input": "i"]
    )
    #expect(other["tool_calls"] == [["id": "c1", "name": "f", "arguments": ["x": 1]]])
    #expect(other["text"].isNull && other["usage"].isNull && other["id"].isNull)
  }

  @Test("goes over the same connection as the one before")
  func keptConnection() async throws {
    for _ in 0..<3 { _ = try await openAI.run(url, chat("echo-1")) }
    #expect(Set(try server.requests().map(\.connection)).count == 1)
  }
}
