internal import DriverKit

/// What a request sends: bytes at one address until the call has ended, or those of a channel.
@safe
final class RequestBody {
  /// The channel, as an index into those that the descriptor lists.
  static let channel = 1

  /// The bytes; libcurl reads them where they are.
  ///
  /// Without an address where they come from the channel.
  let bytes: UnsafeRawBufferPointer
  /// What Content-Type says of them, unless the inputs do.
  let contentType: String
  /// How many bytes there are; nil: nobody knows.
  let length: Int64?
  /// Whether they come from the channel.
  let isStreamed: Bool
  private let owned: UnsafeMutableRawBufferPointer?

  /// Bytes that belong to the body.
  init(_ bytes: [UInt8], contentType: String) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    unsafe copy.copyBytes(from: bytes)
    unsafe owned = unsafe copy
    unsafe self.bytes = UnsafeRawBufferPointer(copy)
    length = Int64(bytes.count)
    isStreamed = false
    self.contentType = contentType
  }

  /// A text of the inputs, in place: it is there until the call has ended, which is all that it takes.
  init(_ text: borrowing InputText, contentType: String) {
    unsafe owned = nil
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: text.address, count: text.count)
    length = Int64(text.count)
    isStreamed = false
    self.contentType = contentType
  }

  /// So many bytes of the channel, or all that come.
  init(streamed length: Int64?) {
    unsafe owned = nil
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    self.length = length
    isStreamed = true
    contentType = "application/octet-stream"
  }

  deinit { unsafe owned?.deallocate() }

  /// What a call sends from the channel; nil where nothing is connected to it.
  static func upload(of call: Call) throws(DriverError) -> RequestBody? {
    call.isWanted(channel) ? RequestBody(streamed: try call.length(of: channel)) : nil
  }

  /// The body of the inputs `data` and `body`, or of the channel; nil if there is none.
  static func of(
    _ inputs: borrowing InputMap,
    _ upload: RequestBody?,
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
        try Parameters(value).form(),
        contentType: "application/x-www-form-urlencoded"
      )
    }
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
      "/body must have one of the members json, text, urlencoded and file",
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
