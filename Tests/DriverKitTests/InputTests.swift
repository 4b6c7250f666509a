import DriverKit
import Testing

@testable import DriverHost

/// Answers what its inputs look like through DriverKit's getters.
private final class ReadingDriver: BlockingDriver {
  init(_ context: DriverContext) throws(DriverError) {}

  func run(_ call: Call) throws(DriverError) {
    let inputs = call.inputs
    try call.output("bool", .bool(inputs.required("bool").bool()))
    try call.output("int", .int(inputs.required("int").int()))
    try call.output("double", .double(inputs.required("double").double()))
    try call.output("decimal", .decimal(inputs.required("decimal").string()))
    try call.output("string", .string(inputs.required("string").string()))
    try call.output("bytes", .bytes(inputs.required("bytes").bytes()))
    try call.output("seconds", OutputValue(inputs.required("double").seconds()))
    try call.output("narrow", .int(Int64(inputs.required("list").list()[0].int(in: 0...9))))
    try call.output("missing", .bool(inputs["missing"] == nil && inputs["null"] == nil))
    var names: [OutputValue] = []
    try inputs.required("map").map().forEach { (name, value) throws(DriverError) in
      names.append(.string("\(String(name)) at \(value.pointer), secret: \(value.isSecret)"))
    }
    try call.output("names", .list(names))
    let scalars = try inputs.required("scalars").list().map { OutputValue($0.scalarText()) }
    try call.output("scalars", .list(scalars))
    try call.output("json", .json(String(decoding: inputs.required("all").json(), as: UTF8.self)))
    try call.output(
      "call",
      [
        "action": .string(String(call.action)), "execution": .string(call.execution),
        "connector": .string(call.connector), "trace": .string(call.traceparent),
        "state": .string(call.tracestate),
        "attempt": .int(Int64(call.attempt)),
        "has_deadline": .bool(call.deadlineNanoseconds != nil),
      ]
    )
  }
}

/// Asks for what the input named by `wrong` is not.
private final class MistakenDriver: BlockingDriver {
  init(_ context: DriverContext) throws(DriverError) {}

  func run(_ call: Call) throws(DriverError) {
    let inputs = call.inputs
    switch try inputs.required("ask").string() {
    case "string": _ = try inputs.required("list").list()[1].string()
    case "bool": _ = try inputs.required("map").map().required("a/b~c").bool()
    case "range": _ = try inputs.required("number").int(in: 1...10 as ClosedRange<UInt8>)
    case "missing": _ = try inputs.required("map").map().required("x/y")
    case "map": _ = try inputs.required("number").map()
    case "double": _ = try inputs.required("huge").double()
    default: _ = try inputs.required("map").list()
    }
  }
}

@Suite("Inputs")
struct InputTests {
  @Test("arrive in Swift as they were given, each kind by its getter")
  func kinds() async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(ReadingDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    let all: ValueMap = [
      "i": .int(.min), "d": 1e300, "n": nil, "b": true, "t": "q\"\\\n\u{1}é🌍", "l": [1, [], [:]],
      "x": .bytes([0, 255, 254, 253]), "m": .decimal(DecimalText("1.10")!),
    ]
    let outcome = try await host.run(
      [
        "bool": true, "int": .int(.max), "double": 0.25,
        "decimal": .decimal(DecimalText("123456789012345678901234567890.5")!),
        "string": "héllo 🌍", "bytes": .bytes([0, 10, 255]), "null": nil, "list": [7],
        "map": ["a/b": 1, "c": ["d": 2]],
        "scalars": [true, 42, 0.1, "x", nil, [], .bytes([0xFF, 0xFE])],
        "all": .map(all),
      ],
      secrets: [JSONPointer(["map", "c"])],
      timeout: .seconds(60)
    )
    #expect(outcome.error == nil)
    let outputs = outcome.outputs
    #expect(outputs["bool"] == true)
    #expect(outputs["int"] == .int(.max))
    #expect(outputs["double"] == 0.25)
    #expect(outputs["decimal"] == .decimal(DecimalText("123456789012345678901234567890.5")!))
    #expect(outputs["string"] == "héllo 🌍")
    #expect(outputs["bytes"] == .bytes([0, 10, 255]))
    #expect(outputs["seconds"] == 0.25)
    #expect(outputs["narrow"] == 7)
    #expect(outputs["missing"] == true)
    let names: Value = ["a/b at /map/a~1b, secret: false", "c at /map/c, secret: true"]
    #expect(outputs["names"] == names)
    #expect(outputs["scalars"] == ["true", "42", "0.1", "x", nil, nil, "//4="])
    #expect(
      outputs["call"]
        == [
          "action": "run", "execution": "0192f0c1-2345-7000-8000-0123456789ab",
          "connector": "mine",
          "trace": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
          "state": "vendor=1", "attempt": 2,
          "has_deadline": true,
        ]
    )
    guard case .json(let text)? = outputs["json"] else {
      Issue.record("no JSON came out: \(String(describing: outputs["json"]))")
      return
    }
    #expect(
      text.text
        == #"{"i":-9223372036854775808,"d":1e+300,"n":null,"b":true,"t":"q\"\\\n\u0001é🌍","l":[1,[],{}],"x":"AP/+/Q==","m":1.10}"#
    )
  }

  @Test(
    "of another kind than the driver asks for end the call with the input's pointer",
    arguments: [
      ("string", "/list/1", "/list/1 must be a string, not an integer"),
      ("bool", "/map/a~1b~0c", "/map/a~1b~0c must be a boolean, not a string"),
      ("range", "/number", "/number must be from 1 to 10"),
      ("missing", "/map/x~1y", "the input x/y is missing"),
      ("map", "/number", "/number must be a map, not an integer"),
      (
        "double", "/huge",
        "/huge must be from -1.7976931348623157e+308 to 1.7976931348623157e+308"
      ),
      ("list", "/map", "/map must be a list, not a map"),
    ]
  )
  func mismatch(ask: String, pointer: String, message: String) async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(MistakenDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    let outcome = try await host.run([
      "ask": .string(ask), "list": ["a", 2], "map": ["a/b~c": "x"], "number": 300,
      "huge": .decimal(DecimalText("1e400")!),
    ])
    #expect(outcome.error?.code == .invalidInput)
    #expect(outcome.error?.pointer?.description == pointer)
    #expect(outcome.error?.message == message)
  }
}
