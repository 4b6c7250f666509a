import Testing

@testable import ODBCDriver

@Suite("Partitions by a column")
struct PartitionInputsTests {
  /// Whether a value meets a condition of the form that `conditions` makes.
  private func meets(_ value: Int128, _ condition: String?) -> Bool {
    guard let condition else { return true }
    let parts = condition.replacing(" or c is null", with: "").split(separator: " and ")
    return parts.allSatisfy { part in
      let words = part.split(separator: " ")
      guard words.count == 3, let bound = Int128(words[2]) else { return false }
      return words[1] == "<" ? value < bound : value >= bound
    }
  }

  @Test(
    "meet every value once",
    arguments: [
      (Int64(0), Int64(99), 7), (-5, 5, 3), (.min, .max, 1000), (.max - 3, .max, 10), (0, 0, 5),
      (.min, .min + 1, 2), (-1_000_000_007, 13, 64),
    ]
  )
  func whole(_ lower: Int64, _ upper: Int64, _ count: Int) {
    let conditions = PartitionInputs.conditions(on: "c", lower, upper, count: count)
    #expect(conditions.count <= count && !conditions.isEmpty)
    let near = (-3...3).flatMap { [Int128(lower) + $0, Int128(upper) + $0] }
    let steps = (0...20).map {
      Int128(lower) + (Int128(upper) - Int128(lower)) * Int128($0) / 20
    }
    for value in near + steps {
      #expect(conditions.count { meets(value, $0) } == 1, "\(value)")
    }
  }

  @Test("have rows without a value in the first one")
  func nulls() {
    let conditions = PartitionInputs.conditions(on: "c", 0, 100, count: 4)
    #expect(conditions.map { $0?.contains("is null") } == [true, false, false, false])
  }

  @Test("are one where there is one value")
  func one() { #expect(PartitionInputs.conditions(on: "c", 7, 7, count: 9) == [nil]) }
}
