import DriverHost
import TestSupport
import Testing

@Suite("An AWS signature", .requires(.python))
struct SignatureTests {
  private let rest: RESTHost

  init() throws { rest = try RESTHost.shared.get() }

  private func inputs(
    _ server: AWSServer,
    _ path: String,
    service: Value = "execute-api",
    _ more: ValueMap = [:]
  ) -> ValueMap {
    var inputs = more
    inputs["url"] = .string(server.url + path)
    inputs["authentication"] = [
      "authentication_method": "aws_sigv4", "access_key_id": .string(server.options.accessKey),
      "secret_access_key": .string(server.options.secretKey), "region": "eu-central-1",
      "service": service,
    ]
    return inputs
  }

  @Test(
    "is the one that botocore makes, whatever the address",
    arguments: [
      "/", "/items/42", "/a%20b/%C3%A9", "/a//b/./c/../d", "/search?q=x",
      "/s?b=2&a=1&a=0&empty=&flag",
      "/s?key=a%2Fb%20c%2Bd&%C3%A9=1", "/~tilde-_.x", "/colon:at@x",
    ],
    ["execute-api", "s3"]
  )
  func addresses(path: String, service: String) async throws {
    try await AWSServer.run { server in
      let result = try await rest.request(inputs(server, path, service: .string(service)))
      #expect(result["status_code"] == 200)
    }
  }

  @Test("covers the body, the type and the headers of AWS")
  func body() async throws {
    try await AWSServer.run { server in
      let result = try await rest.request(
        inputs(
          server,
          "/table",
          [
            "method": "post", "data": ["name": "Ann", "n": 1],
            "headers": [
              "X-Amz-Target": "DynamoDB.GetItem", "Content-Type": "application/x-amz-json-1.0",
              "Accept": "*/*",
            ],
            "query": ["a b": ["x", "y"]],
          ]
        )
      )
      #expect(result["status_code"] == 200)
    }
  }

  @Test("has the session token of temporary keys")
  func sessionToken() async throws {
    var options = AWSServer.Options()
    options.sessionToken = "t0ken/+="
    try await AWSServer.run(options) { server in
      var inputs = inputs(server, "/")
      var authentication = try #require(inputs["authentication"]?.mapValue)
      authentication["session_token"] = "t0ken/+="
      inputs["authentication"] = .map(authentication)
      #expect(try await rest.request(inputs)["status_code"] == 200)
      authentication["session_token"] = nil
      inputs["authentication"] = .map(authentication)
      #expect(await rest.failure(inputs)?.code == .forbidden)
    }
  }

  @Test("leaves a streamed body out for s3, and is refused for what must have it signed")
  func streamed() async throws {
    let folder = try TemporaryFolder()
    try folder.write("some bytes", to: "body.bin")
    let more: ValueMap = ["method": "put", "body": ["file": .string(folder.file("body.bin"))]]
    try await AWSServer.run { server in
      let stored = try await rest.request(inputs(server, "/bucket/key", service: "s3", more))
      #expect(stored["status_code"] == 200)
      let error = await rest.failure(inputs(server, "/", more))
      #expect(error?.code == .unsupported)
      #expect(try server.requests().count == 1)
    }
  }

  @Test("is refused with a wrong key, which is shown nowhere")
  func wrongKey() async throws {
    try await AWSServer.run { server in
      var inputs = inputs(server, "/")
      var authentication = try #require(inputs["authentication"]?.mapValue)
      authentication["secret_access_key"] = "an0ther-key"
      inputs["authentication"] = .map(authentication)
      let error = await rest.failure(inputs)
      #expect(error?.status == 403 && error?.message.contains("an0ther") == false)
    }
  }
}
