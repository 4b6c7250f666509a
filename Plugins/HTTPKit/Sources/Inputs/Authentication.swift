package import DriverKit

/// How libcurl is told who asks.
package enum Authentication: Equatable {
  case none
  case basic(user: String, password: String)
  case digest(user: String, password: String)
  case bearer(token: String)
  /// PEM: the certificate with those above it, and its key with what opens that; nil: it is open.
  case certificate(chain: String, key: String, passphrase: String?)

  /// About how many bytes it takes in a request's head.
  package var size: Int {
    switch self {
    case .none, .certificate: 0
    case .basic(let user, let password), .digest(let user, let password):
      (user.utf8.count + password.utf8.count) * 4 / 3
    case .bearer(let token): token.utf8.count
    }
  }
}

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
