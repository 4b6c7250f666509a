internal import DriverKit
internal import HTTPKit

/// What the inputs say of the server and of who asks, for every action.
///
/// Names, types and defaults are the descriptor's.
struct VaultInputs {
  /// Which inputs make one token as good as another.
  struct Identity: Hashable {
    var url: String
    var namespace: String
    var login: Login
    /// The client's certificate, if it has one.
    var authentication: Authentication
    /// Whether its token is to be renewed.
    var renews: Bool
  }

  var identity: Identity
  /// Where the engine of the secrets is, without slashes around it.
  var engine: String
  /// The version of that; nil: it is to be found out.
  var version: KVVersion?
  /// What every request begins as; its URL is the server's.
  private let template: HTTPRequest
  private let isURLSecret: Bool

  var login: Login { identity.login }
  var namespace: String { identity.namespace }
  /// How long a call may take with all its requests, in milliseconds; 0: no limit.
  var totalTimeout: Int { template.timeouts.total }

  /// Reads the inputs.
  ///
  /// - Throws: `.invalidInput` that names the input at fault; `.unavailable` where the connector is switched off.
  init(_ inputs: borrowing InputMap) throws(DriverError) {
    guard try inputs.required("enabled").bool() else {
      var error = DriverError(
        .unavailable,
        "the vault is switched off by its input enabled: set enabled to true",
        pointer: "/enabled"
      )
      error.vendorState = "disabled"
      throw error
    }
    let address = try inputs.required("url")
    var written = try address.string()
    while written.utf8.last == UInt8(ascii: "/"), written.utf8.count > 8 { written.removeLast() }
    isURLSecret = address.isSecret
    var url = try RequestURL(written.utf8.span, pointer: "/url")
    url.isSecret = isURLSecret
    var template = HTTPRequest("GET", url, addressPointer: "/url")
    if let value = try inputs["tls"]?.map() { template.tls = try TLSSettings(value) }
    try VaultInputs.readAuthorities(inputs, &template.tls)
    template.tls.certificateInput = "client_certificate"
    if let value = try inputs["client_certificate"]?.map() {
      template.authentication = try VaultInputs.certificate(value, url)
    }
    if let value = try inputs["network"]?.map() { template.network = try NetworkSettings(value) }
    template.timeouts = try Timeouts(inputs)
    template.responseLimit = try inputs.required("max_response_bytes").int(in: 0...Int.max)
    // A token is for the server that it was issued by, and what is written holds secrets.
    template.staysWithinOrigin = true
    template.redirectLimit = 3
    // Servers may be told to refuse who does not say this, against requests that browsers are tricked into.
    try template.headers.append("X-Vault-Request", "true")
    var namespace = ""
    if let value = inputs["namespace"] {
      namespace = EnginePath.trimmed(try value.string())
      if !namespace.isEmpty {
        try template.headers.append("X-Vault-Namespace", namespace, pointer: "/namespace")
      }
    }
    self.template = template
    engine = try EnginePath.text(try inputs.required("engine_path"))
    if let value = inputs["kv_version"] {
      version = try value.int(in: 1...2) == 1 ? .one : .two
    }
    identity = Identity(
      url: written,
      namespace: namespace,
      login: try Login(try inputs.required("authentication").map()),
      authentication: template.authentication,
      renews: try inputs.required("auto_renew").bool()
    )
  }

  /// Reads `ca_certificate`: PEM text, or the path of a file of it.
  private static func readAuthorities(
    _ inputs: borrowing InputMap,
    _ tls: inout TLSSettings
  ) throws(DriverError) {
    tls.authoritiesInput = "ca_certificate"
    guard let text = try inputs["ca_certificate"]?.string(), !text.isEmpty else { return }
    tls.authorities = text.contains("-----BEGIN ") ? .text(text) : .file(text)
  }

  /// Reads `client_certificate`, which is shown within TLS.
  private static func certificate(
    _ map: borrowing InputMap,
    _ url: RequestURL
  ) throws(DriverError) -> Authentication {
    guard url.authority.isEncrypted else {
      throw DriverError(
        .invalidInput,
        "a client certificate is shown within TLS: use an https address",
        pointer: "/client_certificate"
      )
    }
    return .certificate(
      chain: try map.required("certificate").string(),
      key: try map.required("private_key").string(),
      passphrase: try map["passphrase"]?.string()
    )
  }

  /// A request to the server.
  ///
  /// - Parameters:
  ///   - method: GET and so on.
  ///   - path: Behind `/v1/`, as a URL has it; it may end in a query.
  ///   - body: What is sent.
  ///   - type: What the body is.
  /// - Throws: That no such address can be requested.
  /// - Returns: The request, without a token.
  func request(
    _ method: String,
    _ path: String,
    _ body: [UInt8]? = nil,
    type: String = "application/json"
  ) throws(DriverError) -> HTTPRequest {
    var request = template
    var url = try RequestURL("\(identity.url)/v1/\(path)".utf8.span, pointer: "/url")
    url.isSecret = isURLSecret
    request.url = url
    request.method = method
    if let body { request.body = RequestBody(body, contentType: type) }
    return request
  }
}

/// The two kinds of key/value engine.
enum KVVersion {
  case one, two
}
