internal import DriverKit
internal import HTTPKit

/// Requests about tokens, which are made for all who wait and not for one call.
enum TokenRequests {
  /// The log-in of a method.
  static func login(_ inputs: VaultInputs) throws(DriverError) -> HTTPRequest {
    var body = JSONBody()
    switch inputs.login {
    case .appRole(_, let roleID, let secretID):
      body.add("role_id", text: roleID)
      body.add("secret_id", text: secretID)
    case .userPass(_, _, let password): body.add("password", text: password)
    case .token, .file, .environment: break
    }
    return shared(try inputs.request("POST", inputs.login.path ?? "", body.bytes))
  }

  /// What is asked to make a token's life longer.
  static func renewal(_ inputs: VaultInputs, of token: String) throws(DriverError) -> HTTPRequest {
    var request = try inputs.request("POST", "auth/token/renew-self", Array("{}".utf8))
    try request.headers.appendToken(token)
    request.mayBeRepeated = true
    return shared(request)
  }

  /// What is asked to know how long a token lives.
  static func lookUp(_ inputs: VaultInputs, of token: String) throws(DriverError) -> HTTPRequest {
    var request = try inputs.request("GET", "auth/token/lookup-self")
    try request.headers.appendToken(token)
    return shared(request)
  }

  private static func shared(_ request: HTTPRequest) -> HTTPRequest {
    var request = request
    request.responseLimit = 1 << 20
    // Each who waits has a limit of its own.
    request.timeouts = Timeouts(connect: 30_000, read: 30_000, total: 60_000)
    return request
  }
}

extension RequestHeaders {
  /// Adds the header that says who asks.
  mutating func appendToken(_ token: String) throws(DriverError) {
    try append("X-Vault-Token", token, pointer: "/authentication", isSecret: true)
  }
}
