@testable import FileKit
import FuzzSupport

/// Gives any bytes to what reads the listings of an FTP server, with its settings as the first three bytes say.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = ListingInput(input(start, count))
  let whole = input.check()
  // One is like another, and there may be hundreds.
  for entry in whole.entries.prefix(8) { input.checkAgain(entry) }
  input.checkAnswer()
  if let entry = whole.entries.first { PlantedFault.check(entry.name.utf8) }
  return 0
}
