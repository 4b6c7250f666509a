package import CurlKit

/// The head of an answer while it comes, line by line (RFC 9112, section 2.1).
///
/// It holds the lines with their line ends, each header on a line of its own, and trailers at the end.
package struct AnswerHead: ~Copyable {
  /// What all lines may come to together; libcurl ends at 300 KiB, but does not count trailers.
  private static let limit = 1 << 20

  /// The lines.
  package private(set) var bytes = ByteBuffer()
  /// Whether the empty line after the headers has come.
  package private(set) var isComplete = false
  /// Whether the line before belongs to the headers, so that this one may go on with it.
  private var hasHeader = false

  /// No lines.
  package init() {}

  /// Whether no line has come.
  package var isEmpty: Bool { bytes.isEmpty }

  /// Takes a line; false where they are too long together, or there is no memory.
  package mutating func append(_ line: Span<UInt8>) -> Bool {
    if isEmpty || isComplete && AnswerHead.isStatusLine(line) {
      // The head begins anew: after a 100, or for the answer to a second try.
      clear()
      return bytes.append(line)
    }
    if line.count <= 2 {
      isComplete = true
      hasHeader = false
    } else if line[0] == UInt8(ascii: " ") || line[0] == UInt8(ascii: "\t") {
      // A header that goes on, as it was once allowed to (section 5.2): the line end before it counts
      // as spaces. Behind the status line there is none to go on with (section 2.2).
      guard hasHeader else { return true }
      bytes.blank(last: lineEndLength())
    } else {
      hasHeader = true
    }
    return bytes.count + line.count <= AnswerHead.limit && bytes.append(line)
  }

  /// Forgets all lines, and gives memory back that heads rarely need.
  package mutating func clear() {
    bytes.clear(keeping: 16 << 10)
    isComplete = false
    hasHeader = false
  }

  private func lineEndLength() -> Int {
    bytes.withSpan { bytes in
      var count = 0
      while count < bytes.count,
        [UInt8(ascii: "\r"), UInt8(ascii: "\n")].contains(bytes[bytes.count - 1 - count])
      {
        count += 1
      }
      return count
    }
  }

  private static func isStatusLine(_ line: Span<UInt8>) -> Bool {
    let start = "HTTP/".utf8
    return line.count > start.count
      && start.enumerated().allSatisfy { line[$0.offset] == $0.element }
  }
}
