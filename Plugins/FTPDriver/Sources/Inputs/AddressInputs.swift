internal import DriverKit

/// Where a server is, who logs in there, and how it is spoken to: the inputs that a session is made of.
struct AddressInputs: Sendable {
  /// Who logs in.
  struct Login: Sendable {
    var user: String
    var password: String
    /// What some servers ask for behind the password (ACCT, RFC 959, 4.1.1); nil: nothing.
    var account: String?

    /// Whoever asks is let in, with an address in place of a password (RFC 1635).
    static let anonymous = Login(user: "anonymous", password: "anonymous@", account: nil)
  }

  let host: String
  let port: Int
  let login: Login
  let tls: TLSInputs
  let data: DataInputs
  let proxy: ProxyInputs?
  /// What names are written in on the server.
  let encoding: String
  /// How many minutes the clock of its listings is ahead of UTC.
  let listingOffset: Int
  /// How long connecting and logging in may take, in seconds.
  let connectTimeout: Double
  /// How long the server may be silent while something is expected of it, in seconds.
  let socketTimeout: Double
  /// After how many seconds of silence the system asks for a sign of life; 0: never.
  let keepAlive: Int
  /// How many control connections there are at most.
  let connections: Int

  /// The host and port, for messages.
  var name: String {
    let usual = tls.mode == .implicit ? 990 : 21
    return port == usual ? host : "\(host) port \(port)"
  }

  /// Reads the inputs that are marked with x-session.
  ///
  /// - Parameter inputs: The inputs of a call.
  /// - Throws: `.invalidInput`, which names the one at fault.
  init(_ inputs: borrowing InputMap) throws(DriverError) {
    host = try inputs.required("host").string()
    if let map = try inputs["tls"]?.map() { tls = try TLSInputs(map) } else { tls = TLSInputs() }
    port = try inputs["port"]?.int(in: 1...65535) ?? (tls.mode == .implicit ? 990 : 21)
    login = try AddressInputs.login(inputs)
    data = try DataInputs(inputs)
    if let map = try inputs["proxy"]?.map() { proxy = try ProxyInputs(map) } else { proxy = nil }
    encoding = try inputs["encoding"]?.string() ?? "utf-8"
    listingOffset = try inputs["list_time_offset"]?.int(in: -1440...1440) ?? 0
    connectTimeout = try inputs["connect_timeout"]?.double() ?? 60
    socketTimeout = try inputs["socket_timeout"]?.double() ?? 60
    keepAlive = try inputs["keep_alive"]?.int(in: 0...86400) ?? 60
    connections = try inputs["max_connections"]?.int(in: 1...64) ?? 8
    guard proxy == nil || !data.isActive else {
      throw DriverError(
        .invalidInput,
        "the server cannot connect back through a proxy: set data_connection.mode to passive",
        pointer: "/data_connection/mode"
      )
    }
  }

  private static func login(_ inputs: borrowing InputMap) throws(DriverError) -> Login {
    guard let map = try inputs["authentication"]?.map(),
      try map.required("authentication_method").string() != "anonymous"
    else { return .anonymous }
    let login = Login(
      user: try map.required("username").string(),
      password: try map["password"]?.string() ?? "",
      account: try map["account"]?.string()
    )
    let texts = [
      ("username", login.user), ("password", login.password), ("account", login.account ?? ""),
    ]
    for (name, text) in texts where text.utf8.contains(where: { $0 < 0x20 }) {
      throw DriverError(
        .invalidInput,
        "the \(name) has a control character in it, which no line of FTP can hold",
        pointer: "/authentication/\(name)"
      )
    }
    return login
  }
}
