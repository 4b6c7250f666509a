/// The lines of servers' password files, made with the openssl program.
enum PasswordFile {
  /// A line for basic authentication, as Apache and Squid read it.
  ///
  /// The password is hashed as crypt(3) does it with SHA-256.
  static func basic(_ credentials: (user: String, password: String)) async throws -> String {
    let hash = try await openssl(["passwd", "-5", "-stdin"], input: credentials.password + "\n")
    return "\(credentials.user):\(hash)\n"
  }

  /// A line for digest authentication in a realm, as Apache reads it.
  ///
  /// Its hash is HA1 of RFC 7616.
  static func digest(
    _ credentials: (user: String, password: String),
    realm: String
  ) async throws -> String {
    let identity = "\(credentials.user):\(realm)"
    // The answer is the hash, and the name of the file that was read.
    let answer = try await openssl(
      ["dgst", "-md5", "-r"],
      input: "\(identity):\(credentials.password)"
    )
    return "\(identity):\(answer.prefix { $0 != " " })\n"
  }

  /// The hashes of passwords, as shadow(5) has them.
  ///
  /// They are hashed as crypt(3) does it with SHA-512.
  static func crypt(_ passwords: [String]) async throws -> [String] {
    let lines = passwords.map { $0 + "\n" }.joined()
    let command = try await Command.check(
      try Tool.openssl.required(),
      ["passwd", "-6", "-stdin"],
      input: lines
    )
    return command.output.split(separator: "\n").map(String.init)
  }

  private static func openssl(_ arguments: [String], input: String) async throws -> Substring {
    let command = try await Command.check(
      try Tool.openssl.required(),
      arguments,
      input: input
    )
    return command.output.prefix { $0 != "\n" }
  }
}
