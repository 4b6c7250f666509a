import FuzzSupport
@testable import ODBCDriver
import RecordSupport

/// Gives any bytes to the reader of Arrow streams.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let read = RecordInput(input(start, count)).check { (source) throws(RecordFault) in
    try ArrowStreamReader(source)
  }
  if let text = read.firstText { PlantedFault.check(text) }
  return 0
}
