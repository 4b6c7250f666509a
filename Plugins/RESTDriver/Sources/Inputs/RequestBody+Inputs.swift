internal import DriverKit
internal import HTTPKit

/// The inputs `data` and `body`.
extension RequestBody {
  /// The body of the inputs `data` and `body`, or of the channel; nil if there is none.
  static func of(
    _ inputs: borrowing InputMap,
    _ upload: RequestBody?,
    _ arrays: Parameters.Arrays,
    isTest: Bool
  ) throws(DriverError) -> RequestBody? {
    if let upload {
      let isFile = try inputs["body"]?.map()["file"] != nil
      if inputs["data"] != nil || inputs["body"] != nil && !isFile {
        throw DriverError(
          .invalidInput,
          "the body comes from the channel upload: leave the other one out, or do not connect the channel",
          pointer: inputs["data"] != nil ? "/data" : "/body"
        )
      }
      return upload
    }
    if let data = inputs["data"] {
      guard inputs["body"] == nil else {
        throw DriverError(
          .invalidInput,
          "data and body are two forms of the same: give one of them",
          pointer: "/data"
        )
      }
      return data.kind == .string ? try text(data) : try json(data)
    }
    guard let body = try inputs["body"]?.map() else { return nil }
    if let value = body["text"] { return try text(value) }
    if let value = body["urlencoded"] {
      return RequestBody(
        try Parameters(value, arrays).form(),
        contentType: "application/x-www-form-urlencoded"
      )
    }
    if let value = body["bytes"] {
      return RequestBody(try value.bytes(), contentType: "application/octet-stream")
    }
    if let value = body["multipart"] { return RequestBody(parts: try MultipartInput.parts(value)) }
    // A null is a JSON document too, so the member is looked for by its name.
    for index in 0..<body.count where body.name(at: index).equals("json") {
      return try json(body.value(at: index))
    }
    if body["file"] != nil {
      if isTest { return nil }
      throw DriverError(
        .unsupported,
        "the host has not opened the file of body.file: use one that knows x-source",
        pointer: "/body/file"
      )
    }
    throw DriverError(
      .invalidInput,
      "/body must have one of the members json, text, bytes, urlencoded, multipart and file",
      pointer: "/body"
    )
  }

  private static func text(_ value: borrowing InputValue) throws(DriverError) -> RequestBody {
    RequestBody(try value.text(), contentType: "text/plain; charset=utf-8")
  }

  private static func json(_ value: borrowing InputValue) throws(DriverError) -> RequestBody {
    RequestBody(try value.json(), contentType: "application/json")
  }
}
