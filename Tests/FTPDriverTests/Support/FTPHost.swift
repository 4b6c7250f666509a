import DriverHost
import TestSupport

/// A host with the driver, and an address that all its calls have.
struct FTPHost: AddressedHost {
  static let usualTimeout: Duration? = .seconds(120)

  let driver: LoadedDriver
  let address: ValueMap

  /// A host for an address.
  init(_ address: ValueMap, _ change: (inout HostConfiguration) -> Void = { _ in }) throws {
    self.address = address
    driver = try LoadedDriver("FTP", change)
  }

  /// A host for a server, whose authority is trusted and alone.
  ///
  /// - Parameters:
  ///   - server: The server, by the name that its certificate is for.
  ///   - more: Further inputs of all calls, in place of those that the server asks for.
  /// - Throws: That the driver is not there.
  init(_ server: some FTPServer, _ more: ValueMap = [:]) throws {
    var address: ValueMap = [
      "host": .string(server.host), "port": .int(Int64(server.port)),
      "authentication": FTPHost.login(server.user, server.password),
      "tls": .map(try FTPHost.tls(server)),
    ]
    for (name, value) in more { address[name] = value }
    try self.init(address)
  }

  /// A user's name and password.
  static func login(_ user: String, _ password: String) -> Value {
    [
      "authentication_method": "username_password", "username": .string(user),
      "password": .string(password),
    ]
  }

  /// How a server is spoken to, with its own authority.
  ///
  /// - Parameters:
  ///   - server: The server.
  ///   - more: Further members of the input, in place of these.
  /// - Throws: That the authority's certificate cannot be read.
  /// - Returns: The members of the input `tls`.
  static func tls(_ server: some FTPServer, _ more: ValueMap = [:]) throws -> ValueMap {
    var members: ValueMap = [
      "mode": .string("\(server.encryption.mode)")
    ]
    if let authority = server.authority { members["ca"] = .string(try authority.pem) }
    for (name, value) in more { members[name] = value }
    return members
  }
}
