internal import HTTPKit

/// A response in pieces: events by type, of which the last one has the whole response.
struct ResponsesStream: AnswerStream {
  /// The response as an event had it: at the end the whole of it, before without its output.
  private var response: [UInt8]?
  /// The items of the output that are finished.
  private var items: [Int: [UInt8]] = [:]
  /// The texts of those that are not.
  private var texts: [Int: String] = [:]
  private(set) var isComplete = false
  private(set) var failure: APIError?

  var endMark: String { "response.completed" }

  mutating func take(_ event: JSONDocument, named name: String) -> String {
    let type = event.text("/type") ?? name
    let index = event.integer("/output_index") ?? 0
    switch type {
    case "response.output_text.delta":
      let text = event.text("/delta") ?? ""
      texts[index, default: ""] += text
      return text
    case "response.output_item.done":
      items[index] = event.value("/item")
    case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
      isComplete = true
      response = event.value("/response")
      if type == "response.failed" {
        failure = APIError(event, at: "/response/error") ?? APIError()
      }
    case "error":
      // The members stand in the event itself, or in a map as elsewhere.
      failure = APIError(event) ?? APIError(event, at: "")
      if failure?.type == type { failure?.type = "" }
    default:
      if let value = event.value("/response") { response = value }
      if let failure = APIError(event) { self.failure = failure }
    }
    return ""
  }

  /// Some servers end all of their streams so.
  mutating func takeEnd() {}

  var document: [UInt8] {
    let made = response.flatMap { JSONDocument($0) }
    if isComplete, let made { return made.bytes }
    var document = JSONBody()
    document.add("output", output)
    for (name, place) in made?.members() ?? [] {
      document.add(name, made.map { Array($0.bytes[place]) })
    }
    return document.bytes
  }

  /// The items that there are, and the texts of those that have none yet.
  private var output: [UInt8] {
    var all = items
    for (index, text) in texts where items[index] == nil {
      var part = JSONBody()
      part.add("type", text: "output_text")
      part.add("text", text: text)
      var message = JSONBody()
      message.add("type", text: "message")
      message.add("role", text: "assistant")
      message.add("status", text: "in_progress")
      message.add("content", JSONBody.list([part.bytes]))
      all[index] = message.bytes
    }
    return JSONBody.list(all.sorted { $0.key < $1.key }.map(\.value))
  }
}
