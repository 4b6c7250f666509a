import Testing

@testable import HTTPKit

@Suite("A stream of server-sent events")
struct EventStreamParserTests {
  /// What a stream comes to, fed in pieces of a size.
  static func events(
    _ bytes: [UInt8],
    pieces size: Int
  ) throws -> (events: [ServerSentEvent], parser: EventStreamParser) {
    var parser = EventStreamParser()
    var events: [ServerSentEvent] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      let piece = Array(bytes[start..<min(start + size, bytes.count)])
      try parser.read(piece.span, into: &events)
    }
    return (events, parser)
  }

  static func event(
    _ data: String,
    _ event: String = "message",
    id: String = "",
    retry: Int? = nil
  ) -> ServerSentEvent {
    ServerSentEvent(event: event, data: data, id: id, retryMilliseconds: retry)
  }

  @Test(
    "gives the events of the standard's examples",
    arguments: [
      ("data: YHOO\ndata: +2\ndata: 10\n\n", [event("YHOO\n+2\n10")], false),
      (
        ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
        [event("first event", id: "1"), event("second event")], true
      ),
      (
        ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        [event("first event", id: "1"), event("second event"), event(" third event")], false
      ),
      ("data\n\ndata\ndata\n\ndata:", [event(""), event("\n")], true),
      ("data:test\n\ndata: test\n\n", [event("test"), event("test")], false),
      (
        "event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
        [event("73857293", "add"), event("2153", "remove")], false
      ),
    ]
  )
  func examples(stream: String, events: [ServerSentEvent], isUnfinished: Bool) throws {
    for ending in ["\n", "\r\n", "\r"] {
      let bytes = Array(
        stream.utf8.split(separator: 10, omittingEmptySubsequences: false)
          .joined(separator: ending.utf8)
      )
      for size in [1, 2, 3, 7, 1000] {
        let result = try EventStreamParserTests.events(bytes, pieces: size)
        #expect(result.events == events)
        #expect(result.parser.hasUnfinishedEvent == isUnfinished)
      }
    }
  }

  @Test(
    "has fields, and what is none",
    arguments: [
      ("", []), ("\n\n\n", []), ("event: x\n\n", []), ("event: x\n\ndata: 1\n\n", [event("1")]),
      ("event: x\nevent: y\ndata: 1\n\n", [event("1", "y")]),
      ("event:\ndata: 1\n\n", [event("1")]), ("Data: 1\n\n", []), (" data: 1\n\n", []),
      ("data : 1\n\n", []), ("unknown: 1\ndata:a:b\n\n", [event("a:b")]),
      ("data:\t1\n\n", [event("\t1")]), ("id: 7\n\ndata: 1\n\n", [event("1", id: "7")]),
      ("id: 7\ndata: 1\n\nid: a\u{0}b\ndata: 2\n\n", [event("1", id: "7"), event("2", id: "7")]),
      ("id: 7\ndata: 1\n\ndata: 2\n\n", [event("1", id: "7"), event("2", id: "7")]),
      ("retry: 1500\ndata: 1\n\ndata: 2\n\n", [event("1", retry: 1500), event("2", retry: 1500)]),
      ("retry: 1.5\ndata: 1\n\n", [event("1")]), ("retry:\ndata: 1\n\n", [event("1")]),
      ("retry: -1\ndata: 1\n\n", [event("1")]), ("retry: +1\ndata: 1\n\n", [event("1")]),
      ("retry: 99999999999999999999\ndata: 1\n\n", [event("1", retry: .max)]),
      ("\u{FEFF}data: 1\n\n", [event("1")]), ("\u{FEFF}\ndata: 1\n\n", [event("1")]),
      ("data: \u{FEFF}1\n\n", [event("\u{FEFF}1")]), ("\n\u{FEFF}data: 1\n\n", []),
      ("\u{FEFF}\u{FEFF}data: 1\n\n", []), ("data: 1\r\r\n\r", [event("1")]),
      ("data: 1\n\r\n", [event("1")]), ("data: 1\r\n\n", [event("1")]),
      ("data: ü😀\n\n", [event("ü😀")]), (":data: 1\n\n", []),
    ] as [(String, [ServerSentEvent])]
  )
  func fields(stream: String, events: [ServerSentEvent]) throws {
    for size in 1...8 {
      let result = try EventStreamParserTests.events(Array(stream.utf8), pieces: size)
      #expect(result.events == events)
    }
  }

  @Test("is UTF-8, whose faults are replaced")
  func invalidText() throws {
    let bytes = Array("data: a".utf8) + [0xFF, 0xC3] + Array("\n\n".utf8)
    for size in 1...12 {
      let result = try EventStreamParserTests.events(bytes, pieces: size)
      #expect(result.events == [EventStreamParserTests.event("a\u{FFFD}\u{FFFD}")])
    }
  }

  @Test("gives an event as soon as its empty line has ended")
  func soon() throws {
    var parser = EventStreamParser()
    var events: [ServerSentEvent] = []
    try parser.read(Array("data: 1\r\n\r".utf8).span, into: &events)
    #expect(events.count == 1)
    try parser.read(Array("\ndata: 2\r\n\r\n".utf8).span, into: &events)
    #expect(events.map(\.data) == ["1", "2"])
  }

  @Test(
    "knows whether it has ended within an event",
    arguments: [
      ("", false), ("data: 1\n\n", false), ("data: 1\n", true), ("dat", true), (": comm", false),
      (": comment\n", false), ("event: x\n", true), ("data\n", true), ("data: 1\n\n:", false),
    ]
  )
  func unfinished(stream: String, isUnfinished: Bool) throws {
    let result = try EventStreamParserTests.events(Array(stream.utf8), pieces: 1)
    #expect(result.parser.hasUnfinishedEvent == isUnfinished)
  }

  @Test("remembers the identifier of the last whole event, and how long to wait")
  func lastEvent() throws {
    let stream = "id: 1\ndata: a\n\nid: 2\n\nretry: 10\nid: 3\ndata: b\n"
    let parser = try EventStreamParserTests.events(Array(stream.utf8), pieces: 4).parser
    #expect(parser.lastEventID == "2")
    #expect(parser.retryMilliseconds == 10)

    var again = EventStreamParser(lastEventID: "2")
    var events: [ServerSentEvent] = []
    try again.read(Array("data: c\n\n".utf8).span, into: &events)
    #expect(events == [EventStreamParserTests.event("c", id: "2")])
  }

  @Test(
    "fails at an event that is too long, after those before it",
    arguments: [
      "data: 12345678901234567", "data: 1234567\ndata: 123456\ndata: 1", ":12345678901234567890",
      "event: 123456789012\ndata: 12", "id: 1234567890\ndata: 1234",
    ]
  )
  func tooLong(stream: String) throws {
    var parser = EventStreamParser(limit: 18)
    var events: [ServerSentEvent] = []
    #expect(throws: EventTooLong(limit: 18)) {
      try parser.read(Array("data: a\n\n\(stream)\n\n".utf8).span, into: &events)
    }
    #expect(events.map(\.data) == ["a"])
    #expect(throws: EventTooLong(limit: 18)) {
      try parser.read(Array("\n\n".utf8).span, into: &events)
    }
    #expect(events.count == 1)
  }

  @Test("of any length is read where no event is too long")
  func endless() throws {
    var parser = EventStreamParser(limit: 30)
    var events: [ServerSentEvent] = []
    for _ in 0..<1000 {
      try parser.read(Array(": keep alive\ndata: 1\ndata: 2\n\n".utf8).span, into: &events)
    }
    #expect(events.count == 1000)
  }

  @Test("has events that are lines of JSON")
  func json() {
    let event = ServerSentEvent(event: "a\"b", data: "1\n\u{1}ü", id: "\\7", retryMilliseconds: 5)
    #expect(event.json == #"{"event":"a\"b","id":"\\7","data":"1\n\u0001ü"}"#)
    let bytes = Array(event.json.utf8)
    let data = JSONScanner.value(at: "/data", in: bytes.span)
      .flatMap { JSONScanner.string(of: $0, in: bytes.span) }
    #expect(data == event.data)
  }
}
