import DriverHost
import Testing

@testable import OPENAIDriver

@Suite("An answer in pieces")
struct StreamTests {
  private func value(_ stream: some AnswerStream) throws -> Value {
    try JSON.parse(String(decoding: stream.document, as: UTF8.self))
  }

  private func chat(_ events: [String]) throws -> (text: String, stream: ChatStream) {
    var stream = ChatStream()
    var text = ""
    for event in events { text += stream.take(document(event), named: "message") }
    return (text, stream)
  }

  @Test("of chat is put together as one that comes whole")
  func chat() throws {
    let head = #""id":"c1","created":1,"model":"m","object":"chat.completion.chunk""#
    let (text, stream) = try chat([
      #"{\#(head),"choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"usage":null}"#,
      #"{\#(head),"choices":[{"index":0,"delta":{"content":"Hé"},"logprobs":{"content":[{"t":1}]}}]}"#,
      #"{\#(head),"choices":[{"index":1,"delta":{"content":"other"}}]}"#,
      #"{\#(head),"choices":[{"index":0,"delta":{"content":"llo","reasoning_content":"hm"},"logprobs":{"content":[{"t":2}]}}]}"#,
      #"{\#(head),"choices":[{"index":0,"delta":{"reasoning_content":"!"},"finish_reason":"stop"}],"obfuscation":"x"}"#,
      #"{\#(head),"system_fingerprint":"f","choices":[],"usage":{"total_tokens":3}}"#,
    ])
    #expect(text == "Héllo")
    #expect(!stream.isComplete)
    #expect(
      try value(stream) == [
        "id": "c1", "created": 1, "model": "m", "system_fingerprint": "f",
        "object": "chat.completion",
        "choices": [
          [
            "index": 0,
            "message": ["role": "assistant", "content": "Héllo", "reasoning_content": "hm!"],
            "logprobs": ["content": [["t": 1], ["t": 2]]], "finish_reason": "stop",
          ],
          [
            "index": 1, "message": ["role": "assistant", "content": "other"],
            "finish_reason": .null,
          ],
        ],
        "usage": ["total_tokens": 3],
      ]
    )
    var ended = stream
    ended.takeEnd()
    #expect(ended.isComplete)
  }

  @Test("of chat takes any number for the place of a call")
  func largestIndex() throws {
    let places = ["\(Int.max)", "-1", "9223372036854775808"]
    let pieces = places.map { #"{"index":\#($0),"id":"a\#($0)","function":{"name":"f"}}"# }
    let (_, stream) = try chat(
      (pieces + [#"{"id":"b","function":{"name":"g"}}"#]).map {
        #"{"choices":[{"index":\#(Int.max),"delta":{"tool_calls":[\#($0)]}}]}"#
      }
    )
    let calls = try value(stream)["choices"][0]["message"]["tool_calls"].listValue
    #expect(calls?.contains { $0["function"]["name"] == "g" } == true)
  }

  @Test("of chat has the calls of tools by their index, or by their ids where there is none")
  func toolCalls() throws {
    func calls(_ pieces: [String]) throws -> Value {
      let (_, stream) = try chat(
        pieces.map { #"{"choices":[{"index":0,"delta":{"tool_calls":[\#($0)]}}]}"# }
      )
      let message = try value(stream)["choices"][0]["message"]
      #expect(message["content"].isNull)
      return message["tool_calls"]
    }
    let expected: Value = [
      [
        "id": "a", "type": "function",
        "function": ["name": "f", "arguments": #"{"x":1}"#],
      ],
      ["id": "b", "type": "function", "function": ["name": "g", "arguments": "{}"]],
    ]
    let byIndex = try calls([
      #"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#,
      #"{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}"#,
      #"{"index":0,"function":{"arguments":"{\"x\""}},{"index":1,"function":{"arguments":"{}"}}"#,
      #"{"index":0,"id":"","function":{"name":"f","arguments":":1}"}}"#,
    ])
    #expect(byIndex == expected)
    let byID = try calls([
      #"{"id":"a","function":{"name":"f","arguments":"{\"x\""}}"#,
      #"{"function":{"arguments":":1}"}}"#,
      #"{"id":"b","function":{"name":"g","arguments":"{}"}}"#,
    ])
    #expect(byID == expected)
  }

  @Test("of chat may be an error", arguments: [#"{"message":"no","type":"t"}"#, #""no""#])
  func chatError(error: String) throws {
    let (text, stream) = try chat([#"{"error":\#(error)}"#])
    #expect(text.isEmpty && stream.failure?.message == "no")
  }

  @Test("of responses is what the last event has, and before that what has come")
  func responses() throws {
    var stream = ResponsesStream()
    func take(_ event: String, name: String = "message") -> String {
      stream.take(document(event), named: name)
    }
    #expect(
      take(
        #"{"type":"response.created","response":{"id":"r1","output":[],"status":"in_progress","error":null}}"#
      ) == ""
    )
    #expect(
      take(#"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning"}}"#)
        == ""
    )
    #expect(take(#"{"type":"response.output_text.delta","output_index":1,"delta":"Hel"}"#) == "Hel")
    #expect(take(#"{"output_index":1,"delta":"lo"}"#, name: "response.output_text.delta") == "lo")
    #expect(!stream.isComplete && stream.failure == nil)
    let part = try value(stream)
    #expect(part["id"] == "r1" && part["output"][0] == ["type": "reasoning"])
    #expect(part["output"][1]["content"][0]["text"] == "Hello")
    #expect(
      take(
        #"{"type":"response.incomplete","response":{"id":"r1","output":[1],"status":"incomplete"}}"#
      ) == ""
    )
    #expect(stream.isComplete && stream.failure == nil)
    #expect(try value(stream) == ["id": "r1", "output": [1], "status": "incomplete"])
  }

  @Test(
    "of responses may fail in three ways",
    arguments: [
      #"{"type":"error","message":"no","code":"server_error","param":null}"#,
      #"{"type":"error","error":{"message":"no","code":"server_error"}}"#,
      #"{"type":"response.failed","response":{"error":{"message":"no","code":"server_error"}}}"#,
    ]
  )
  func responsesError(event: String) {
    var stream = ResponsesStream()
    _ = stream.take(document(event), named: "message")
    #expect(stream.failure?.message == "no" && stream.failure?.name == "server_error")
    #expect(stream.failure?.isPassing == true)
  }
}
