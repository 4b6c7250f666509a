internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// The input `body.multipart`: a map of fields, or a list of parts.
enum MultipartInput {
  /// The parts in order.
  ///
  /// - Throws: `.invalidInput` that names the part at fault.
  static func parts(_ value: borrowing InputValue) throws(DriverError) -> [RequestBody.Part] {
    var parts: [RequestBody.Part] = []
    if value.kind == .list {
      let list = try value.list()
      for index in 0..<list.count {
        let map = try list[index].map()
        parts.append(try part(try map.required("name").string(), list[index]))
      }
    } else {
      let map = try value.map()
      for index in 0..<map.count {
        let member = map.value(at: index)
        parts.append(try part(String(map.name(at: index)), member))
      }
    }
    return parts
  }

  private static func part(
    _ name: String,
    _ value: borrowing InputValue
  ) throws(DriverError) -> RequestBody.Part {
    guard value.kind == .map else {
      guard let text = value.scalarText() else {
        throw DriverError(
          .invalidInput,
          "\(value.pointer) must be a text, a number, a boolean, or a map that describes a part",
          pointer: value.pointer
        )
      }
      return RequestBody.Part(name, .bytes(Array(text.utf8)))
    }
    let map = try value.map()
    return RequestBody.Part(
      name,
      try source(map),
      fileName: try map["file_name"]?.string(),
      contentType: try map["content_type"]?.string()
    )
  }

  private static func source(
    _ map: borrowing InputMap
  ) throws(DriverError) -> CurlMime.Source {
    if let file = map["file"] {
      let path = try file.string()
      try RegularFile.check(path, pointer: file.pointer)
      return .file(path)
    }
    if let bytes = map["bytes"] { return .bytes(try bytes.bytes()) }
    guard let text = map["value"]?.scalarText() else {
      throw DriverError(
        .invalidInput,
        "\(map.pointer) must have one of the members value, bytes and file",
        pointer: map.pointer
      )
    }
    return .bytes(Array(text.utf8))
  }
}
