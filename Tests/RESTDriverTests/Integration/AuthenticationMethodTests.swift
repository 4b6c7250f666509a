import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Authentication of a connection", .requires(.python))
struct NTLMTests {
  private let rest: RESTHost

  init() throws { rest = try RESTHost.shared.get() }

  private func inputs(_ server: NTLMServer, _ user: Value, _ password: Value) -> ValueMap {
    [
      "url": .string(server.url + "/"),
      "authentication": [
        "authentication_method": "ntlm", "username": user, "password": password,
      ],
    ]
  }

  @Test("by NTLM holds for one user, whoever uses the connection next")
  func ntlm() async throws {
    var options = NTLMServer.Options()
    options.password = "s3cr3t pass"
    try await NTLMServer.run(options) { server in
      let user = Value.string(options.user)
      let result = try await rest.request(inputs(server, user, "s3cr3t pass"))
      #expect(result["json"]["user"].stringValue?.hasSuffix(options.user) == true)
      let wrong = await rest.failure(inputs(server, user, "wr0ng"))
      #expect(wrong?.code == .unauthenticated && wrong?.message.contains("wr0ng") == false)
      let nobody = await rest.failure(["url": .string(server.url + "/")])
      #expect(nobody?.code == .unauthenticated)
      // The kept connection is still that user's.
      let again = try await rest.request(inputs(server, user, "s3cr3t pass"))
      #expect(again["status_code"] == 200)
    }
  }

  @Test("by NTLM takes a body along")
  func body() async throws {
    try await NTLMServer.run { server in
      var inputs = inputs(
        server,
        .string(server.options.user),
        .string(server.options.password)
      )
      inputs["method"] = "post"
      inputs["data"] = .string(String(repeating: "x", count: 100_000))
      let result = try await rest.request(inputs)
      #expect(result["status_code"] == 200)
      #expect(try server.requests().last?.body.count == 100_000)
    }
  }
}

/// libcurl looks for tickets where the environment of its process says: so the driver runs in another one.
@Suite(
  "Kerberos",
  .requires(.apache, .apacheGSSAPI, .krb5KDC, .kdb5Util, .kadminLocal, .kinit)
)
struct KerberosTests {
  private func run(
    _ words: [String],
    _ environment: [String: String?]
  ) async throws -> Command {
    try await Command.run(
      ThisPackage.products + "/drivers",
      ["run", "--driver-path", ThisPackage.products + "/libRESTDriver.so"] + words,
      environment: environment
    )
  }

  @Test("lets the user of a ticket in, and nobody without one")
  func negotiate() async throws {
    let realm = try await KerberosRealm()
    defer { realm.stop() }
    var options = ApacheServer.Options()
    options.realm = realm
    let apache = try await ApacheServer(options)
    defer { apache.stop() }
    let words = [
      "--type", "REST", "--json", "url=\(apache.url)/negotiate/request",
      "authentication.authentication_method=negotiate",
    ]
    let good = try await run(words, realm.environment)
    #expect(good.status == 0, "\(good.error)")
    let user = try JSON.parse(good.output)["outputs"]["json"]["user"]
    #expect(user == .string(realm.principal))
    let body = try await run(words + ["method=post", "data=hello"], realm.environment)
    #expect(body.status == 0, "\(body.error)")
    let none = try await run(words, realm.environmentWithoutTicket)
    #expect(none.status == 1)
    #expect(try JSON.parse(none.output)["error"]["code"] == "unauthenticated")
  }
}

@Suite("Apache", .requires(.apache, .openssl))
struct ApacheTests {
  private let rest: RESTHost

  init() throws { rest = try RESTHost.shared.get() }

  @Test("knows who asks by basic and digest authentication, and by a certificate")
  func users() async throws {
    let authority = try await CertificateAuthority()
    var options = ApacheServer.Options()
    options.certificate = try await authority.issue()
    options.clientAuthority = authority
    options.http2 = true
    let client = try await authority.issue(client: true, commonName: "ann")
    let apache = try await ApacheServer(options)
    defer { apache.stop() }
    let certificate: ValueMap = [
      "tls": ["ca": .string(try authority.pem)],
      "authentication": [
        "authentication_method": "client_certificate",
        "certificate": .string(try client.pem), "private_key": .string(try client.keyPEM),
      ],
    ]
    var inputs = certificate
    inputs["url"] = .string(apache.url + "/open/request")
    let shown = try await rest.request(inputs)
    #expect(shown["json"]["client"].stringValue?.contains("ann") == true)
    #expect(shown["http_version"] == "2")
    inputs["authentication"] = nil
    let refused = await rest.failure(inputs)
    // The server says why and closes: which of the two is seen first, only the network knows.
    #expect([.tls, .protocolViolation].contains(refused?.code))
    #expect(refused?.message.contains("certificate") == true)
  }

  @Test("by basic and digest authentication", arguments: ["basic", "digest"])
  func passwords(method: String) async throws {
    let apache = try await ApacheServer()
    defer { apache.stop() }
    func inputs(_ password: String) -> ValueMap {
      [
        "url": .string("\(apache.url)/\(method)/request"), "method": "post", "data": "body",
        "authentication": [
          "authentication_method": .string(method),
          "username": .string(apache.options.credentials.user),
          "password": .string(password),
        ],
      ]
    }
    let result = try await rest.request(inputs(apache.options.credentials.password))
    #expect(result["json"]["user"] == .string(apache.options.credentials.user))
    #expect(await rest.failure(inputs("wrong"))?.code == .unauthenticated)
  }
}
