internal import DriverKit
internal import HTTPKit

/// The inputs of the action `request`.
struct RequestInputs {
  var request: HTTPRequest

  /// Reads the inputs.
  ///
  /// - Throws: `.invalidInput` that names the input at fault.
  init(_ inputs: borrowing InputMap, _ vault: VaultInputs) throws(DriverError) {
    let method = try inputs.required("method").string().uppercased()
    let written = try inputs.required("path").string().prefix { $0 != "#" }
    var path = Substring(written)
    while path.first == "/" { path.removeFirst() }
    if path.hasPrefix("v1/") { path.removeFirst(3) }
    let segments = path.utf8.prefix { $0 != UInt8(ascii: "?") }
    guard !PathSegments.climbs(Array(segments)[...]) else {
      throw DriverError(
        .invalidInput,
        "path leads above /v1/ by its dots: give a path that stays below it",
        pointer: "/path"
      )
    }
    var body: [UInt8]?
    var type = "application/json"
    if let value = inputs["json"] { body = try value.json() }
    if let value = inputs["text"] {
      guard body == nil else {
        throw DriverError(
          .invalidInput,
          "json and text are two forms of the body: give one of them",
          pointer: "/text"
        )
      }
      body = try value.bytes()
      type = "text/plain; charset=utf-8"
    }
    // The only form of patch that there is (RFC 7396).
    if method == "PATCH", inputs["json"] != nil { type = "application/merge-patch+json" }
    guard body == nil || !["GET", "HEAD", "LIST", "TRACE"].contains(method) else {
      throw DriverError(
        .invalidInput,
        "\(method) carries no body: set method to post, or leave json and text out",
        pointer: "/method"
      )
    }
    request = try vault.request(method, String(path), body, type: type)
    if let value = inputs["query"] { request.url.append(try Parameters(value)) }
    if method == "LIST" { request.mayBeRepeated = true }
    try request.checkMethod(isForced: false)
  }
}
