import DriverHost
import TestSupport
import Testing

@Suite("The analysis", .requires(.python))
struct AnalysisTests {
  let openAI: OPENAIHost
  let server: ChatServer
  var url: String { server.url + "/v1" }

  init() async throws {
    openAI = try OPENAIHost.shared.get()
    server = try await ChatServer()
  }

  private func steps(
    _ url: String,
    _ mode: Value = ["mode_name": "list_models"],
    _ others: ValueMap = [:]
  )
    async throws -> (outcomes: [String], last: Value, hints: [String])
  {
    let result = try await openAI.run(url, mode, others, action: "test")
    let steps = result["steps"].listValue ?? []
    return (
      steps.map { "\($0["name"].stringValue ?? "") \($0["outcome"].stringValue ?? "")" },
      steps.last ?? .null, steps.compactMap { $0["hint"].stringValue }.filter { !$0.isEmpty }
    )
  }

  @Test("goes step by step to the models, and counts them")
  func passed() async throws {
    let (outcomes, last, hints) = try await steps(url)
    #expect(
      outcomes == [
        "resolve skipped", "connect passed", "tls skipped", "authenticate passed",
        "request passed", "models passed",
      ]
    )
    #expect(last["message"] == "the key may use 12 models" && hints.isEmpty)
    #expect(try server.requests().map(\.path) == ["/v1/models"])
  }

  @Test("looks for the model of the mode")
  func model() async throws {
    let known = try await steps(url, chat("echo-1"))
    #expect(known.last["message"] == "the key may use 12 models, echo-1 among them")
    let other = try await steps(url, chat("gpt-4"))
    #expect(other.last["outcome"] == "passed")
    #expect(other.last["message"].stringValue?.contains("gpt-4 is not among them") == true)
    #expect(other.hints.first?.hasPrefix("check mode.model") == true)
  }

  @Test("says where the way ends")
  func failed() async throws {
    let key = try await steps(url, ["mode_name": "list_models"], ["api_key": "wrong"])
    #expect(key.outcomes[3...] == ["authenticate failed", "request skipped", "models skipped"])
    #expect(key.hints.first?.hasPrefix("check api_key") == true)
    let path = try await steps(server.url)
    #expect(path.outcomes[4...] == ["request failed", "models skipped"])
    let other = try scripted { $0.write(answer("200 OK", "[1]")) }
    let list = try await steps(other.url)
    #expect(list.outcomes.last == "models failed")
    #expect(list.hints == ["check base_url, whose path is often /v1"])
    let refusing = try TCPFaultServer(.refuses)
    let refused = try await steps(refusing.url)
    #expect(refused.outcomes[1] == "connect failed")
    #expect(refused.outcomes.last == "models skipped")
  }

  @Test("lists the models that begin with a prefix, whatever the mode is")
  func prefix() async throws {
    let result = try await openAI.run(url, chat("echo-1"), ["prefix": "echo-"], action: "models")
    #expect(result["model_ids"] == ["echo-1", "echo-2"])
    #expect(result["models"].listValue?.count == 2)
    #expect(result.outputs["response"] == nil && openAI.misuses == 0)
    let wrong = await openAI.failure(url, chat("m"), ["api_key": "wrong"], action: "models")
    #expect(wrong?.code == .unauthenticated)
  }
}
