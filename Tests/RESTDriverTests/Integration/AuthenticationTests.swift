import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Authentication", .requires(.nginx, .openssl, .httpbin))
struct AuthenticationTests {
  private let rest: RESTHost
  private let httpbin: HTTPBinServer

  init() async throws {
    rest = try RESTHost.shared.get()
    httpbin = try await HTTPBinServer.shared
  }

  @Test("by digest answers what the server asks", arguments: ["MD5", "SHA-256"])
  func digest(algorithm: String) async throws {
    let url = Value.string("\(httpbin.url)/digest-auth/auth/ann/s3cr3t+pass/\(algorithm)")
    func inputs(_ password: Value) -> ValueMap {
      [
        "url": url,
        "authentication": [
          "authentication_method": "digest", "username": "ann", "password": password,
        ],
      ]
    }
    let result = try await rest.request(inputs("s3cr3t+pass"))
    #expect(result["json"]["authenticated"] == true)
    let refused = await rest.failure(inputs("another one"))
    #expect(refused?.code == .unauthenticated)
    #expect(refused?.message.contains("another one") == false)
    // Neither stays with the handle.
    let echo = try await rest.request(["url": .string(httpbin.url + "/anything")])
    #expect(echo["json"]["headers"]["Authorization"].isNull)
  }

  @Test("by a key puts it where it is to stand, and shows it nowhere")
  func key() async throws {
    func echo(_ authentication: Value, _ more: ValueMap = [:]) async throws -> ConnectionResult {
      var inputs = more
      inputs["url"] = inputs["url"] ?? .string(httpbin.url + "/anything")
      inputs["authentication"] = authentication
      return try await rest.request(inputs)
    }
    let method: Value = "api_key"
    let header = try await echo(["authentication_method": method, "key": "ke/y=1"])
    #expect(header["json"]["headers"]["X-Api-Key"] == "ke/y=1")
    let named = try await echo(
      ["authentication_method": method, "name": "Authorization", "key": "ApiKey k"],
      ["headers": ["Authorization": "of the headers"]]
    )
    #expect(named["json"]["headers"]["Authorization"] == "ApiKey k")
    let query = try await echo(
      ["authentication_method": method, "in": "query", "name": "key", "key": "a&b c"],
      ["query": ["page": 2]]
    )
    #expect(query["json"]["args"] == ["key": "a&b c", "page": "2"])
    #expect(query["url"] == .string(httpbin.url + "/anything?page=2"))
    let cookie = try await echo(
      ["authentication_method": method, "in": "cookie", "name": "sid", "key": "k3y"],
      ["headers": ["Cookie": "theme=dark"]]
    )
    #expect(cookie["json"]["headers"]["Cookie"] == "theme=dark; sid=k3y")
    let plain = try await rest.request(["url": .string(httpbin.url + "/anything")])
    #expect(plain["json"]["headers"]["Cookie"].isNull && plain["json"]["args"] == [:])
  }

  @Test("by a key is refused where the key would be more than that")
  func wrongKey() async {
    for authentication: Value in [
      ["authentication_method": "api_key", "key": "a\r\nX-Evil: 1"],
      ["authentication_method": "api_key", "key": "a", "name": "not a name"],
      ["authentication_method": "api_key", "key": "a; admin=1", "in": "cookie"],
    ] {
      let error = await rest.failure([
        "url": "http://localhost:1/", "authentication": authentication,
      ])
      #expect(error?.code == .invalidInput)
      #expect(error?.pointer?.description.hasPrefix("/authentication/") == true)
    }
  }

  @Test("by a key does not follow a redirect to another origin", arguments: ["header", "query"])
  func redirect(place: String) async throws {
    let nginx = try await NginxServer.shared
    let result = try await rest.request([
      "url": .string("\(nginx.url)/redirect-to?url=\(httpbin.url)/anything"),
      "authentication": [
        "authentication_method": "api_key", "in": .string(place), "name": "X-Key", "key": "s3cr3t",
      ],
    ])
    #expect(result["json"]["headers"]["X-Key"].isNull)
    #expect(result["json"]["args"] == [:])
  }

  @Test("by a client certificate shows it to the server that asks, and to no other request")
  func certificate() async throws {
    let authority = try await CertificateAuthority()
    var options = NginxServer.Options()
    options.certificate = try await authority.issue()
    options.clientAuthority = authority
    let own = try await authority.issue(client: true)
    try await withNginx(options) { server in
      let folder = try TemporaryFolder()
      let locked = folder.file("locked.pem")
      try await Command.check(
        try Tool.openssl.required(),
        ["pkey", "-in", own.keyPath, "-aes256", "-passout", "pass:open sesame", "-out", locked]
      )
      func inputs(_ authentication: Value) throws -> ValueMap {
        [
          "url": .string(server.url + "/json"), "tls": ["ca": .string(try authority.pem)],
          "authentication": authentication,
        ]
      }
      func shown(_ key: String, _ more: ValueMap = [:]) throws -> ValueMap {
        var authentication: ValueMap = [
          "authentication_method": "client_certificate", "certificate": .string(try own.pem),
          "private_key": .string(key),
        ]
        for (name, value) in more { authentication[name] = value }
        return try inputs(.map(authentication))
      }
      #expect(try await rest.request(try shown(own.keyPEM))["status_code"] == 200)
      // A connection that was made with it is not used without.
      let without = await rest.failure(try inputs(["authentication_method": "none"]))
      #expect(without?.status == 400)
      let key = try String(contentsOfFile: locked, encoding: .utf8)
      let opened = try await rest.request(try shown(key, ["passphrase": "open sesame"]))
      #expect(opened["status_code"] == 200)
      let closed = await rest.failure(try shown(key, ["passphrase": "open barley"]))
      #expect(closed?.code == .tls && closed?.pointer?.description == "/authentication/private_key")
      #expect(closed?.message.contains("barley") == false)
      let other = try await authority.issue(client: true)
      let mismatch = await rest.failure(try shown(other.keyPEM))
      #expect(mismatch?.code == .tls)
      #expect(mismatch?.pointer?.description.hasPrefix("/authentication/") == true)
    }
    let plain = await rest.failure([
      "url": "http://localhost:1/",
      "authentication": [
        "authentication_method": "client_certificate", "certificate": .string(try own.pem),
        "private_key": .string(try own.keyPEM),
      ],
    ])
    #expect(plain?.code == .invalidInput)
  }

  @Test("is not needed for the host to make a request again that a busy server refuses")
  func retry() async throws {
    let count = Locked(0)
    let server = try TCPFaultServer(
      .runs { connection in
        _ = connection.readHead()
        let isFirst = count.with { count in
          count += 1
          return count == 1
        }
        connection.write(
          isFirst
            ? "HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
        )
      }
    )
    defer { server.stop() }
    let inputs: ValueMap = [
      "url": .string(server.url), "retry": ["initial": 0.001, "maximum": 0.01],
    ]
    let result = try await rest.request(inputs)
    #expect(result["text"] == "ok" && result.attempts == 2)
    count.with { $0 = 0 }
    // What might have done something is not done twice.
    var post = inputs
    post["method"] = "post"
    #expect(await rest.failure(post)?.attempts == 1)
  }
}
