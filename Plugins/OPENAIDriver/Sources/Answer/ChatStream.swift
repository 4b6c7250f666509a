internal import HTTPKit

/// Chat completions in pieces: each event has deltas for some choices, and `[DONE]` ends them.
struct ChatStream: AnswerStream {
  /// Members of each event that are no part of the answer, or are put together here.
  private static let ownNames: Set = ["choices", "error", "object", "obfuscation", "usage"]

  /// Members of the answer that the events repeat, as they came first.
  private var head = JSONBody()
  private var usage: [UInt8]?
  private var choices: [Int: ChatChoice] = [:]
  private(set) var isComplete = false
  private(set) var failure: APIError?

  var endMark: String { "[DONE]" }

  mutating func take(_ event: JSONDocument, named name: String) -> String {
    if let failure = APIError(event) {
      self.failure = failure
      return ""
    }
    for (name, place) in event.members()
    where !ChatStream.ownNames.contains(name) && event.kind(place) != .null {
      head.add(name, Array(event.bytes[place]))
    }
    // Some servers count on the way: the last one has all.
    if let value = event.value("/usage") { usage = value }
    var text = ""
    for place in event.items("/choices") {
      let index = event.integer("/index", within: place) ?? 0
      let piece = choices[index, default: ChatChoice()].take(event, place)
      if index == 0 { text += piece }
    }
    return text
  }

  mutating func takeEnd() { isComplete = true }

  var document: [UInt8] {
    var document = head
    document.add("object", text: "chat.completion")
    document.add(
      "choices",
      JSONBody.list(choices.sorted { $0.key < $1.key }.map { $0.value.document($0.key) })
    )
    document.add("usage", usage)
    return document.bytes
  }
}

/// One choice of a chat completion that comes in pieces.
struct ChatChoice {
  private struct ToolCall {
    var id = ""
    var type = ""
    var name = ""
    var arguments = ""
  }

  private var role = "assistant"
  /// The texts of the message by their names, such as content and refusal, in order of their first piece.
  private var texts: [(name: String, text: String)] = []
  /// Members that are no text, as they came last.
  private var others: [(name: String, value: [UInt8])] = []
  private var toolCalls: [Int: ToolCall] = [:]
  private var newestCall: Int?
  private var finishReason: [UInt8]?
  /// Lists of log probabilities by their names.
  private var probabilities: [(name: String, items: [[UInt8]])] = []

  /// Takes what an event has for this choice.
  ///
  /// - Returns: What it adds to the content.
  mutating func take(_ event: JSONDocument, _ place: Range<Int>) -> String {
    if let reason = event.value("/finish_reason", within: place) { finishReason = reason }
    for (name, list) in event.members("/logprobs", within: place) {
      let items = JSONScanner.items(of: list, in: event.bytes.span).map { Array(event.bytes[$0]) }
      if let index = probabilities.firstIndex(where: { $0.name == name }) {
        probabilities[index].items += items
      } else if event.kind(list) == .array {
        probabilities.append((name, items))
      }
    }
    var content = ""
    for (name, value) in event.members("/delta", within: place) {
      if name == "tool_calls" {
        for call in JSONScanner.items(of: value, in: event.bytes.span) { takeCall(event, call) }
      } else if let text = JSONScanner.string(of: value, in: event.bytes.span) {
        if name == "content" { content += text }
        if name == "role" {
          if !text.isEmpty { role = text }
        } else if let index = texts.firstIndex(where: { $0.name == name }) {
          texts[index].text += text
        } else {
          texts.append((name, text))
        }
      } else if event.kind(value) != .null {
        others.removeAll { $0.name == name }
        others.append((name, Array(event.bytes[value])))
      }
    }
    return content
  }

  /// The place of a piece that has none: an id of its own begins another call, all else belongs to the newest one.
  private func unnumbered(_ id: String) -> Int {
    guard let newest = newestCall else { return 0 }
    if id.isEmpty || toolCalls[newest]?.id == id { return newest }
    // What a server counts by may be any number.
    var place = newest &+ 1
    while toolCalls[place] != nil { place &+= 1 }
    return place
  }

  private mutating func takeCall(_ event: JSONDocument, _ place: Range<Int>) {
    let id = event.text("/id", within: place) ?? ""
    let index = event.integer("/index", within: place) ?? unnumbered(id)
    newestCall = index
    var call = toolCalls[index] ?? ToolCall()
    if !id.isEmpty { call.id = id }
    if let type = event.text("/type", within: place), !type.isEmpty { call.type = type }
    // Some servers say the whole name again with each piece.
    if let name = event.text("/function/name", within: place), name != call.name {
      call.name += name
    }
    call.arguments += event.text("/function/arguments", within: place) ?? ""
    toolCalls[index] = call
  }

  /// The choice as an answer in one piece has it.
  func document(_ index: Int) -> [UInt8] {
    var message = JSONBody()
    message.add("role", text: role)
    message.add(
      "content",
      texts.first { $0.name == "content" }.map { JSONBody.text($0.text) }
        ?? Array("null".utf8)
    )
    for (name, text) in texts { message.add(name, text: text) }
    if !toolCalls.isEmpty {
      message.add(
        "tool_calls",
        JSONBody.list(toolCalls.sorted { $0.key < $1.key }.map { ChatChoice.document($0.value) })
      )
    }
    for (name, value) in others { message.add(name, value) }
    var choice = JSONBody()
    choice.add("index", Array(String(index).utf8))
    choice.add("message", message.bytes)
    if !probabilities.isEmpty {
      var lists = JSONBody()
      for (name, items) in probabilities { lists.add(name, JSONBody.list(items)) }
      choice.add("logprobs", lists.bytes)
    }
    choice.add("finish_reason", finishReason ?? Array("null".utf8))
    return choice.bytes
  }

  private static func document(_ call: ToolCall) -> [UInt8] {
    var function = JSONBody()
    function.add("name", text: call.name)
    function.add("arguments", text: call.arguments)
    var document = JSONBody()
    document.add("id", text: call.id)
    document.add("type", text: call.type.isEmpty ? "function" : call.type)
    document.add("function", function.bytes)
    return document.bytes
  }
}
