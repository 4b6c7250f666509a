import TestSupport
import Testing

@Suite("The chat server", .requires(.python, .curl), .showingServerLogs)
struct ChatServerTests {
  @Test("is understood by the public client of the API, its faults too")
  func isUnderstood() async throws {
    try await ChatServer.run { server in
      let result = try await Command.run(
        try Tool.python.required(),
        [
          "-B", "\(ThisPackage.folder)/Tests/Python/ask_chat.py", server.url, server.options.key,
        ],
        environment: ["NO_PROXY": "*"]
      )
      #expect(result.status == 0, "\(result.output)\(result.error)")
      let requests = try server.requests()
      #expect(requests.contains { $0.path == "/v1/responses" })
      #expect(Set(requests.compactMap { $0["openai-organization"] }) == ["org-test"])
      #expect(Set(requests.compactMap { $0["openai-project"] }) == ["proj-test"])
    }
  }

  @Test("streams as the API's documentation has it")
  func streams() async throws {
    try await ChatServer.run { server in
      let answer = try await ask(server, model: "echo-1", "stream", "true")
      let lines = answer.split(separator: "\n").filter { $0.hasPrefix("data: ") }
      #expect(lines.last == "data: [done]")
      #expect(lines.contains { $0.contains(#""delta": {"content": " there"}"#) })
      #expect(answer.contains("content-type: text/event-stream"))
      let cut = try await ask(server, model: "truncated", "stream", "true")
      #expect(cut.contains(" there") && !cut.contains("world") && !cut.contains("[done]"))
      let failed = try await ask(server, model: "error-in-stream", "stream", "true")
      #expect(failed.contains(#"data: {"error": {"message""#))
    }
  }

  @Test("fails as often as it was told, and refuses who has not the key")
  func fails() async throws {
    var options = ChatServer.Options()
    options.faults = 2
    try await ChatServer.run(options) { server in
      for status in ["429", "429", "200"] {
        let answer = try await ask(server, model: "rate-limited", "n", "1")
        #expect(answer.hasPrefix("http/1.1 \(status)"))
        #expect(answer.contains("retry-after: 1\r\n") == (status == "429"))
        #expect(answer.contains("x-ratelimit-remaining-requests: "))
      }
      let header = "Authorization: Bearer other-key"
      let refused = try await curl("--header", header, server.url + "/v1/models")
      #expect(refused.status == 401)
      #expect(refused.body.contains(#""code": "invalid_api_key""#))
      #expect(!refused.body.contains("other-key"))
      #expect(try await curl(server.url + "/v1/models").status == 401)
    }
  }

  /// The answer with its head, all in lower case.
  private func ask(
    _ server: ChatServer,
    model: String,
    _ option: String,
    _ value: String
  ) async throws -> String {
    let body = """
      {"model": "\(model)", "messages": [{"role": "user", "content": "hello there world"}], \
      "\(option)": \(value)}
      """
    return try await curl(
      "--include",
      "--header",
      "Authorization: Bearer \(server.options.key)",
      "--json",
      body,
      server.url + "/v1/chat/completions"
    ).body.lowercased()
  }
}
