import DriverHost
import TestSupport
import Testing

@Suite("TLS", .requires(.nginx, .openssl))
struct TLSTests {
  let rest: RESTHost

  init() throws { rest = try RESTHost.shared.get() }

  private func server(
    _ certificate: CertificateAuthority.Certificate,
    http2: Bool = false
  ) async throws -> NginxServer {
    var options = NginxServer.Options()
    options.certificate = certificate
    options.http2 = http2
    return try await NginxServer(options)
  }

  @Test("trusts the authority that the inputs name, as text or as a file")
  func authorities() async throws {
    let authority = try await CertificateAuthority()
    let server = try await server(try await authority.issue())
    let url = Value.string(server.url + "/json")
    let text = try await rest.request(["url": url, "tls": ["ca": .string(try authority.pem)]])
    #expect(text["status_code"] == 200)
    let file = try await rest.request(["url": url, "tls": ["ca_file": .string(authority.path)]])
    #expect(file["status_code"] == 200)
    let unverified = try await rest.request(["url": url, "tls": ["verify": false]])
    #expect(unverified["status_code"] == 200)
    // A connection that was not verified is not used for a request that is to be.
    #expect(await rest.failure(["url": url])?.code == .tls)
  }

  @Test("speaks HTTP/2 where the server does")
  func http2() async throws {
    let authority = try await CertificateAuthority()
    let server = try await server(try await authority.issue(), http2: true)
    let result = try await rest.request([
      "url": .string(server.url + "/request"), "tls": ["ca_file": .string(authority.path)],
      "method": "post", "data": "over two",
    ])
    #expect(result["http_version"] == "2")
    #expect(result["json"]["protocol"] == "HTTP/2.0")
    #expect(result["timing"]["tls"].doubleValue ?? 0 > 0)
  }

  @Test("names what is wrong with a certificate")
  func faults() async throws {
    let authority = try await CertificateAuthority()
    func failure(
      _ certificate: CertificateAuthority.Certificate,
      trusted: Bool = true
    ) async throws -> HostError? {
      let server = try await server(certificate)
      var inputs: ValueMap = ["url": .string(server.url + "/json")]
      if trusted { inputs["tls"] = ["ca_file": .string(authority.path)] }
      return await rest.failure(inputs)
    }
    let untrusted = try await failure(try await authority.issue(), trusted: false)
    #expect(untrusted?.code == .tls)
    #expect(untrusted?.message.contains("does not trust") == true)
    let selfSigned = try await failure(try await CertificateAuthority.selfSigned(), trusted: false)
    #expect(selfSigned?.message.contains("self-signed") == true)
    let expired = try await failure(try await authority.issue(validity: .expired))
    #expect(expired?.message.contains("has expired") == true)
    let early = try await failure(try await authority.issue(validity: .notYet))
    #expect(early?.message.contains("not valid yet") == true)
    let wrongName = try await failure(
      try await authority.issue(names: ["other.example"], addresses: [])
    )
    #expect(wrongName?.message.contains("for another name than localhost") == true)
    for error in [untrusted, selfSigned, expired, early, wrongName] {
      #expect(error?.code == .tls && error?.isRetryable == false)
    }
  }

  @Test("says which of its inputs cannot be used")
  func badInputs() async throws {
    let authority = try await CertificateAuthority()
    let server = try await server(try await authority.issue())
    let url = Value.string(server.url + "/json")
    let file = await rest.failure(["url": url, "tls": ["ca_file": "/no/such/file.pem"]])
    #expect(file?.code == .invalidInput && file?.pointer?.description == "/tls/ca_file")
    #expect(file?.message.contains("/no/such/file.pem") == true)
    let text = await rest.failure([
      "url": url,
      "tls": ["ca": "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"],
    ])
    #expect(text?.code == .invalidInput && text?.pointer?.description == "/tls/ca")
  }

  @Test("to a server without it says that there is none")
  func plain() async throws {
    let nginx = try await NginxServer.shared
    let error = await rest.failure(["url": .string("https://127.0.0.1:\(nginx.port)/json")])
    #expect(error?.code == .tls)
    #expect(error?.message.contains("check that the port speaks https") == true)
  }
}
