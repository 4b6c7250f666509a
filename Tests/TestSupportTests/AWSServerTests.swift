import TestSupport
import Testing

@Suite("The AWS server", .requires(.python, .curl), .showingServerLogs)
struct AWSServerTests {
  @Test("takes what botocore signs, and refuses it spoilt", arguments: [nil, "session/token+="])
  func takesBotocore(token: String?) async throws {
    var options = AWSServer.Options()
    options.sessionToken = token
    try await AWSServer.run(options) { server in
      let words = [server.url, options.accessKey, options.secretKey] + (token.map { [$0] } ?? [])
      let result = try await Command.run(
        try Tool.python.required(),
        ["-B", "\(ThisPackage.folder)/Tests/Python/ask_aws.py"] + words
      )
      #expect(result.status == 0, "\(result.output)\(result.error)")
      let tokens = try server.requests().flatMap { $0.values(of: "x-amz-security-token") }
      #expect(Set(tokens) == (token.map { [$0, "other"] } ?? ["other"]))
    }
  }

  @Test("takes what curl signs, and shows what it should have signed")
  func takesCurl() async throws {
    try await AWSServer.run { server in
      let (key, secret) = (server.options.accessKey, server.options.secretKey)
      let provider = ["--aws-sigv4", "aws:amz:eu-central-1:execute-api"]
      let right = try await curl(
        provider[0],
        provider[1],
        "--user",
        "\(key):\(secret)",
        server.url + "/a"
      )
      #expect(right.status == 200)
      #expect(right.body.contains(#""region": "eu-central-1", "service": "execute-api""#))
      let wrong = try await curl(
        provider[0],
        provider[1],
        "--user",
        "\(key):wrong",
        server.url + "/a"
      )
      #expect(wrong.status == 403)
      #expect(wrong.body.contains(#""canonical_request": "GET\n/a\n\nhost:127.0.0.1:"#))
      #expect(!wrong.body.contains(secret))
    }
  }

  @Test("takes only its region and its service where it was told them")
  func takesOneScope() async throws {
    var options = AWSServer.Options()
    options.region = "eu-central-1"
    options.service = "execute-api"
    try await AWSServer.run(options) { server in
      let user = "\(options.accessKey):\(options.secretKey)"
      for (scope, status) in [
        ("eu-central-1:execute-api", 200), ("eu-west-1:execute-api", 403), ("eu-central-1:es", 403),
      ] {
        let answer = try await curl("--aws-sigv4", "aws:amz:\(scope)", "--user", user, server.url)
        #expect(answer.status == status, "\(scope)")
      }
    }
  }
}
