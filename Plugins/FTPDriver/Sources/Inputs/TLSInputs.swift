internal import DriverKit

/// How the connections to a server are encrypted: the input `tls`.
struct TLSInputs: Sendable {
  /// When TLS begins.
  enum Mode: String, Sendable {
    /// Never: the password can be read on the way.
    case off
    /// With the command AUTH TLS (RFC 4217).
    case explicit
    /// At once, on a port of its own.
    case implicit
  }

  /// What a client shows of itself.
  struct Identity: Sendable {
    /// PEM text of the certificate, and of those that lead to its authority.
    var certificate: String
    /// PEM text.
    var privateKey: String
    var passphrase: String?
  }

  var mode = Mode.explicit
  var verifies = true
  /// PEM text of the authorities to trust; nil: `authoritiesFile`, or else the system's.
  var authorities: String?
  var authoritiesFile: String?
  var wantsVersion3 = false
  /// Digests of public keys as libcurl takes them; empty: any key.
  var pinnedKeys = ""
  var identity: Identity?
  /// Whether data connections are encrypted too (PROT P, RFC 4217, 9).
  var protectsData = true
  /// Whether they go on with the TLS session of their control connection.
  var reusesSessions = true

  /// Explicit TLS, with the system's authorities.
  init() {}

  /// Reads the members of the input.
  ///
  /// - Parameter map: The members.
  /// - Throws: `.invalidInput`, which names the one at fault.
  init(_ map: borrowing InputMap) throws(DriverError) {
    mode = Mode(rawValue: try map["mode"]?.string() ?? "") ?? .explicit
    verifies = try map["verify"]?.bool() ?? true
    authorities = try map["ca"]?.string()
    authoritiesFile = try map["ca_file"]?.string()
    wantsVersion3 = try map["minimum_version"]?.string() == "1.3"
    if let list = try map["pinned_public_keys"]?.list() {
      var digests: [String] = []
      for index in 0..<list.count { digests.append("sha256//" + (try list[index].string())) }
      pinnedKeys = digests.joined(separator: ";")
    }
    protectsData = try map["data"]?.string() != "clear"
    reusesSessions = try map["session_reuse"]?.bool() ?? true
    guard authorities == nil || authoritiesFile == nil else {
      throw DriverError(
        .invalidInput,
        "tls.ca and tls.ca_file are two forms of the same: give one of them",
        pointer: "/tls/ca_file"
      )
    }
    let certificate = try map["certificate"]?.string()
    let key = try map["private_key"]?.string()
    switch (certificate, key) {
    case (nil, nil): break
    case (let certificate?, let key?):
      identity = Identity(
        certificate: certificate,
        privateKey: key,
        passphrase: try map["passphrase"]?.string()
      )
    case (_?, nil), (nil, _?):
      let missing = key == nil ? "private_key" : "certificate"
      throw DriverError(
        .invalidInput,
        "a client certificate needs both tls.certificate and tls.private_key: give tls.\(missing)",
        pointer: "/tls/\(missing)"
      )
    }
  }
}
