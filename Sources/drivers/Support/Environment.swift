import DriverHost
import Glibc

/// The process's environment.
enum Environment {
  /// A variable's value; nil if it is not set.
  ///
  /// - Throws: At the stage `.input`, that it is no text: what is not UTF-8 would become something
  ///   else on its way to a driver.
  static func value(_ name: String) throws(HostError) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    guard let text = unsafe String(validatingCString: value) else {
      throw HostError(
        .invalidInput,
        stage: .input,
        "the environment variable \(name) holds bytes that are not UTF-8 text"
      )
    }
    return text
  }

  /// Whether a variable is set to anything but the empty text.
  static func has(_ name: String) -> Bool {
    guard let value = unsafe getenv(name) else { return false }
    return unsafe value.pointee != 0
  }
}
