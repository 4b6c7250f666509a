import FuzzSupport
@testable import ODBCDriver
import RecordSupport

/// Gives any bytes to the reader of CSV, with its options as the first byte says.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = RecordInput(input(start, count))
  let options = options(input.settings)
  let read = input.check { (source) throws(RecordFault) in
    try CSVRecordReader(source, options)
  }
  if let names = options.names, read.fault == nil {
    require(read.names == names, "the names are not those that were given")
  }
  if let text = read.firstText { PlantedFault.check(text) }
  return 0
}

/// Limits are smaller than users', so that what lies beyond them is found.
private func options(_ settings: UInt8) -> CSVOptions {
  var options = CSVOptions(fieldLimit: 64, batchSize: 128)
  options.hasHeader = settings & 1 == 0
  if settings & 2 != 0 { options.names = ["a", "b"] }
  if settings & 4 != 0 { options.nullText = "NULL" }
  if settings & 8 != 0 { options.delimiter = UInt8(ascii: ";") }
  if settings & 16 != 0 { options.quote = UInt8(ascii: "'") }
  return options
}
