import DriverABI
import DriverKit
import Testing

@testable import DriverHost

private final class OutputDriver: BlockingDriver {
  init(_ context: DriverContext) throws(DriverError) {}

  func run(_ call: Call) throws(DriverError) {
    try call.output(
      "tree",
      [
        "null": nil, "bool": false, "int": -3, "double": 2.5, "decimal": .decimal("1e400"),
        "string": "é", "bytes": .bytes([9]), "list": [1, ["deep", []]], "map": [:],
        "json": .json("[1]"), "password": .secret("hidden"),
      ]
    )
    var builder = OutputBuilder()
    for round in 0..<2 {
      builder.beginMap()
      builder.add(round, name: "round")
      builder.add(true, name: "bool")
      builder.add(0.5, name: "double")
      builder.addNull(name: "null")
      builder.add("text", name: "string")
      builder.beginList(name: "list")
      builder.add("a")
      builder.beginMap()
      builder.add(value: [1, 2], name: "value")
      builder.end()
      builder.end()
      let name: [UInt8] = Array("Set-Cookie".utf8)
      let value: [UInt8] = Array("a=b".utf8)
      builder.add(copyingUTF8: value.span, copyingName: name.span)
      builder.beginList(copyingName: value.span)
      builder.add(copyingUTF8: name.span)
      builder.end()
      builder.add("hush", name: "secret", isSecret: true)
      builder.end()
      try call.output("built", &builder)
    }
    // Beyond one chunk of the builder's memory, and the same name again.
    builder.beginList()
    for index in 0..<5000 { builder.add("item \(index)") }
    builder.end()
    try call.output("long", ["to be replaced"])
    try call.output("long", &builder)
    try call.output("utf8", utf8: Array("ünï".utf8).span)
    try call.output("raw", bytes: ([0, 1] as [UInt8]).span)
    try call.output("document", json: Array(#"{"a":[1,2.0]}"#.utf8).span)
    builder.beginList()
    builder.add(UInt64.max)
    builder.add(Int64.min)
    builder.end()
    try call.output("wide", &builder)
    try call.output("wider", OutputValue(UInt64.max))
    call.progress(3, of: 4, "bytes")
    call.log(.info, "half way")
  }
}

/// Puts out what the host does not take, in the way that `way` names.
private final class FaultyDriver: BlockingDriver {
  init(_ context: DriverContext) throws(DriverError) {}

  func run(_ call: Call) throws(DriverError) {
    switch try call.inputs.required("way").string() {
    case "document": try call.output("answer", .json("[1,"))
    case "inside": try call.output("answer", ["list": [1, .json(#"{"a":1,"a":2}"#)]])
    case "built":
      var builder = OutputBuilder()
      builder.add(value: .json(String(repeating: "[", count: 257)))
      try call.output("answer", &builder)
    case "emitted": _ = try call.send(.json("nul"), to: 0)
    default: try call.output("answer", .double(.infinity))
    }
  }
}

@Suite("Outputs")
struct OutputTests {
  @Test("leave Swift as every kind of value, from literals, builders and spans")
  func kinds() async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(OutputDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    let outcome = try await host.run()
    #expect(outcome.error == nil)
    let tree = try #require(outcome.outputs["tree"])
    #expect(tree["null"].isNull && tree["bool"] == false && tree["int"] == -3)
    #expect(tree["double"] == 2.5 && tree["decimal"] == .decimal(DecimalText("1e400")!))
    #expect(tree["string"] == "é" && tree["bytes"] == .bytes([9]))
    #expect(tree["list"] == [1, ["deep", []]] && tree["map"] == [:])
    #expect(tree["password"] == "hidden")
    #expect(
      tree.mapValue?.names
        == [
          "null", "bool", "int", "double", "decimal", "string", "bytes", "list", "map", "json",
          "password",
        ]
    )
    #expect(
      Set(outcome.secretOutputs.map(\.description)) == ["/tree/password", "/built/secret"]
    )
    let built: Value = [
      "round": 1, "bool": true, "double": 0.5, "null": nil, "string": "text",
      "list": ["a", ["value": [1, 2]]], "Set-Cookie": "a=b", "a=b": ["Set-Cookie"],
      "secret": "hush",
    ]
    #expect(outcome.outputs["built"] == built)
    #expect(outcome.outputs["long"]?.listValue?.count == 5000)
    #expect(outcome.outputs["long"]?[4999] == "item 4999")
    #expect(outcome.outputs["utf8"] == "ünï")
    #expect(outcome.outputs["raw"] == .bytes([0, 1]))
    let largest = Value.decimal(DecimalText("18446744073709551615")!)
    #expect(outcome.outputs["wide"] == [largest, .int(.min)])
    #expect(outcome.outputs["wider"] == largest)
    guard case .json(let document)? = outcome.outputs["document"] else {
      Issue.record("the document was not taken as one")
      return
    }
    #expect(document.text == #"{"a":[1,2.0]}"#)
    #expect(host.logged.all.contains("half way"))
  }

  @Test(
    "that hold a JSON document which is none fail with that, and not as the driver's misuse",
    arguments: [
      ("document", "the output `answer`"), ("inside", "the output `answer`"),
      ("built", "the output `answer`"), ("emitted", "the value for channel 0"),
    ]
  )
  func faultyDocument(way: String, what: String) async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(FaultyDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    let channel = OutputChannel(name: "items", content: .values, way: .streamed)
    let error = try #require(
      try await host.run(["way": .string(way)], channels: [.output(channel)]).error
    )
    #expect(error.code == .protocolViolation)
    #expect(error.message.hasPrefix("\(what) has a JSON document that is none"))
  }

  @Test("that break the ABI fail as the driver's misuse of its host")
  func misuse() async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(FaultyDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    let outcome = try await host.run(["way": "infinite"])
    #expect(outcome.error?.code == .internal)
    #expect(outcome.error?.message.contains("misuses its host") == true)
    #expect(host.runtime.counts.misuses == 1)
  }

  @Test(
    "that are JSON documents are told from those that are not",
    arguments: [
      ("{}", true), ("[]", true), (" [1, 2 ,3]\n", true), ("0", true), ("-0.5e+10", true),
      (#""a\u00e9\ud83c\udf0d""#, true), (#"{"a":{"b":[null,true,false]}}"#, true),
      ("\"é🌍\"", true), ("", false), (" ", false), ("[1,]", false), ("{\"a\":1,}", false),
      ("{a:1}", false), ("01", false), ("1.", false), (".5", false), ("+1", false), ("1e", false),
      ("nul", false), ("nullx", false), ("[1] [2]", false), ("\"\n\"", false), ("\"\\x\"", false),
      (#""\ud83c""#, false), (#""\udf0d\ud83c""#, false), ("\"", false), ("[", false),
      ("{\"a\"", false), ("NaN", false), ("[1 2]", false), ("\"\\u12g4\"", false),
      (String(repeating: "[", count: 256) + String(repeating: "]", count: 256), true),
      (String(repeating: "[", count: 257) + String(repeating: "]", count: 257), false),
    ]
  )
  func documents(text: String, isDocument: Bool) {
    #expect(isJSON(Array(text.utf8)) == isDocument)
  }

  @Test("that are JSON documents must be UTF-8, and hold no NUL")
  func encoding() {
    #expect(!isJSON([0x22, 0xC3, 0x22]))
    #expect(!isJSON([0x22, 0xED, 0xA0, 0x80, 0x22]))
    #expect(!isJSON([0x31, 0x00]))
    #expect(!isJSON([0xEF, 0xBB, 0xBF, 0x31]))
  }
}

private func isJSON(_ bytes: [UInt8]) -> Bool { JSONSyntax.isDocument(bytes.span) }
