package import DriverKit
package import FileKit

/// What all actions with files are told: which file, and how long the server may take to answer.
package struct FileInputs {
  package let path: RemotePath
  /// The input that named it.
  package let pointer: String
  /// In seconds.
  package let answerTimeout: Double

  package init(_ inputs: borrowing InputMap) throws(DriverError) {
    let (text, bytes) = (try inputs["path"]?.bytes(), try inputs["path_bytes"]?.bytes())
    switch (text, bytes) {
    case (let text?, nil): (path, pointer) = (RemotePath(text), "/path")
    case (nil, let bytes?): (path, pointer) = (RemotePath(bytes), "/path_bytes")
    case (nil, nil):
      throw DriverError(.invalidInput, "the path is missing: give path", pointer: "/path")
    case (_?, _?):
      throw DriverError(
        .invalidInput,
        "there are both path and path_bytes: leave one of both out",
        pointer: "/path_bytes"
      )
    }
    try FileInputs.check(path, pointer)
    answerTimeout = try inputs["answer_timeout"]?.double() ?? 60
  }

  /// A further path.
  ///
  /// - Parameters:
  ///   - inputs: The inputs.
  ///   - name: Its name.
  /// - Throws: That it is missing, or none.
  /// - Returns: The path.
  package static func path(
    _ inputs: borrowing InputMap,
    _ name: StaticString
  ) throws(DriverError) -> RemotePath {
    let path = RemotePath(try inputs.required(name).bytes())
    try check(path, "/\(name)")
    return path
  }

  private static func check(_ path: RemotePath, _ pointer: String) throws(DriverError) {
    if path.bytes.contains(0) {
      throw DriverError(
        .invalidInput,
        "the path \(path.text) has a zero byte in it",
        pointer: pointer
      )
    }
  }

  /// What everybody may do with a file, from octal digits.
  ///
  /// - Parameter inputs: The inputs.
  /// - Throws: That they are none.
  /// - Returns: The mode; nil: it was not given.
  package static func mode(_ inputs: borrowing InputMap) throws(DriverError) -> UInt32? {
    guard let text = try inputs["mode"]?.string() else { return nil }
    guard let mode = UInt32(text, radix: 8), mode <= 0o7777 else {
      throw DriverError(
        .invalidInput,
        "\(text) is no mode: give octal digits such as 0644",
        pointer: "/mode"
      )
    }
    return mode
  }

  /// A pattern of paths.
  ///
  /// - Parameter inputs: The inputs.
  /// - Throws: What is wrong with it.
  /// - Returns: The pattern; nil: all are meant.
  package static func pattern(_ inputs: borrowing InputMap) throws(DriverError) -> GlobPattern? {
    guard let bytes = try inputs["pattern"]?.bytes() else { return nil }
    let findsHidden = try inputs["hidden"]?.bool() ?? false
    do throws(PathFault) {
      let pattern = try GlobPattern(bytes, findsHidden: findsHidden)
      guard !RemotePath(bytes).isAbsolute else { throw .escape(bytes) }
      return pattern
    } catch {
      throw DriverError(.invalidInput, "the pattern: \(error)", pointer: "/pattern")
    }
  }
}

extension RemotePath {
  /// The path of a file that goes here: into this directory, where the path ends with a `/`.
  package func named(as source: RemotePath) -> RemotePath {
    bytes.last == UInt8(ascii: "/") ? appending(RemotePath(source.name)) : self
  }
}
