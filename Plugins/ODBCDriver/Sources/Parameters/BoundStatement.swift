internal import CODBC
internal import DriverKit

/// A statement with values in its places, ready to be run once.
struct BoundStatement: Sendable {
  /// The text, with as many places as there are values.
  let sql: String
  private let values: [ParameterValue]

  /// Puts values into the places of a statement.
  ///
  /// - Parameters:
  ///   - sql: The statement as it was given.
  ///   - parameters: The values; nil: it is run as it stands.
  ///   - dialect: How the server reads texts.
  ///   - pointer: The input that the statement stands in.
  /// - Throws: `.invalidInput` for what does not fit.
  init(
    _ sql: String,
    _ parameters: ParameterInputs?,
    _ dialect: SQLDialect,
    pointer: String
  ) throws(DriverError) {
    guard let parameters else {
      (self.sql, values) = (sql, [])
      return
    }
    let text: StatementText
    do throws(StatementFault) {
      text = try StatementText(sql, dialect)
    } catch {
      throw DriverError(.invalidInput, "\(error)", pointer: pointer)
    }
    if let end = text.openEnd, !text.places.isEmpty {
      throw DriverError(.invalidInput, "\(end)", pointer: pointer)
    }
    // A statement of a list has its parameters beside it.
    let isListed = pointer.hasPrefix("/statements/")
    values = try parameters.values(
      for: text,
      at: isListed ? "\(pointer)/parameters" : "/parameters"
    )
    for (index, value) in values.enumerated() where value.count == 0 && text.isNegated(index) {
      throw DriverError(
        .invalidInput,
        "\(value.pointer) is an empty list behind NOT IN, which no SQL has: leave the condition out",
        pointer: value.pointer
      )
    }
    let count = values.reduce(0) { $0 + $1.count }
    guard count <= RecordNames.limit else {
      throw DriverError(
        .invalidInput,
        "the parameters have \(count) values, and ODBC has room for \(RecordNames.limit): \(BoundStatement.advice)",
        pointer: "/parameters"
      )
    }
    self.sql = text.text(values.map(\.count))
  }

  fileprivate static let advice =
    "load them into a table with the action `execute_many`, and join that"

  private init(_ sql: String, _ values: [ParameterValue]) {
    self.sql = sql
    self.values = values
  }

  /// The same values in the places of another text, which has as many.
  func with(_ sql: String) -> BoundStatement { BoundStatement(sql, values) }

  /// Runs it.
  ///
  /// - Throws: What the driver says.
  func run(on statement: ODBCStatement, _ facts: DriverFacts) throws(ODBCFailure) {
    guard !values.isEmpty else {
      try statement.run(sql)
      return
    }
    let count = values.reduce(0) { $0 + $1.count }
    guard count <= facts.mostParameters else { throw .tooManyParameters(count, facts) }
    try statement.prepare(sql)
    var columns: [ParameterColumn] = []
    for value in values {
      for row in 0..<value.count {
        columns.append(ParameterColumn(value.column, row..<(row + 1), as: value.type, facts))
      }
    }
    try statement.bind(columns)
    try statement.execute()
  }
}

extension ODBCFailure {
  /// That the driver was not given more parameters than it can bear.
  fileprivate static func tooManyParameters(_ count: Int, _ facts: DriverFacts) -> ODBCFailure {
    let record = DiagnosticRecord(
      state: "07002",
      native: 0,
      message:
        "the parameters have \(count) values, and the driver takes \(facts.mostParameters): \(BoundStatement.advice)"
    )
    return ODBCFailure(function: "SQLPrepare", records: [record])
  }
}

extension BoundParameter {
  /// A parameter whose values stand in a column, for as long as that lives.
  init(_ column: ParameterColumn, number: Int) {
    unsafe self.init(
      number: number,
      cType: column.cType,
      sqlType: column.sqlType,
      size: column.size,
      digits: column.digits,
      cells: column.cells.start,
      width: column.width,
      lengths: column.lengths.start.assumingMemoryBound(to: SQLLEN.self)
    )
  }
}
