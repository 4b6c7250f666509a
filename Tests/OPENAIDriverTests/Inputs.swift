import DriverABI
import TestSupport

@testable import DriverHost
@testable import DriverKit
@testable import HTTPKit
@testable import OPENAIDriver

/// The driver's descriptor, read from its source.
let descriptorFile = try! DescriptorFile("OPENAI")

/// Runs `body` with inputs as a driver gets them.
func withInputs<Result>(
  _ values: ValueMap,
  _ body: (borrowing InputMap) throws(DriverError) -> Result
) throws(DriverError) -> Result {
  var arena = Arena()
  let root = arena.inputs(values, secrets: [])
  let members = UnsafeBufferPointer(start: root.pointee.as.members, count: root.pointee.count)
  let result = try body(InputMap(members, path: .root))
  arena.reset()
  return result
}

/// What the driver makes of a mode that the host has completed.
func openAIInputs(
  _ mode: Value,
  _ others: ValueMap = [:],
  isStreamed: Bool = false
) throws -> OPENAIInputs {
  var values = others
  values["api_key"] = values["api_key"] ?? "test-key-1"
  values["mode"] = mode
  let complete = try descriptorFile.schema.complete(values, action: "run")
  return try withInputs(complete.values) { map throws(DriverError) in
    try OPENAIInputs(map, isStreamed: isStreamed)
  }
}

/// What the driver makes of inputs that nobody has checked.
func uncheckedInputs(_ changes: ValueMap) throws -> OPENAIInputs {
  var values = try descriptorFile.schema.complete(["api_key": "test-key-1"], action: "run").values
  for (name, value) in changes { values[name] = value }
  return try withInputs(values) { map throws(DriverError) in
    try OPENAIInputs(map, isStreamed: false)
  }
}

extension OPENAIInputs {
  /// The body, parsed.
  var body: Value? {
    request.body.flatMap { body in
      try? JSON.parse(String(decoding: Array(body.bytes), as: UTF8.self))
    }
  }
}

/// A document of a text.
func document(_ text: String) -> JSONDocument { JSONDocument(Array(text.utf8))! }
