import FuzzSupport
@testable package import ODBCDriver

/// A run's input for a reader of records: four bytes that say how it is read, and what is read.
package struct RecordInput {
  /// What the target gives a meaning.
  package let settings: UInt8
  /// What is read.
  package let bytes: [UInt8]
  /// How many records are taken at once.
  private let limit: Int
  private let sizes: (Int, Int)

  /// Takes an input apart.
  package init(_ bytes: [UInt8]) {
    var input = InputBytes(bytes)
    settings = input.byte()
    limit = 1 + input.number(below: 16)
    sizes = (1 + Int(input.byte()), 1 + Int(input.byte()))
    self.bytes = input.bytes(upTo: .max)
  }

  /// Reads whole and in pieces, which has to come to the same.
  ///
  /// - Parameter reader: Makes the reader of a source.
  /// - Returns: What was read.
  package func check(
    _ reader: (any RecordSource) throws(RecordFault) -> any RecordReader
  ) -> RecordOutcome {
    let whole = RecordOutcome(limit) { () throws(RecordFault) in
      try reader(CutBytes(bytes, .max, .max))
    }
    for (size, nextSize) in [sizes, (1, 1)] {
      let cut = RecordOutcome(limit) { () throws(RecordFault) in
        try reader(CutBytes(bytes, size, nextSize))
      }
      require(cut == whole, "in pieces of \(size) and \(nextSize) it is \(cut), whole \(whole)")
    }
    return whole
  }
}
