internal import DriverKit
internal import HTTPKit

/// Paths of engines, methods and secrets, as inputs have them and as URLs do.
enum EnginePath {
  /// A path without slashes around it, which stays below where it is put.
  ///
  /// - Throws: `.invalidInput` where it is empty, or leads out by its dots.
  static func text(_ value: borrowing InputValue) throws(DriverError) -> String {
    let text = trimmed(try value.string())
    guard !text.isEmpty else {
      throw DriverError(
        .invalidInput,
        "\(value.pointer) must be a path such as app/database, not empty",
        pointer: value.pointer
      )
    }
    try check(text, value.pointer)
    return text
  }

  /// Looks whether a path has segments that a server would take for another path.
  static func check(_ text: String, _ pointer: String) throws(DriverError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }),
      !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
    else {
      throw DriverError(
        .invalidInput,
        "\(pointer) must be names with a slash between them, none of them empty, a dot or two dots, and without control characters",
        pointer: pointer
      )
    }
  }

  /// A name that is one segment of a path, as it is: neither trimmed nor split.
  ///
  /// - Throws: `.invalidInput` where it is empty, has a slash, or leads out by its dots.
  static func name(_ value: borrowing InputValue) throws(DriverError) -> String {
    let text = try value.string()
    guard !text.utf8.contains(UInt8(ascii: "/")) else {
      throw DriverError(
        .invalidInput,
        "\(value.pointer) must be one name, without a slash",
        pointer: value.pointer
      )
    }
    try check(text, value.pointer)
    return text
  }

  static func trimmed(_ text: String) -> String {
    var bytes = Array(text.utf8)[...]
    while bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
    while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The path as a URL has it: every name percent-encoded, and the slashes between them kept.
  static func encoded(_ text: String, keepsSlashes: Bool = true) -> String {
    let parts = keepsSlashes ? text.split(separator: "/").map(String.init) : [text]
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: "/")) }
      PercentEncoding.appendComponent(part, to: &bytes)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The path of a secret, below its engine.
struct SecretPath {
  /// Without slashes around it; empty: the engine itself.
  var text: String

  /// Reads the input `path`.
  ///
  /// - Throws: `.invalidInput` where it is missing or none.
  init(_ inputs: borrowing InputMap) throws(DriverError) {
    text = try EnginePath.text(try inputs.required("path"))
  }

  /// Reads the input `path`, where that may be missing or empty.
  init(optional inputs: borrowing InputMap) throws(DriverError) {
    text = EnginePath.trimmed(try inputs["path"]?.string() ?? "")
    if !text.isEmpty { try EnginePath.check(text, "/path") }
  }

  var isEmpty: Bool { text.isEmpty }
}
