internal import CODBC
internal import DriverKit

/// A query that is read by several connections at once, each with a part of its rows.
struct PartitionedQuery {
  private let call: Call
  private let session: ODBCSession
  private let inputs: StatementInputs
  private let partitions: PartitionInputs

  init(
    _ call: Call,
    _ session: ODBCSession,
    _ inputs: StatementInputs,
    _ partitions: PartitionInputs
  ) {
    self.call = call
    self.session = session
    self.inputs = inputs
    self.partitions = partitions
  }

  func run() throws(DriverError) {
    // In front of what is known of the driver: it tells itself which one it is.
    let connection = try session.connection(for: call)
    let facts = session.facts
    guard StatementKind(inputs.sql, facts.dialect).isRead else {
      throw DriverError(
        .invalidInput,
        "only a statement that reads can be split into partitions",
        pointer: "/partitions"
      )
    }
    let conditions = try conditions(connection)
    let bound = try BoundStatement(
      inputs.sql.withoutTerminator(facts.dialect),
      inputs.parameters,
      facts.dialect,
      pointer: "/statement"
    )
    let statements = conditions.map { bound.with(PartitionInputs.sql(bound.sql, where: $0)) }
    let rows = PartitionRows(statements, session, inputs, call)
    call.onStop { rows.stop() }
    do throws(DriverError) {
      try call.checkStop()
      try rows.start(connection, parallel: partitions.parallel)
      try call.rows("rows", rows.fields, from: rows)
    } catch {
      rows.end()
      throw call.stop?.error ?? error
    }
  }

  private func conditions(_ connection: ODBCConnection) throws(DriverError) -> [String?] {
    switch partitions.kind {
    case .predicates(let predicates): return predicates.map { $0 }
    case .column(let name, let count, let lower, let upper):
      let column = try TableInputs.quoted(name, connection, "/partitions/column")
      var bounds = (lower, upper)
      if lower == nil || upper == nil {
        guard let found = try extremes(of: column, connection) else { return [nil] }
        bounds = (lower ?? found.lower, upper ?? found.upper)
      }
      guard let lower = bounds.0, let upper = bounds.1, lower <= upper else {
        throw DriverError(
          .invalidInput,
          "lower is above upper",
          pointer: "/partitions/lower"
        )
      }
      return PartitionInputs.conditions(on: column, lower, upper, count: count)
    }
  }

  /// The lowest and the highest value of a column, rounded to integers; nil: there is none.
  private func extremes(
    of column: String,
    _ connection: ODBCConnection
  ) throws(DriverError) -> (lower: Int64, upper: Int64)? {
    var asked = inputs
    asked.sql =
      "select min(\(column)), max(\(column)) from (\n\(inputs.sql.withoutTerminator(session.facts.dialect))\n) driver_host_partition"
    asked.maxRows = nil
    let run = try StatementRun(asked, on: connection, of: session, call)
    defer { run.end() }
    let texts = try run.ask { (statement) throws(ODBCFailure) -> [String?] in
      guard try statement.fetch() else { return [] }
      return [try statement.text(inColumn: 1), try statement.text(inColumn: 2)]
    }
    guard texts.count == 2, let lowest = texts[0], let highest = texts[1] else { return nil }
    guard let lower = PartitionedQuery.integer(lowest, .down),
      let upper = PartitionedQuery.integer(highest, .up)
    else {
      throw DriverError(
        .invalidInput,
        "the column's values go from \(lowest) to \(highest), which are no numbers of 64 bits: use another column, or predicates",
        pointer: "/partitions/column"
      )
    }
    return (lower, upper)
  }

  private static func integer(_ text: String, _ rule: FloatingPointRoundingRule) -> Int64? {
    Int64(text) ?? Double(text).flatMap { Int64(exactly: $0.rounded(rule)) }
  }
}
