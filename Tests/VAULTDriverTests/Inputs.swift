import DriverABI
import TestSupport

@testable import DriverHost
@testable import DriverKit
@testable import HTTPKit
@testable import VAULTDriver

/// The driver's descriptor, read from its source.
let descriptorFile = try! DescriptorFile("VAULT")

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
