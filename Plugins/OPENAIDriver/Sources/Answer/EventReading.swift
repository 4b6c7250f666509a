internal import DriverKit
internal import HTTPKit

/// A stream of server-sent events on its way: to the readers, and into an answer.
struct EventReading {
  private var parser: EventStreamParser
  private let mode: OPENAIInputs.Mode
  private let limit: Int
  private var count = 0
  var stream: any AnswerStream

  /// A stream from its beginning.
  init(_ inputs: OPENAIInputs) {
    mode = inputs.mode
    // 0 is no limit; where each event is at most as long as all together, no second one is needed.
    limit = inputs.request.responseLimit == 0 ? Int.max / 2 : inputs.request.responseLimit
    parser = EventStreamParser(limit: limit)
    stream = mode == .responses ? ResponsesStream() : ChatStream()
  }

  /// Takes a piece of the stream.
  ///
  /// - Throws: `.tooLarge` over the limit, `.protocolViolation` for an event that is no JSON.
  mutating func take(_ bytes: Span<UInt8>, _ outlets: Outlets) throws(DriverError) {
    count += bytes.count
    // Of what is only passed on nothing is kept.
    guard mode == .request || count <= limit else { throw tooLarge }
    var events: [ServerSentEvent] = []
    do throws(EventTooLong) {
      try parser.read(bytes, into: &events)
    } catch {
      throw tooLarge
    }
    for event in events {
      if event.data == "[DONE]" {
        stream.takeEnd()
        continue
      }
      guard let document = JSONDocument(Array(event.data.utf8)) else {
        throw DriverError(
          .protocolViolation,
          "the stream has an event that is no JSON: check that base_url leads to a server with OpenAI's interface"
        )
      }
      outlets.add(document: event.data)
      if mode == .request { continue }
      let text = stream.take(document, named: event.event)
      if !text.isEmpty { outlets.add(Array(text.utf8)) }
    }
  }

  private var tooLarge: DriverError {
    DriverError(
      .tooLarge,
      "the stream is longer than max_response_bytes (\(limit)): raise it, or ask for less",
      pointer: "/max_response_bytes"
    )
  }
}
