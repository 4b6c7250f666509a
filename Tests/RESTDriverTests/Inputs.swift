import DriverABI
import TestSupport

@testable import DriverHost
@testable import DriverKit
@testable import HTTPKit
@testable import RESTDriver

/// The driver's descriptor, read from its source.
let descriptorFile = try! DescriptorFile("REST")

/// Runs `body` with inputs as a driver gets them.
func withInputs<Result>(
  _ values: ValueMap,
  secrets: [JSONPointer] = [],
  _ body: (borrowing InputMap) throws(DriverError) -> Result
) throws(DriverError) -> Result {
  var arena = Arena()
  let root = arena.inputs(values, secrets: secrets)
  let members = UnsafeBufferPointer(start: root.pointee.as.members, count: root.pointee.count)
  let result = try body(InputMap(members, path: .root))
  arena.reset()
  return result
}

/// The request that the driver makes of inputs that the host has completed.
func restInputs(_ values: ValueMap) throws -> HTTPRequest {
  let complete = try descriptorFile.schema.complete(values, action: "request")
  return try withInputs(complete.values, secrets: complete.secrets) { map throws(DriverError) in
    try RESTInputs(map).request
  }
}

/// The statuses that are a success, as the driver reads them.
func expectedStatuses(_ values: ValueMap) throws -> StatusSet {
  let complete = try descriptorFile.schema.complete(values, action: "request")
  return try withInputs(complete.values) { map throws(DriverError) in try RESTInputs(map).expected }
}

/// The request that the driver makes of inputs that nobody has checked.
func uncheckedInputs(_ changes: ValueMap) throws -> HTTPRequest {
  var values = try descriptorFile.schema.complete(["url": "http://a/"], action: "request").values
  for (name, value) in changes { values[name] = value }
  return try withInputs(values) { map throws(DriverError) in try RESTInputs(map).request }
}
