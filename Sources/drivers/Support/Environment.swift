import Glibc

/// The process's environment.
enum Environment {
  /// A variable's value; nil if it is not set.
  static func value(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
