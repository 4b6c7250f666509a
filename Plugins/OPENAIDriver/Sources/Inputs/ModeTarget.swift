internal import DriverKit
internal import HTTPKit

/// What the input `mode` comes to: a method, a path and a body.
struct ModeTarget {
  var mode = OPENAIInputs.Mode.listModels
  var method = "GET"
  var path = "/models"
  var query: Parameters?
  var body: [UInt8]?
  /// Whether the answer is asked for in pieces.
  var isStreamed = false
  /// Where what the body holds stands in the inputs, by the body's names.
  var pointers: [String: String] = [:]
  var model = ""

  /// The list of models.
  init() {}

  /// What a mode asks for.
  ///
  /// - Parameters:
  ///   - map: The input `mode`.
  ///   - isStreamed: Whether somebody reads the answer as it comes.
  /// - Throws: `.invalidInput` that names the input at fault.
  init(_ map: borrowing InputMap, isStreamed: Bool) throws(DriverError) {
    let name = try map.required("mode_name").text()
    if name.equals("list_models") { return }
    if name.equals("request") {
      mode = .request
      try readRequest(map)
      return
    }
    method = "POST"
    model = try map.required("model").string()
    var body = ModeBody()
    try body.add("model", try map.required("model"))
    if name.equals("chat") {
      (mode, path) = (.chat, "/chat/completions")
      try body.readChat(map)
    } else if name.equals("responses") {
      (mode, path) = (.responses, "/responses")
      try body.readResponses(map)
    } else if name.equals("embeddings") {
      (mode, path) = (.embeddings, "/embeddings")
      try body.readEmbeddings(map)
    } else {
      throw DriverError(
        .unsupported,
        "the mode \(String(name)) is not known",
        pointer: "/mode/mode_name"
      )
    }
    if mode != .embeddings {
      self.isStreamed = isStreamed
      if let value = map["stream"], try value.bool() { self.isStreamed = true }
    }
    if let parameters = try map["parameters"]?.map() { try body.readParameters(parameters) }
    if self.isStreamed { body.askForStream(withUsage: mode == .chat) }
    self.body = body.document.bytes
    pointers = body.pointers
  }

  private mutating func readRequest(_ map: borrowing InputMap) throws(DriverError) {
    method = try map.required("method").string().uppercased()
    let written = try map.required("path").string().prefix { $0 != "#" }
    let segments = written.utf8.prefix { $0 != UInt8(ascii: "?") }
    guard !PathSegments.climbs(Array(segments)[...]) else {
      throw DriverError(
        .invalidInput,
        "path leads above base_url by its dots: give a path that stays below it",
        pointer: "/mode/path"
      )
    }
    path = written.utf8.first == UInt8(ascii: "/") ? String(written) : "/\(written)"
    if let value = map["query"] { query = try Parameters(value) }
    if let value = map["json"] { body = try value.json() }
    guard body == nil || !["GET", "HEAD", "TRACE"].contains(method) else {
      throw DriverError(
        .invalidInput,
        "\(method) carries no body: set method to post, or leave json out",
        pointer: "/mode/method"
      )
    }
  }
}
