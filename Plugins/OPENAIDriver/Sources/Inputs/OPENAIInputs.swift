internal import DriverKit
internal import HTTPKit

/// The inputs of a call.
///
/// Names, types and defaults are the descriptor's.
struct OPENAIInputs {
  /// What is asked for.
  enum Mode {
    case listModels, chat, responses, embeddings, request
  }

  var mode = Mode.listModels
  var request: HTTPRequest
  /// What messages and outputs must not show.
  var key: KeyMask
  /// Whether the answer is asked for in pieces.
  var isStreamed = false
  /// Where what the body holds stands in the inputs, by the body's names; for errors.
  var pointers: [String: String] = [:]
  /// The model that is asked; empty where there is none.
  var model = ""
  /// What the ids of listed models begin with.
  var prefix = ""

  /// The inputs of `run`.
  ///
  /// - Parameters:
  ///   - inputs: As the host has completed them.
  ///   - isStreamed: Whether somebody reads the answer as it comes.
  /// - Throws: `.invalidInput` that names the input at fault.
  init(_ inputs: borrowing InputMap, isStreamed: Bool) throws(DriverError) {
    let target = try ModeTarget(try inputs.required("mode").map(), isStreamed: isStreamed)
    try self.init(inputs, target)
    self.isStreamed = target.isStreamed
  }

  /// The inputs of `models` and `test`, which list the models whatever the mode is.
  init(listing inputs: borrowing InputMap) throws(DriverError) {
    try self.init(inputs, ModeTarget())
    prefix = try inputs["prefix"]?.string() ?? ""
    if let mode = try inputs["mode"]?.map() { model = try mode["model"]?.string() ?? "" }
  }

  private init(_ inputs: borrowing InputMap, _ target: ModeTarget) throws(DriverError) {
    let key = try inputs.required("api_key").string()
    guard !key.isEmpty, key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw DriverError(
        .invalidInput,
        "the key may hold printable ASCII without spaces only: look for a line end or a space that was copied with it",
        pointer: "/api_key"
      )
    }
    self.key = KeyMask(key)
    let url = try OPENAIInputs.url(try inputs.required("base_url"), target)
    request = HTTPRequest(target.method, url, addressPointer: "/base_url")
    request.authentication = .bearer(token: key)
    if let value = inputs["organization"] {
      try request.headers.append(
        "OpenAI-Organization",
        try value.string(),
        pointer: "/organization"
      )
    }
    if let value = inputs["project"] {
      try request.headers.append(
        "OpenAI-Project",
        try value.string(),
        pointer: "/project"
      )
    }
    if let body = target.body { request.body = RequestBody(body, contentType: "application/json") }
    if let value = try inputs["tls"]?.map() { request.tls = try TLSSettings(value) }
    if let value = try inputs["network"]?.map() { request.network = try NetworkSettings(value) }
    request.timeouts = try Timeouts(inputs)
    request.responseLimit = try inputs.required("max_response_bytes").int(in: 0...Int.max)
    // What is sent is for this server; whoever moves says so, and the base URL is changed.
    request.followsRedirects = false
    if target.mode != .request { request.mayBeRepeated = true }
    try request.checkMethod(isForced: false)
    try request.checkSize()
    mode = target.mode
    pointers = target.pointers
    model = target.model
  }

  /// The base URL with the path of the mode below it, and the queries of both.
  private static func url(
    _ base: borrowing InputValue,
    _ target: ModeTarget
  ) throws(DriverError) -> RequestURL {
    let written = try base.string().prefix { $0 != "#" }
    let parts = written.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var text = String(parts[0])
    while text.utf8.last == UInt8(ascii: "/"), text.utf8.count > 8 { text.removeLast() }
    text += target.path
    if parts.count > 1, !parts[1].isEmpty {
      text += target.path.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
      text += parts[1]
    }
    var url = try RequestURL(text.utf8.span, pointer: "/base_url")
    url.isSecret = base.isSecret
    if let query = target.query { url.append(query) }
    return url
  }
}
