@testable import FTPDriver
import FuzzSupport

/// Gives any lines to what reads the replies of an FTP server, and the replies to what reads answers out of them.
///
/// Two bytes in front say how.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = ReplyInput(input(start, count))
  let replies = input.replies()
  // One reply is like another, and there may be thousands.
  for reply in replies.prefix(2) {
    input.check(reply)
    Answers(lines: reply.lines, path: input.path).check()
  }
  if let reply = replies.first { PlantedFault.check(reply.text.utf8) }
  return 0
}
