internal import DriverKit
internal import HTTPKit

/// The body of a request to a model, read from the inputs of its mode.
struct ModeBody {
  /// What a mode has an input for, or the driver decides, and `parameters` must not hold.
  private static let stream = "stream"

  var document = JSONBody()
  /// Where what the body holds stands in the inputs, by the body's names.
  private(set) var pointers: [String: String] = [:]

  /// Adds a member as the input has it.
  mutating func add(_ name: String, _ value: borrowing InputValue) throws(DriverError) {
    document.add(name, try value.json())
    pointers[name] = value.pointer
  }

  /// Reads the inputs of chat completions.
  mutating func readChat(_ map: borrowing InputMap) throws(DriverError) {
    try readMessages(map)
    if let value = map["temperature"] { try add("temperature", value) }
    if let value = map["max_tokens"] { try add("max_tokens", value) }
    if let value = map["max_completion_tokens"] { try add("max_completion_tokens", value) }
    if let value = map["stop"] { try add("stop", value) }
    if let value = map["response_format"] { try add("response_format", value) }
    if let value = map["tools"] { try add("tools", value) }
    if let value = map["tool_choice"] { try add("tool_choice", value) }
  }

  /// Reads the inputs of responses.
  mutating func readResponses(_ map: borrowing InputMap) throws(DriverError) {
    try add("input", try map.required("input"))
    if let value = map["instructions"] { try add("instructions", value) }
    if let value = map["previous_response_id"] { try add("previous_response_id", value) }
    if let value = map["temperature"] { try add("temperature", value) }
    if let value = map["max_output_tokens"] { try add("max_output_tokens", value) }
    if let value = map["tools"] { try add("tools", value) }
    if let value = map["tool_choice"] { try add("tool_choice", value) }
  }

  /// Reads the inputs of embeddings.
  mutating func readEmbeddings(_ map: borrowing InputMap) throws(DriverError) {
    try add("input", try map.required("input"))
    if let value = map["dimensions"] { try add("dimensions", value) }
    if let value = map["encoding_format"] { try add("encoding_format", value) }
  }

  /// Reads what the modes have no input for.
  ///
  /// - Throws: `.invalidInput` for a name that has one, which would be there twice.
  mutating func readParameters(_ map: borrowing InputMap) throws(DriverError) {
    for index in 0..<map.count {
      let name = String(map.name(at: index))
      let value = map.value(at: index)
      if name == ModeBody.stream {
        throw DriverError(
          .invalidInput,
          "the stream is not asked for by parameters: set mode.stream, or connect the channel text or events",
          pointer: value.pointer
        )
      }
      if let pointer = pointers[name] {
        throw DriverError(
          .invalidInput,
          "\(name) is there twice, in \(pointer) too: leave it out of parameters",
          pointer: value.pointer
        )
      }
      try add(name, value)
    }
  }

  /// Asks for the answer in pieces.
  ///
  /// - Parameter withUsage: Whether the tokens have to be asked for too, unless the inputs say otherwise.
  mutating func askForStream(withUsage: Bool) {
    document.add(ModeBody.stream, Array("true".utf8))
    if withUsage { document.add("stream_options", Array(#"{"include_usage":true}"#.utf8)) }
  }

  // MARK: - Messages

  private mutating func readMessages(_ map: borrowing InputMap) throws(DriverError) {
    var messages: [[UInt8]] = []
    if let value = map["system"] { messages.append(try ModeBody.message("system", value)) }
    if let value = map["messages"] {
      guard map["prompt"] == nil else {
        throw DriverError(
          .invalidInput,
          "messages and prompt are two forms of the same: give one of them",
          pointer: "/mode/prompt"
        )
      }
      let list = try value.list()
      for index in 0..<list.count { messages.append(try list[index].json()) }
      pointers["messages"] = "/mode/messages"
    } else if let value = map["prompt"] {
      messages.append(try ModeBody.message("user", value))
      pointers["messages"] = "/mode/prompt"
    } else {
      throw DriverError(
        .invalidInput,
        "there is nothing to answer: give messages or prompt",
        pointer: "/mode/messages"
      )
    }
    document.add("messages", JSONBody.list(messages))
  }

  private static func message(
    _ role: String,
    _ text: borrowing InputValue
  ) throws(DriverError) -> [UInt8] {
    var message = JSONBody()
    message.add("role", text: role)
    message.add("content", try text.json())
    return message.bytes
  }
}
