import FuzzSupport
@testable import ODBCDriver
import RecordSupport

/// Gives any bytes to the reader of lines of JSON, with names of columns where the first byte says so.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = RecordInput(input(start, count))
  // Limits are smaller than users', so that what lies beyond them is found.
  var options = NDJSONOptions(lineLimit: 1024, batchSize: 2048)
  if input.settings & 1 != 0 { options.names = ["a", "b"] }
  let read = input.check { (source) throws(RecordFault) in
    try NDJSONRecordReader(source, options)
  }
  if let text = read.firstText { PlantedFault.check(text) }
  return 0
}
