internal import DriverKit
internal import Glibc
internal import HTTPKit

/// Tokens that come without a log-in.
enum TokenSource {
  /// What a file of a token may have at most.
  private static let largestFile = 64 << 10

  /// The token that a method has at hand; nil: it has to log in.
  ///
  /// - Throws: `.invalidInput` where there is none.
  static func token(of login: Login) throws(DriverError) -> String? {
    switch login {
    case .token(let token): return token
    case .file(let path): return try file(path)
    case .environment(let name): return try variable(name)
    case .appRole, .userPass: return nil
    }
  }

  private static func file(_ path: String) throws(DriverError) -> String {
    let pointer = "/authentication/token_file"
    let bytes = try RegularFile.bytes(path, limit: largestFile) { what in
      DriverError(
        .invalidInput,
        "the file \(path) of token_file \(what): give the path of a file that holds a token, and check who may read it",
        pointer: pointer
      )
    }
    return try Login.token(String(decoding: bytes, as: UTF8.self), pointer)
  }

  private static func variable(_ name: String) throws(DriverError) -> String {
    let pointer = "/authentication/token_env"
    guard let text = unsafe getenv(name) else {
      throw DriverError(
        .invalidInput,
        "the environment of this process has no variable \(name): set it before the process starts, or give token or token_file",
        pointer: pointer
      )
    }
    return try Login.token(unsafe String(cString: text), pointer)
  }
}
