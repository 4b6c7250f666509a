import Foundation

/// A certificate authority of a test: keys and certificates made with the openssl program.
package final class CertificateAuthority: Sendable {
  /// When a certificate is valid.
  package enum Validity: Sendable {
    case now, expired, notYet

    /// First and last moment as `openssl ca` takes them.
    fileprivate var dates: (start: String, end: String) {
      switch self {
      case .now: ("20200101000000Z", "20491231235959Z")
      case .expired: ("20200101000000Z", "20210101000000Z")
      case .notYet: ("20480101000000Z", "20491231235959Z")
      }
    }
  }

  /// A certificate with its key, in files of the authority's folder.
  package struct Certificate: Sendable {
    /// PEM: the certificate, then its authority's.
    package let chainPath: String
    /// PEM: the private key, readable by the user only.
    package let keyPath: String
    /// Keeps the files alive.
    fileprivate let folder: TemporaryFolder

    /// The certificates as text.
    package var pem: String {
      get throws { try String(contentsOfFile: chainPath, encoding: .utf8) }
    }
    /// The key as text.
    package var keyPEM: String {
      get throws { try String(contentsOfFile: keyPath, encoding: .utf8) }
    }
  }

  /// The authority's own certificate, PEM.
  package let path: String
  private let folder: TemporaryFolder
  private let openssl: String
  private let issued = Locked(0)

  /// Makes an authority.
  package init(_ name: String = "Driver Host Test CA") async throws {
    openssl = try Tool.openssl.required()
    folder = try TemporaryFolder()
    path = folder.file("ca.pem")
    try folder.folder("issued")
    try folder.write(Self.configuration, to: "openssl.cnf")
    try await Command.check(
      openssl,
      ["req", "-x509", "-config", folder.file("openssl.cnf"), "-extensions", "authority"]
        + Self.newKey + [folder.file("ca.key"), "-days", "7300", "-subj", "/CN=\(name)"]
        + ["-out", path],
      environment: environment()
    )
  }

  /// The authority's certificate as text.
  package var pem: String {
    get throws { try String(contentsOfFile: path, encoding: .utf8) }
  }

  /// Signs a certificate for a server's names and addresses, or for a client.
  package func issue(
    names: [String] = ["localhost"],
    addresses: [String] = ["127.0.0.1"],
    validity: Validity = .now,
    client: Bool = false,
    commonName: String = "driver host test"
  ) async throws -> Certificate {
    let number = issued.with { number in
      number += 1
      return number
    }
    // A folder of its own for each: `openssl ca` keeps a database, and takes no two at a time.
    let place = try folder.folder("issued/\(number)")
    try folder.write("", to: "issued/\(number)/index.txt")
    let request = place + "/request.pem"
    let certificate = place + "/certificate.pem"
    let key = place + "/key.pem"
    let environment = environment(
      place: place,
      names: Self.alternativeNames(names, addresses)
    )
    let configuration = folder.file("openssl.cnf")
    try await Command.check(
      openssl,
      ["req", "-config", configuration] + Self.newKey
        + [key, "-subj", "/CN=\(commonName)", "-out", request],
      environment: environment
    )
    try await Command.check(
      openssl,
      [
        "ca", "-batch", "-notext", "-config", configuration, "-cert", path,
        "-keyfile", folder.file("ca.key"), "-extensions", client ? "client" : "server",
        "-startdate", validity.dates.start, "-enddate", validity.dates.end,
        "-in", request, "-out", certificate,
      ],
      environment: environment
    )
    let chain = try String(contentsOfFile: certificate, encoding: .utf8) + pem
    try folder.write(chain, to: "issued/\(number)/chain.pem")
    return Certificate(chainPath: place + "/chain.pem", keyPath: key, folder: folder)
  }

  /// A certificate that no authority has signed.
  package static func selfSigned(
    names: [String] = ["localhost"],
    addresses: [String] = ["127.0.0.1"]
  ) async throws -> Certificate {
    let openssl = try Tool.openssl.required()
    let folder = try TemporaryFolder()
    let chain = folder.file("certificate.pem")
    let key = folder.file("key.pem")
    try folder.write(configuration, to: "openssl.cnf")
    try await Command.check(
      openssl,
      ["req", "-x509", "-config", folder.file("openssl.cnf"), "-extensions", "server"] + newKey
        + [key, "-days", "7300", "-subj", "/CN=self-signed", "-out", chain],
      environment: [
        "TEST_PLACE": folder.path, "TEST_NAMES": alternativeNames(names, addresses),
      ]
    )
    return Certificate(chainPath: chain, keyPath: key, folder: folder)
  }

  private static let newKey = [
    "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
  ]

  private static func alternativeNames(_ names: [String], _ addresses: [String]) -> String {
    (names.map { "DNS:" + $0 } + addresses.map { "IP:" + $0 }).joined(separator: ",")
  }

  private func environment(
    place: String = "",
    names: String = "DNS:localhost"
  ) -> [String: String?] {
    ["TEST_PLACE": place, "TEST_NAMES": names]
  }

  /// See req(1ssl), ca(1ssl) and x509v3_config(5ssl).
  private static let configuration = """
    [req]
    distinguished_name = name
    prompt = no
    [name]
    [authority]
    basicConstraints = critical, CA:TRUE
    keyUsage = critical, keyCertSign, cRLSign
    subjectKeyIdentifier = hash
    [server]
    basicConstraints = critical, CA:FALSE
    keyUsage = critical, digitalSignature
    extendedKeyUsage = serverAuth
    subjectAltName = $ENV::TEST_NAMES
    [client]
    basicConstraints = critical, CA:FALSE
    keyUsage = critical, digitalSignature
    extendedKeyUsage = clientAuth
    [ca]
    default_ca = this
    [this]
    database = $ENV::TEST_PLACE/index.txt
    new_certs_dir = $ENV::TEST_PLACE
    default_md = sha256
    rand_serial = yes
    policy = any
    unique_subject = no
    [any]
    commonName = supplied

    """
}
