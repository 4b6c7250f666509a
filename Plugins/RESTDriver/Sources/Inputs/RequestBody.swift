internal import DriverKit

/// What a request sends: bytes at one address until the call has ended.
@safe
final class RequestBody {
  /// The bytes; libcurl reads them where they are.
  let bytes: UnsafeRawBufferPointer
  /// What Content-Type says of them, unless the inputs do.
  let contentType: String
  private let owned: UnsafeMutableRawBufferPointer?

  /// Bytes that belong to the body.
  init(_ bytes: [UInt8], contentType: String) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    unsafe copy.copyBytes(from: bytes)
    unsafe owned = unsafe copy
    unsafe self.bytes = UnsafeRawBufferPointer(copy)
    self.contentType = contentType
  }

  /// A text of the inputs, in place: it is there until the call has ended, which is all that it takes.
  init(_ text: borrowing InputText, contentType: String) {
    unsafe owned = nil
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: text.address, count: text.count)
    self.contentType = contentType
  }

  deinit { unsafe owned?.deallocate() }

  /// The number of bytes.
  var count: Int { unsafe bytes.count }

  /// The body of the inputs `data` and `body`; nil if there is none.
  static func of(_ inputs: borrowing InputMap) throws(DriverError) -> RequestBody? {
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
    throw DriverError(
      .invalidInput,
      "/body must have one of the members json, text and urlencoded",
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
