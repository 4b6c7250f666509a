@testable import ODBCDriver

/// Bytes that come in pieces of two sizes in turn.
struct CutBytes: RecordSource {
  private var rest: ArraySlice<UInt8>
  private var size: Int
  private var nextSize: Int

  init(_ bytes: [UInt8], _ size: Int, _ nextSize: Int) {
    rest = bytes[...]
    (self.size, self.nextSize) = (size, nextSize)
  }

  mutating func next() throws(RecordFault) -> [UInt8]? {
    guard !rest.isEmpty else { return nil }
    defer {
      rest = rest.dropFirst(size)
      swap(&size, &nextSize)
    }
    return Array(rest.prefix(size))
  }
}
