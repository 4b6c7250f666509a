import DriverHost
import Foundation
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

  @Test("takes no older version than it is told, and no other public key")
  func versionAndKey() async throws {
    let authority = try await CertificateAuthority()
    var options = NginxServer.Options()
    let certificate = try await authority.issue()
    options.certificate = certificate
    options.tlsVersions = "TLSv1.2"
    let server = try await NginxServer(options)
    func inputs(_ tls: ValueMap) throws -> ValueMap {
      var tls = tls
      tls["ca"] = .string(try authority.pem)
      return ["url": .string(server.url + "/json"), "tls": .map(tls)]
    }
    #expect(try await rest.request(try inputs([:]))["status_code"] == 200)
    // The kept connection is of version 1.2.
    let old = await rest.failure(try inputs(["minimum_version": "1.3"]))
    #expect(old?.code == .tls && old?.pointer?.description == "/tls/minimum_version")
    let digest = try await Command.check(
      "/bin/sh",
      [
        "-c",
        "openssl x509 -in \"$0\" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64",
        certificate.chainPath,
      ]
    ).output.trimmingCharacters(in: .newlines)
    let other = Data(repeating: 7, count: 32).base64EncodedString()
    let pinned = try await rest.request(
      try inputs(["pinned_public_keys": [.string(other), .string(digest)]])
    )
    #expect(pinned["status_code"] == 200)
    let refused = await rest.failure(try inputs(["pinned_public_keys": [.string(other)]]))
    #expect(refused?.code == .tls && refused?.pointer?.description == "/tls/pinned_public_keys")
    // Also where nobody is asked whose certificate it is.
    let unverified = await rest.failure([
      "url": .string(server.url + "/json"),
      "tls": ["verify": false, "pinned_public_keys": [.string(other)]],
    ])
    #expect(unverified?.code == .tls)
  }

  @Test("trusts what the file says now, also for connections that are kept")
  func changedFile() async throws {
    let (before, after) = (try await CertificateAuthority(), try await CertificateAuthority())
    let server = try await server(try await before.issue())
    let folder = try TemporaryFolder()
    func failure(_ authority: CertificateAuthority) async throws -> HostError.Code? {
      let path = try folder.write(try authority.pem, to: "ca.pem")
      do throws(HostError) {
        _ = try await rest.request([
          "url": .string(server.url + "/json"), "tls": ["ca_file": .string(path)],
        ])
        return nil
      } catch {
        return error.code
      }
    }
    #expect(try await failure(before) == nil)
    #expect(try await failure(after) == .tls)
    #expect(try await failure(before) == nil)
  }

  @Test("does not wait for a file that is none")
  func pipe() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("ca.pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let nginx = try await NginxServer.shared
    for path in [path, folder.path, "/dev/zero"] {
      let error = await rest.failure([
        "url": "https://127.0.0.1:1/", "tls": ["ca_file": .string(path)],
      ])
      #expect(error?.code == .invalidInput && error?.pointer?.description == "/tls/ca_file")
      #expect(error?.message.contains("\(path) of tls.ca_file is no regular file") == true)
    }
    // Where nothing is encrypted nobody needs it.
    let plain = try await rest.request([
      "url": .string(nginx.url + "/json"), "tls": ["ca_file": .string(path)],
    ])
    #expect(plain["status_code"] == 200)
    try folder.write("no certificate", to: "text.pem")
    let encrypted = try await server(try await CertificateAuthority.selfSigned())
    let text = await rest.failure([
      "url": .string(encrypted.url),
      "tls": ["ca_file": .string(folder.file("text.pem"))],
    ])
    #expect(text?.pointer?.description == "/tls/ca_file")
    #expect(text?.message.contains("holds no certificate that can be read") == true)
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
