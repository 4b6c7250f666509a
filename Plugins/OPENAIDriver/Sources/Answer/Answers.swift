internal import DriverKit
internal import HTTPKit

/// The outputs of an answer, by the mode that asked for it.
struct Answers {
  let document: JSONDocument
  let call: Call

  /// Puts out a document as it stands; null where there is none.
  private func put(_ name: StaticString, _ json: [UInt8]?) throws(DriverError) {
    if let json, try call.output(name, json: json.span) { return }
    try call.output(name, .null)
  }

  /// Puts out what every answer of a model has.
  private func putCommon() throws(DriverError) {
    try put("usage", document.value("/usage"))
    try call.output("model", OutputValue(document.text("/model")))
    try call.output("id", OutputValue(document.text("/id")))
  }

  /// Puts out the text, and what it stands for where it is JSON.
  private func put(text: String?) throws(DriverError) {
    try call.output("text", OutputValue(text))
    guard let text, BodyText.looksLikeDocument(text.utf8.span) else { return }
    if let json = JSONDocument(Array(text.utf8)) { try call.output("json", json: json.bytes.span) }
  }

  // MARK: - Modes

  /// The models whose ids begin with a prefix, and their ids; nil where there is no list of models.
  static func models(
    _ document: JSONDocument,
    prefix: String = ""
  ) -> [(id: String, place: Range<Int>)]? {
    guard let list = document.range("/data"), document.kind(list) == .array else { return nil }
    return document.items("/data").compactMap { place in
      guard let id = document.text("/id", within: place), id.utf8.starts(with: prefix.utf8) else {
        return nil
      }
      return (id, place)
    }
  }

  /// Puts out a list of models; their ids.
  func putModels(prefix: String) throws(DriverError) -> [String] {
    guard let models = Answers.models(document, prefix: prefix) else {
      throw missing("a list of models")
    }
    try put("models", JSONBody.list(models.map { Array(document.bytes[$0.place]) }))
    try call.output("model_ids", .list(models.map { .string($0.id) }))
    return models.map(\.id)
  }

  /// Puts out a chat completion.
  ///
  /// - Parameter isWhole: Whether it came to its end.
  /// - Throws: `.protocolViolation` where it is whole and none, or why the host does not take it.
  /// - Returns: The text.
  func putChat(isWhole: Bool = true) throws(DriverError) -> String {
    let text = Answers.text(of: document, "/choices/0/message/content")
    try put(text: text)
    if let message = document.value("/choices/0/message") { try put("message", message) }
    try put("choices", document.value("/choices"))
    try call.output("finish_reason", OutputValue(document.text("/choices/0/finish_reason")))
    try put(
      "tool_calls",
      JSONBody.list(
        document.items("/choices/0/message/tool_calls").map { call in
          Answers.toolCall(
            document,
            call,
            (id: "/id", name: "/function/name", arguments: "/function/arguments")
          )
        }
      )
    )
    try putCommon()
    if isWhole, document.items("/choices").isEmpty { throw missing("choices") }
    return text ?? ""
  }

  /// Puts out a response.
  ///
  /// - Parameter isWhole: Whether it came to its end.
  /// - Throws: `.protocolViolation` where it is whole and none, or why the host does not take it.
  /// - Returns: The text.
  func putResponse(isWhole: Bool = true) throws(DriverError) -> String {
    var texts: [String] = []
    var calls: [[UInt8]] = []
    for item in document.items("/output") {
      switch document.text("/type", within: item) {
      case "message":
        for part in document.items("/content", within: item)
        where document.text("/type", within: part) == "output_text" {
          if let text = document.text("/text", within: part) { texts.append(text) }
        }
      case "function_call":
        calls.append(
          Answers.toolCall(
            document,
            item,
            (id: "/call_id", name: "/name", arguments: "/arguments")
          )
        )
      default: continue
      }
    }
    try put(text: texts.isEmpty ? nil : texts.joined())
    try put("output", document.value("/output"))
    let reason = document.text("/incomplete_details/reason") ?? document.text("/status")
    try call.output("finish_reason", OutputValue(reason))
    try put("tool_calls", JSONBody.list(calls))
    try putCommon()
    if isWhole, document.range("/output") == nil { throw missing("output") }
    return texts.joined()
  }

  /// Puts out vectors; each as a document.
  func putEmbeddings() throws(DriverError) -> [[UInt8]] {
    var vectors: [(index: Int, vector: [UInt8])] = []
    for (place, item) in document.items("/data").enumerated() {
      guard let value = document.range("/embedding", within: item) else { continue }
      let index = document.integer("/index", within: item) ?? place
      if let text = JSONScanner.string(of: value, in: document.bytes.span) {
        guard let vector = FloatVector.document(base64: text) else {
          throw DriverError(
            .protocolViolation,
            "the vector \(index) of the answer is no base64 of 32-bit numbers: leave encoding_format out"
          )
        }
        vectors.append((index, vector))
      } else {
        vectors.append((index, Array(document.bytes[value])))
      }
    }
    guard !vectors.isEmpty else { throw missing("vectors") }
    let ordered = vectors.sorted { $0.index < $1.index }.map(\.vector)
    try put("embeddings", JSONBody.list(ordered))
    try putCommon()
    return ordered
  }

  private func missing(_ what: String) -> DriverError {
    DriverError(
      .protocolViolation,
      "the answer has no \(what): check that base_url leads to a server with OpenAI's interface"
    )
  }

  // MARK: - Parts

  /// A content that is a text, or a list of parts of which some are.
  private static func text(of document: JSONDocument, _ pointer: String) -> String? {
    if let text = document.text(pointer) { return text }
    let texts = document.items(pointer).compactMap { document.text("/text", within: $0) }
    return texts.isEmpty ? nil : texts.joined()
  }

  /// The call of a function in the form that is the same for all modes.
  private static func toolCall(
    _ document: JSONDocument,
    _ place: Range<Int>,
    _ names: (id: String, name: String, arguments: String)
  ) -> [UInt8] {
    var call = JSONBody()
    call.add("id", document.value(names.id, within: place) ?? Array("null".utf8))
    call.add("name", document.value(names.name, within: place) ?? Array("null".utf8))
    let text = document.text(names.arguments, within: place) ?? ""
    let arguments = JSONDocument(Array(text.utf8))?.bytes ?? JSONBody.text(text)
    call.add("arguments", arguments)
    return call.bytes
  }
}
