internal import CurlKit
package import DriverKit

/// What the input `authentication` comes to: what libcurl does by itself, or a part of the request.
package struct Credentials {
  package var authentication = Authentication.none
  /// A header that holds a key.
  package var header: (name: String, value: String)?
  /// A parameter that holds a key, as it stands in a query.
  package var queryKey = ""

  /// Reads `authentication`.
  ///
  /// - Parameters:
  ///   - inputs: As the host has completed them.
  ///   - isEncrypted: Whether the request goes over TLS.
  /// - Throws: `.invalidInput` that names the input at fault.
  package init(_ inputs: borrowing InputMap, isEncrypted: Bool) throws(DriverError) {
    let map = try inputs.required("authentication").map()
    let method = try map.required("authentication_method").text()
    if method.equals("none") { return }
    if method.equals("basic") {
      authentication = .basic(
        user: try map.required("username").string(),
        password: try map.required("password").string()
      )
    } else if method.equals("digest") {
      authentication = .digest(
        user: try map.required("username").string(),
        password: try map.required("password").string()
      )
    } else if method.equals("ntlm") {
      try Credentials.require(.ntlm, "NTLM")
      authentication = .ntlm(
        user: try map.required("username").string(),
        password: try map.required("password").string()
      )
    } else if method.equals("negotiate") {
      try Credentials.require(.negotiate, "Kerberos")
      authentication = .negotiate(
        service: try map.required("service_name").string(),
        delegation: Credentials.delegation(try map.required("delegation").text())
      )
    } else if method.equals("oauth2_client_credentials") || method.equals("oauth2_refresh_token") {
      authentication = .grant(try OAuth2Grant(map, isEncrypted: isEncrypted))
    } else if method.equals("aws_sigv4") {
      authentication = .aws(try AWSAccess(map))
    } else if method.equals("bearer") {
      authentication = .bearer(token: try map.required("token").string())
    } else if method.equals("api_key") {
      try readKey(map)
    } else if method.equals("client_certificate") {
      guard isEncrypted else {
        throw DriverError(
          .invalidInput,
          "a client certificate is shown within TLS: use an https address",
          pointer: "/authentication/authentication_method"
        )
      }
      authentication = .certificate(
        chain: try map.required("certificate").string(),
        key: try map.required("private_key").string(),
        passphrase: try map["passphrase"]?.string()
      )
    } else {
      throw DriverError(
        .unsupported,
        "the authentication method \(String(method)) is not known",
        pointer: "/authentication/authentication_method"
      )
    }
  }

  /// Looks whether this machine's libcurl knows a method, which it may be built without.
  ///
  /// - Throws: `.unsupported` with libcurl's version.
  private static func require(
    _ feature: CurlDefaults.Feature,
    _ name: String
  ) throws(DriverError) {
    guard CurlDefaults.has(feature) else {
      throw DriverError(
        .unsupported,
        "this machine's libcurl (\(CurlDefaults.version)) was built without \(name): install one that has it",
        pointer: "/authentication/authentication_method"
      )
    }
  }

  private static func delegation(_ text: borrowing InputText) -> Authentication.Delegation {
    if text.equals("always") { return .always }
    return text.equals("policy") ? .byPolicy : .never
  }

  private mutating func readKey(_ map: borrowing InputMap) throws(DriverError) {
    let name = try map.required("name").string()
    let key = try map.required("key").string()
    let place = try map.required("in").text()
    if place.equals("query") {
      var bytes: [UInt8] = []
      PercentEncoding.appendComponent(name, to: &bytes)
      bytes.append(UInt8(ascii: "="))
      PercentEncoding.appendComponent(key, to: &bytes)
      queryKey = String(decoding: bytes, as: UTF8.self)
      return
    }
    guard key.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw DriverError(
        .invalidInput,
        "the key must not hold a line end or another control character, unless it goes into the query",
        pointer: "/authentication/key"
      )
    }
    guard !name.isEmpty, name.utf8.allSatisfy(RequestHeaders.isToken) else {
      throw DriverError(
        .invalidInput,
        "the name of a header or a cookie may hold letters, digits and !#$%&'*+-.^_`|~ only",
        pointer: "/authentication/name"
      )
    }
    if place.equals("cookie") {
      guard !key.utf8.contains(where: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") }) else {
        throw DriverError(
          .invalidInput,
          "the value of a cookie holds neither ; nor , (RFC 6265)",
          pointer: "/authentication/key"
        )
      }
      header = ("Cookie", "\(name)=\(key)")
    } else {
      header = (name, key)
    }
  }
}
