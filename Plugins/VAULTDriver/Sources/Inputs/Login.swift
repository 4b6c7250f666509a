internal import DriverKit

/// How a call comes by its token: the input `authentication`.
enum Login: Hashable {
  /// It is given.
  case token(String)
  /// It stands in a file, which somebody else may write anew.
  case file(String)
  /// It stands in a variable of the process's environment.
  case environment(String)
  case appRole(mount: String, roleID: String, secretID: String?)
  case userPass(mount: String, username: String, password: String)

  /// Reads the input.
  ///
  /// - Throws: `.invalidInput` that names the input at fault.
  init(_ map: borrowing InputMap) throws(DriverError) {
    let method = try map.required("authentication_method").text()
    if method.equals("approle") {
      self = .appRole(
        mount: try EnginePath.text(try map.required("mount_path")),
        roleID: try map.required("role_id").string(),
        secretID: try map["secret_id"]?.string()
      )
    } else if method.equals("userpass") {
      self = .userPass(
        mount: try EnginePath.text(try map.required("mount_path")),
        username: try EnginePath.name(try map.required("username")),
        password: try map.required("password").string()
      )
    } else if method.equals("token") {
      self = try Login.ofToken(map)
    } else {
      throw DriverError(
        .unsupported,
        "the authentication method \(String(method)) is not known",
        pointer: "/authentication/authentication_method"
      )
    }
  }

  private static func ofToken(_ map: borrowing InputMap) throws(DriverError) -> Login {
    var logins: [Login] = []
    if let value = map["token"] {
      logins.append(.token(try token(try value.string(), value.pointer)))
    }
    if let value = map["token_file"] { logins.append(.file(try value.string())) }
    if let value = map["token_env"] { logins.append(.environment(try value.string())) }
    guard logins.count == 1 else {
      throw DriverError(
        .invalidInput,
        logins.isEmpty
          ? "there is no token: give token, token_file or token_env"
          : "token, token_file and token_env are forms of the same: give one of them",
        pointer: "/authentication"
      )
    }
    return logins[0]
  }

  /// A token as it may stand in a header, without the line end that files have.
  ///
  /// - Throws: `.invalidInput` where it is none.
  static func token(_ text: String, _ pointer: String) throws(DriverError) -> String {
    var bytes = Array(text.utf8)
    while let last = bytes.last, last == 0x0A || last == 0x0D || last == 0x20 { bytes.removeLast() }
    guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw DriverError(
        .invalidInput,
        "a token holds printable ASCII without spaces only, and is not empty: look for what was copied with it",
        pointer: pointer
      )
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether another token can be got by logging in again.
  var isRepeatable: Bool {
    switch self {
    case .token, .file, .environment: false
    case .appRole, .userPass: true
    }
  }

  /// What must stand in no message.
  var secrets: [String] {
    switch self {
    case .token(let token): [token]
    case .file, .environment: []
    case .appRole(_, _, let secretID): secretID.map { [$0] } ?? []
    case .userPass(_, _, let password): [password]
    }
  }

  /// Where it logs in, behind `/v1/`; nil: it does not.
  var path: String? {
    switch self {
    case .token, .file, .environment: nil
    case .appRole(let mount, _, _): "auth/\(EnginePath.encoded(mount))/login"
    case .userPass(let mount, let username, _):
      "auth/\(EnginePath.encoded(mount))/login/\(EnginePath.encoded(username, keepsSlashes: false))"
    }
  }
}
