internal import DriverKit

/// How a query is split into several that are read at once.
struct PartitionInputs: Sendable {
  enum Kind: Sendable {
    case column(String, count: Int, lower: Int64?, upper: Int64?)
    case predicates([String])
  }

  var kind: Kind
  /// How many are read at once.
  var parallel: Int

  /// Reads the input; nil: there is none.
  init?(_ input: borrowing InputValue?) throws(DriverError) {
    guard let input = copy input else { return nil }
    let map = try input.map()
    parallel = try map["parallel"]?.int(in: 1...64) ?? 4
    if let predicates = try map["predicates"]?.list() {
      kind = .predicates(
        try predicates.map { (predicate) throws(DriverError) in try predicate.string() }
      )
    } else {
      kind = .column(
        try map.required("column").string(),
        count: try map.required("count").int(in: 2...1000),
        lower: try map["lower"]?.int(),
        upper: try map["upper"]?.int()
      )
    }
  }

  /// The query of a partition.
  ///
  /// - Parameters:
  ///   - sql: The query as a whole.
  ///   - condition: What its rows meet; nil: all of them are meant.
  /// - Returns: The query.
  static func sql(_ sql: String, where condition: String?) -> String {
    // Behind a line end, so that a comment at the end of the query ends.
    "select * from (\n\(sql)\n) driver_host_partition\(condition.map { " where \($0)" } ?? "")"
  }

  /// The conditions of partitions by a column's values, which together meet every row once.
  ///
  /// - Parameters:
  ///   - column: The column, as statements have it.
  ///   - lower: The lowest value.
  ///   - upper: The highest one, which is not below.
  ///   - count: How many partitions, at most.
  /// - Returns: The conditions; nil: all rows are meant.
  static func conditions(
    on column: String,
    _ lower: Int64,
    _ upper: Int64,
    count: Int
  ) -> [String?] {
    // Wider than its bounds are: the whole range of 64 bits is one.
    let range = Int128(upper) - Int128(lower) + 1
    let count = Int(min(Int128(count), range))
    guard count > 1 else { return [nil] }
    let bounds = (1..<count).map { Int128(lower) + range * Int128($0) / Int128(count) }
    return (0..<count).map { index in
      switch index {
      case 0: "\(column) < \(bounds[0]) or \(column) is null"
      case count - 1: "\(column) >= \(bounds[index - 1])"
      default: "\(column) >= \(bounds[index - 1]) and \(column) < \(bounds[index])"
      }
    }
  }
}
