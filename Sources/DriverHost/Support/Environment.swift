import CLinux
import Glibc

/// The environment of this process.
enum Environment {
  /// The value of a variable; nil for every one in a program that runs with more rights than its caller has
  /// (`AT_SECURE`).
  static let process: @Sendable (String) -> String? = {
    let isSecure = getauxval(UInt(AT_SECURE)) != 0
    return { name in
      guard !isSecure, let text = unsafe getenv(name) else { return nil }
      return unsafe String(cString: text)
    }
  }()
}
