import DriverHost
import DriverKit
import Testing

@testable import HTTPKit
@testable import OPENAIDriver

@Suite("What is asked for")
struct RequestTests {
  @Test("is the list of models where nothing else is said")
  func models() throws {
    let inputs = try uncheckedInputs([:])
    #expect(inputs.mode == .listModels && inputs.request.method == "GET")
    #expect(inputs.request.url.text == "https://api.openai.com/v1/models")
    #expect(inputs.request.body == nil && inputs.request.isIdempotent)
  }

  @Test(
    "stands below the base URL, however that ends",
    arguments: [
      ("http://h/v1", "http://h/v1/models"), ("http://h/v1//", "http://h/v1/models"),
      ("http://h", "http://h/models"), ("http://h/", "http://h/models"),
      ("http://h/v1?api-version=2", "http://h/v1/models?api-version=2"),
      ("http://h/v1#top", "http://h/v1/models"),
    ]
  )
  func base(written: String, url: String) throws {
    #expect(try uncheckedInputs(["base_url": .string(written)]).request.url.text == url)
  }

  @Test("says who asks in headers")
  func headers() throws {
    let inputs = try openAIInputs(
      ["mode_name": "list_models"],
      ["organization": "org-1", "project": "proj_1"]
    )
    #expect(
      inputs.request.headers.lines.map(\.text)
        == ["OpenAI-Organization: org-1", "OpenAI-Project: proj_1"]
    )
    #expect(inputs.request.authentication == .bearer(token: "test-key-1"))
  }

  @Test("by chat is a prompt with instructions before it, or messages as they stand")
  func chat() throws {
    let prompt = try openAIInputs([
      "mode_name": "chat", "model": "m", "prompt": "a \"b\" ü\n", "system": "s", "temperature": 0.5,
      "max_tokens": 3, "stop": ["x"], "tools": [["type": "function"]], "tool_choice": "none",
      "response_format": ["type": "json_object"], "max_completion_tokens": 4,
      "parameters": ["seed": 7, "logit_bias": ["50256": -100], "nothing": .null],
    ])
    #expect(prompt.request.url.text.hasSuffix("/v1/chat/completions"))
    #expect(prompt.request.method == "POST" && prompt.request.isIdempotent)
    #expect(
      prompt.body == [
        "model": "m",
        "messages": [
          ["role": "system", "content": "s"], ["role": "user", "content": "a \"b\" ü\n"],
        ],
        "temperature": 0.5, "max_tokens": 3, "max_completion_tokens": 4, "stop": ["x"],
        "response_format": ["type": "json_object"], "tools": [["type": "function"]],
        "tool_choice": "none", "seed": 7, "logit_bias": ["50256": -100], "nothing": .null,
      ]
    )
    let messages: Value = [
      ["role": "assistant", "content": .null, "tool_calls": [["id": "1"]]],
      ["role": "tool", "tool_call_id": "1", "content": "x"],
    ]
    let given = try openAIInputs(["mode_name": "chat", "model": "m", "messages": messages])
    #expect(given.body == ["model": "m", "messages": messages])
  }

  @Test("asks for a stream where somebody reads it or wants one, with usage for chat")
  func streams() throws {
    let chat: Value = ["mode_name": "chat", "model": "m", "prompt": "p"]
    #expect(try !openAIInputs(chat).isStreamed)
    let read = try openAIInputs(chat, isStreamed: true)
    #expect(read.isStreamed && read.body?["stream"] == true)
    #expect(read.body?["stream_options"] == ["include_usage": true])
    let wanted = try openAIInputs([
      "mode_name": "responses", "model": "m", "input": "i", "stream": true,
    ])
    #expect(wanted.isStreamed && wanted.body == ["model": "m", "input": "i", "stream": true])
    let own = try openAIInputs(
      [
        "mode_name": "chat", "model": "m", "prompt": "p",
        "parameters": ["stream_options": ["include_usage": false]],
      ],
      isStreamed: true
    )
    #expect(own.body?["stream_options"] == ["include_usage": false])
    let vectors: Value = ["mode_name": "embeddings", "model": "m", "input": "i"]
    #expect(try openAIInputs(vectors, isStreamed: true).body == ["model": "m", "input": "i"])
  }

  @Test("by responses and embeddings has their own names")
  func others() throws {
    let response = try openAIInputs([
      "mode_name": "responses", "model": "m", "input": [["role": "user", "content": "c"]],
      "instructions": "s", "max_output_tokens": 5, "previous_response_id": "resp_1",
      "temperature": 1, "tools": [["type": "web_search"]], "tool_choice": ["type": "web_search"],
      "parameters": ["store": false],
    ])
    #expect(response.request.url.text.hasSuffix("/v1/responses"))
    #expect(
      response.body == [
        "model": "m", "input": [["role": "user", "content": "c"]], "instructions": "s",
        "previous_response_id": "resp_1", "temperature": 1, "max_output_tokens": 5,
        "tools": [["type": "web_search"]], "tool_choice": ["type": "web_search"], "store": false,
      ]
    )
    let vectors = try openAIInputs([
      "mode_name": "embeddings", "model": "m", "input": ["a", "b"], "dimensions": 2,
      "encoding_format": "base64", "parameters": ["user": "u"],
    ])
    #expect(vectors.request.url.text.hasSuffix("/v1/embeddings"))
    #expect(
      vectors.body == [
        "model": "m", "input": ["a", "b"], "dimensions": 2, "encoding_format": "base64",
        "user": "u",
      ]
    )
  }

  @Test("by request is any path below the base URL, and only repeated where HTTP allows it")
  func request() throws {
    let get = try openAIInputs(
      ["mode_name": "request", "path": "files?limit=1", "query": ["after": "a b"]],
      ["base_url": "http://h/v1?v=2"]
    )
    #expect(get.request.url.text == "http://h/v1/files?limit=1&v=2&after=a%20b")
    #expect(get.request.method == "GET" && get.request.isIdempotent)
    let post = try openAIInputs([
      "mode_name": "request", "path": "/moderations", "method": "post", "json": ["input": "x"],
    ])
    #expect(post.body == ["input": "x"] && post.request.method == "POST")
    #expect(!post.request.isIdempotent)
  }

  @Test(
    "is refused where it says two things or none",
    arguments: [
      (["mode_name": "chat", "model": "m"], "/mode"),
      (
        ["mode_name": "chat", "model": "m", "prompt": "p", "messages": [["role": "user"]]], "/mode"
      ),
      (["mode_name": "chat", "prompt": "p"], "/mode"),
      (["mode_name": "embeddings", "model": "m"], "/mode"),
      (
        ["mode_name": "chat", "model": "m", "prompt": "p", "parameters": ["model": "n"]],
        "/mode/parameters/model"
      ),
      (
        ["mode_name": "chat", "model": "m", "prompt": "p", "parameters": ["messages": []]],
        "/mode/parameters/messages"
      ),
      (
        ["mode_name": "chat", "model": "m", "prompt": "p", "parameters": ["stream": true]],
        "/mode/parameters/stream"
      ),
      (["mode_name": "request", "path": "/../admin"], "/mode/path"),
      (["mode_name": "request", "path": "/%2e%2e/admin"], "/mode/path"),
      (["mode_name": "request", "path": "/files", "json": ["a": 1]], "/mode/method"),
    ] as [(Value, String)]
  )
  func refused(mode: Value, pointer: String) throws {
    do {
      _ = try openAIInputs(mode)
      Issue.record("it was taken")
    } catch let error as DriverError {
      #expect(error.code == .invalidInput && error.pointer == pointer)
    } catch let error as HostError {
      #expect(error.code == .invalidInput)
      #expect(error.faults.contains { $0.pointer.description.hasPrefix(pointer) })
    }
  }

  @Test(
    "is refused by the driver too where the host has not looked",
    arguments: ["", "a b", "k\n"]
  )
  func keys(key: String) {
    let error = #expect(throws: DriverError.self) {
      _ = try uncheckedInputs(["api_key": .string(key)])
    }
    #expect(error?.pointer == "/api_key" && error?.message.contains(key) != true || key.isEmpty)
  }

  @Test("has a base URL without a user name and a password")
  func credentials() {
    let error = #expect(throws: HostError.self) {
      try openAIInputs(["mode_name": "list_models"], ["base_url": "http://ann:secret@h/v1"])
    }
    #expect(error?.faults.first?.pointer.description == "/base_url")
  }
}
