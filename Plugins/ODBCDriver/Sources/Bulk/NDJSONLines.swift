/// The lines of a text that comes in pieces.
struct NDJSONLines {
  private var source: any RecordSource
  private let limit: Int
  private var piece: [UInt8] = []
  private var place = 0
  private var isAtEnd = false
  /// The bytes of a line that began in an earlier piece.
  private var start: [UInt8] = []
  /// The number of the line that was read last, from 1.
  private(set) var number = 0

  /// A line: some bytes of an array.
  struct Line {
    let bytes: [UInt8]
    let range: Range<Int>
  }

  init(_ source: any RecordSource, limit: Int) {
    self.source = source
    self.limit = limit
  }

  /// Reads a line.
  ///
  /// - Parameter record: The record that it is, for faults.
  /// - Returns: It without its end, and without a byte order mark; nil: there are no more.
  /// - Throws: `RecordFault` where it is too long, or the source fails.
  mutating func next(_ record: Int) throws(RecordFault) -> Line? {
    while true {
      if place == piece.count {
        guard !isAtEnd, let next = try source.next() else {
          isAtEnd = true
          return start.isEmpty ? nil : finish(Line(bytes: start, range: 0..<start.count))
        }
        piece = next
        place = 0
      }
      let end = lineEnd()
      guard start.count + end - place <= limit else {
        throw .invalid(
          RecordPlace(record: record, line: number + 1),
          "the line has more than \(limit) bytes"
        )
      }
      let range = place..<end
      let isWhole = end < piece.count
      place = isWhole ? end + 1 : end
      if isWhole, start.isEmpty { return finish(Line(bytes: piece, range: range)) }
      start.append(contentsOf: piece[range])
      if isWhole { return finish(Line(bytes: start, range: 0..<start.count)) }
    }
  }

  private mutating func finish(_ line: Line) -> Line {
    start = []
    number += 1
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    guard number == 1, line.bytes[line.range].starts(with: mark) else { return line }
    return Line(bytes: line.bytes, range: (line.range.lowerBound + 3)..<line.range.upperBound)
  }

  /// Where the line ends that begins here, or the piece.
  private func lineEnd() -> Int {
    let bytes = piece.span
    var end = place
    while end < bytes.count, bytes[end] != 0x0A { end += 1 }
    return end
  }
}
