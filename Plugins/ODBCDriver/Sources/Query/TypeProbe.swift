internal import CODBC
internal import DriverKit

/// Finds out of which sorts the values of a result's columns are, where nothing is declared of them.
///
/// SQLite knows the type of a value, but none of an expression such as `count(*)`, and its driver hands such values
/// over as texts. The statement is asked once more for the sorts of its first rows. A later value of another sort is an
/// error of the row that it comes with.
struct TypeProbe {
  /// How many rows are looked at.
  private static let rows = 100
  /// The size that SQLite's driver reports for a column without a type.
  private static let undeclaredSize = 255

  private let dialect: SQLDialect
  private let columns: Int
  /// Which columns nothing is declared of, from 0.
  private let undeclared: [Int]

  /// A probe for the result that a statement is at.
  init(_ statement: ODBCStatement, _ dialect: SQLDialect) throws(ODBCFailure) {
    self.dialect = dialect
    columns = try statement.columnCount()
    var found: [Int] = []
    for number in 0..<columns {
      let column = try statement.column(number + 1)
      guard column.type == SQL_VARCHAR, column.size == TypeProbe.undeclaredSize else { continue }
      let table = statement.text(SQL_DESC_BASE_TABLE_NAME, of: number + 1) ?? ""
      if table.isEmpty { found.append(number) }
    }
    undeclared = found
  }

  /// The sorts; nil where the driver's word holds.
  ///
  /// - Parameters:
  ///   - bound: The statement that was run.
  ///   - probe: What asks, and may be cancelled.
  /// - Throws: Why the server could not be asked.
  /// - Returns: The sorts of the columns in their order; none: the driver's word holds for all.
  func sorts(
    of bound: BoundStatement,
    _ probe: ODBCStatement
  ) throws(ODBCFailure) -> [ValueSort?] {
    guard !undeclared.isEmpty else { return [] }
    let names = (0..<columns).map { "c\($0)" }.joined(separator: ", ")
    let asked = undeclared.map { "group_concat(distinct typeof(c\($0)))" }.joined(separator: ", ")
    let sql = """
      with driver_host_probe(\(names)) as (
      \(bound.sql.withoutTerminator(dialect))
      ) select \(asked) from (select * from driver_host_probe limit \(TypeProbe.rows))
      """
    try bound.with(sql).run(on: probe, DriverFacts())
    var sorts = [ValueSort?](repeating: nil, count: columns)
    guard try probe.fetch() else { return sorts }
    for (place, column) in undeclared.enumerated() {
      sorts[column] = TypeProbe.sort(try probe.text(inColumn: place + 1) ?? "")
    }
    return sorts
  }

  /// The sort that all values have, whatever is missing; nil where they have several.
  private static func sort(_ list: String) -> ValueSort? {
    var sorts = Set(list.split(separator: ",").map(String.init))
    sorts.remove(ValueSort.null.rawValue)
    // An integer is a number.
    if sorts == [ValueSort.integer.rawValue, ValueSort.real.rawValue] { return .real }
    return sorts.count == 1 ? sorts.first.flatMap(ValueSort.init(rawValue:)) : nil
  }
}

extension String {
  /// One statement without semicolons before it and behind it, and without what comes behind those: comments.
  func withoutTerminator(_ dialect: SQLDialect) -> String {
    let bytes = Array(utf8)
    var scanner = SQLScanner(bytes, dialect)
    var (start, end) = (0, bytes.count)
    var hasBegun = false
    while let token = scanner.next() {
      guard token.kind == .semicolon else {
        hasBegun = hasBegun || token.isSignificant
        continue
      }
      if hasBegun {
        end = token.range.lowerBound
        break
      }
      start = token.range.upperBound
    }
    return start == 0 && end == bytes.count
      ? self : String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
