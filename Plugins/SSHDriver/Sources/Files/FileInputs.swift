internal import DriverKit
internal import FileKit

/// What all actions with files are told: which file, and how long the server may take to answer.
struct FileInputs {
  let path: RemotePath
  /// The input that named it.
  let pointer: String
  /// In seconds.
  let answerTimeout: Double

  init(_ inputs: borrowing InputMap) throws(DriverError) {
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
  static func path(
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
  static func mode(_ inputs: borrowing InputMap) throws(DriverError) -> UInt32? {
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
  static func pattern(_ inputs: borrowing InputMap) throws(DriverError) -> GlobPattern? {
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
