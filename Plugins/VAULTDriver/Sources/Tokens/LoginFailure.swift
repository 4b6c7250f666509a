internal import DriverKit
internal import HTTPKit

/// The answers of log-ins and renewals.
enum LoginFailure {
  /// The token of a log-in's answer.
  ///
  /// - Throws: Why there is none.
  static func token(
    in exchange: Exchange,
    of inputs: VaultInputs
  ) throws(DriverError) -> VaultToken {
    let answer = VaultAnswer(exchange)
    guard answer.status == 200 else { throw error(answer, inputs, server: exchange.server) }
    guard let document = answer.document,
      let token = VaultToken(issued: document, at: exchange.began)
    else {
      throw DriverError(
        .protocolViolation,
        "\(exchange.server) answered a log-in without a token: check that url is the address of a vault, and that the method needs no second factor",
        pointer: "/url"
      )
    }
    return token
  }

  /// The document of an answer about a token, and when that was asked for.
  ///
  /// - Throws: An error with the answer's status.
  static func upkeep(in exchange: Exchange) throws(DriverError) -> TokenEntry.Upkeep {
    let answer = VaultAnswer(exchange)
    if answer.status == 200, let document = answer.document { return (document, exchange.began) }
    var error = DriverError(.remoteFailure, "the token cannot be looked after")
    error.status = Int32(answer.status)
    throw error
  }

  private static func error(
    _ answer: VaultAnswer,
    _ inputs: VaultInputs,
    server: String
  ) -> DriverError {
    guard [400, 401, 403, 404, 405].contains(answer.status) else {
      return VaultFailure.passing(answer, during: "the log-in", server: server, isRepeatable: true)
    }
    var error = DriverError(
      .unauthenticated,
      "\(server) refuses the log-in by \(method(inputs.login))\(place(inputs)) (\(StatusError.name(answer.status))): \(cure(inputs.login))",
      pointer: "/authentication"
    )
    error.status = Int32(answer.status)
    error.vendorState = "login_refused"
    return error
  }

  private static func method(_ login: Login) -> String {
    switch login {
    case .appRole(let mount, _, _): "approle at auth/\(mount)"
    case .userPass(let mount, _, _): "userpass at auth/\(mount)"
    case .token, .file, .environment: "token"
    }
  }

  private static func place(_ inputs: VaultInputs) -> String {
    inputs.namespace.isEmpty ? "" : " in the namespace \(inputs.namespace)"
  }

  private static func cure(_ login: Login) -> String {
    switch login {
    case .appRole(_, _, let secretID):
      secretID == nil
        ? "check role_id, whether the role wants a secret_id, mount_path and namespace"
        : "check role_id and secret_id, whether the secret_id has expired or was used as often as it may be, mount_path and namespace"
    case .userPass: "check username and password, mount_path and namespace"
    case .token, .file, .environment: "check the token"
    }
  }
}
