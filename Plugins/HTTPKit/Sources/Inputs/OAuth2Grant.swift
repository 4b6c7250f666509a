internal import DriverKit

/// What an access token is asked for with (RFC 6749): the two grants that need no browser.
package struct OAuth2Grant: Hashable {
  /// The server's token endpoint.
  var tokenURL: String
  /// Whether messages must not show that.
  var isURLSecret: Bool
  /// What the token stands for in exchange: nil for the client's own credentials (section 4.4), else a refresh token
  /// (section 6).
  var refreshToken: String?
  var clientID: String?
  var clientSecret: String?
  /// Whether the client says who it is in the form, not in a header (section 2.3.1).
  var isClientInForm: Bool
  /// Scope, audience, resource and whatever the server wants further.
  var parameters: [Parameter]

  struct Parameter: Hashable {
    var name: String
    var value: String
  }

  /// Reads a variant of the input `authentication`.
  ///
  /// - Parameters:
  ///   - map: The variant.
  ///   - isEncrypted: Whether the request goes over TLS.
  /// - Throws: `.invalidInput` that names the input at fault.
  init(_ map: borrowing InputMap, isEncrypted: Bool) throws(DriverError) {
    let written = try map.required("token_url")
    let url = try RequestURL(try written.text().bytes, pointer: "/authentication/token_url")
    isURLSecret = written.isSecret
    guard url.authority.isEncrypted || !isEncrypted else {
      throw DriverError(
        .invalidInput,
        "the secret would go to token_url for all to read, and the request itself is encrypted: use an https address",
        pointer: "/authentication/token_url"
      )
    }
    tokenURL = url.text
    let needsSecret = try map.required("authentication_method").text()
      .equals("oauth2_client_credentials")
    refreshToken = needsSecret ? nil : try map.required("refresh_token").string()
    clientID = try map["client_id"]?.string()
    clientSecret = try map["client_secret"]?.string()
    isClientInForm = try map.required("client_authentication").text().equals("body")
    parameters = []
    if let scope = try map["scope"]?.string() { add("scope", scope) }
    if let audience = try map["audience"]?.string() { add("audience", audience) }
    if let further = try map["parameters"]?.map() {
      for index in 0..<further.count {
        add(String(further.name(at: index)), try further.value(at: index).string())
      }
    }
  }

  private mutating func add(_ name: String, _ value: String) {
    parameters.append(Parameter(name: name, value: value))
  }

  /// What is sent to the token endpoint.
  ///
  /// - Parameters:
  ///   - parent: The request that the token is for, whose way through the network and limits it shares.
  ///   - refreshToken: The newest one; nil for the client's own credentials.
  /// - Throws: That the address cannot be requested.
  /// - Returns: A request that is not to be redirected.
  func request(for parent: HTTPRequest, refreshToken: String?) throws(DriverError) -> HTTPRequest {
    var url = try RequestURL(Array(tokenURL.utf8).span, pointer: "/authentication/token_url")
    url.isSecret = isURLSecret
    var request = HTTPRequest("POST", url, addressPointer: "/authentication/token_url")
    var form: [Parameter] = []
    if let refreshToken {
      form += [
        Parameter(name: "grant_type", value: "refresh_token"),
        Parameter(name: "refresh_token", value: refreshToken),
      ]
    } else {
      form.append(Parameter(name: "grant_type", value: "client_credentials"))
    }
    form += parameters
    if let clientID {
      if isClientInForm || clientSecret == nil {
        form.append(Parameter(name: "client_id", value: clientID))
        if let clientSecret { form.append(Parameter(name: "client_secret", value: clientSecret)) }
      } else {
        // Section 2.3.1: each as in a form, before they are put together.
        request.authentication = .basic(
          user: OAuth2Grant.encoded(clientID),
          password: OAuth2Grant.encoded(clientSecret ?? "")
        )
      }
    }
    let text = form.map { "\(OAuth2Grant.encoded($0.name))=\(OAuth2Grant.encoded($0.value))" }
    request.body = RequestBody(
      Array(text.joined(separator: "&").utf8),
      contentType: "application/x-www-form-urlencoded"
    )
    try request.headers.append("Accept", "application/json")
    request.followsRedirects = false
    request.responseLimit = 1 << 20
    request.tls = parent.tls
    request.network = parent.network
    // It is got for all that wait, each of whom has a limit of its own.
    request.timeouts = Timeouts(connect: 30_000, read: 30_000, total: 60_000)
    return request
  }

  private static func encoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    PercentEncoding.appendFormComponent(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
