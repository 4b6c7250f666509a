internal import DriverKit

/// One way to log in.
enum LoginInputs: Sendable {
  case password(String)
  case key(KeyInputs)
  case agent(socket: String?, key: String?)
  case questions(password: String?, answers: [(question: String, answer: String)])

  /// A private key, as it is given.
  struct KeyInputs: Sendable {
    /// Its text; nil: it stands in the file.
    var text: String?
    var file: String?
    var passphrase: String?
    var certificate: String?
  }

  /// A way, and whom it logs in.
  struct Login: Sendable {
    var user: String
    var way: LoginInputs
    /// The input that it comes from.
    var pointer: String
  }

  /// Reads the inputs `authentication` and `fallbacks` of a server.
  ///
  /// - Parameters:
  ///   - inputs: The inputs of the call, or a jump host's.
  ///   - pointer: Where these stand: empty for the call's.
  /// - Throws: What is wrong with one.
  /// - Returns: The ways in their order; none: nobody said how.
  static func logins(
    _ inputs: borrowing InputMap,
    at pointer: String
  ) throws(DriverError) -> [Login] {
    var logins: [Login] = []
    if let map = try inputs["authentication"]?.map() {
      logins.append(try login(map, "\(pointer)/authentication"))
    }
    if let list = try inputs["fallbacks"]?.list() {
      for index in 0..<list.count {
        logins.append(try login(try list[index].map(), "\(pointer)/fallbacks/\(index)"))
      }
    }
    return logins
  }

  private static func login(
    _ map: borrowing InputMap,
    _ pointer: String
  ) throws(DriverError) -> Login {
    let user = try map.required("username").string()
    let way: LoginInputs
    switch try map.required("authentication_method").string() {
    case "username_password": way = .password(try map.required("password").string())
    case "ssh_key": way = .key(try key(map, pointer))
    case "agent":
      way = .agent(
        socket: try map["agent_socket"]?.string(),
        key: try map["agent_key"]?.string()
      )
    default:
      var answers: [(String, String)] = []
      if let given = try map["answers"]?.map() {
        for index in 0..<given.count {
          answers.append((String(given.name(at: index)), try given.value(at: index).string()))
        }
      }
      let password = try map["password"]?.string()
      guard password != nil || !answers.isEmpty else {
        throw DriverError(
          .invalidInput,
          "there is no answer to what the server asks: give the password, or answers",
          pointer: pointer
        )
      }
      way = .questions(password: password, answers: answers)
    }
    return Login(user: user, way: way, pointer: pointer)
  }

  private static func key(
    _ map: borrowing InputMap,
    _ pointer: String
  ) throws(DriverError) -> KeyInputs {
    let key = KeyInputs(
      text: try map["key"]?.string(),
      file: try map["key_file"]?.string(),
      passphrase: try map["passphrase"]?.string(),
      certificate: try map["certificate"]?.string()
    )
    guard (key.text == nil) != (key.file == nil) else {
      throw DriverError(
        .invalidInput,
        "give either the text of the key as key, or its path as key_file",
        pointer: pointer
      )
    }
    return key
  }
}
