import DriverHost
import TestSupport
import Testing

/// One result of a call, as it came.
struct ReadRows: Sendable {
  /// The output that it is.
  var name: String
  var columns: [ArrowField]
  /// The rows as maps.
  var rows: [ValueMap]

  /// The names of the columns.
  var names: [String] { columns.map(\.name) }
  /// What each column is in Arrow.
  var types: [String] { columns.map(\.type.description) }

  /// The values of a column; null where there is no such one.
  func values(_ column: String) -> [Value] { rows.map { $0[column] ?? .null } }
}

extension DatabaseHost {
  /// Runs an action, and reads its rows as a stream.
  ///
  /// - Returns: Each result, and the outputs that are none.
  func read(
    _ action: String,
    _ inputs: ValueMap = [:]
  ) async throws(HostError) -> (results: [ReadRows], outputs: ConnectionResult) {
    let results = Locked<[ReadRows]>([])
    var options = CallOptions()
    options.onRows = { stream in
      var result = ReadRows(name: stream.name, columns: try await stream.columns(), rows: [])
      while let batch = try await stream.next() {
        for row in 0..<batch.rowCount { result.rows.append(batch.row(row)) }
      }
      let whole = result
      results.with { $0.append(whole) }
    }
    let outputs = try await run(action, inputs, options: options)
    return (results.with { $0 }, outputs)
  }

  /// The first result of a query.
  func result(_ statement: String, _ inputs: ValueMap = [:]) async throws -> ReadRows {
    var all = inputs
    all["statement"] = .string(statement)
    return try #require(try await read("query", all).results.first)
  }

  /// The rows of an action's output, as maps.
  func list(_ action: String, _ output: String, _ inputs: ValueMap = [:]) async throws -> [Value] {
    try #require(try await run(action, inputs)[output].listValue)
  }

  /// The error of a call that must fail.
  func failure(
    _ action: String,
    _ inputs: ValueMap = [:],
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) async throws -> HostError {
    do throws(HostError) {
      let result = try await run(action, inputs)
      Issue.record("it succeeded: \(result.outputs)", sourceLocation: sourceLocation)
    } catch {
      return error
    }
    throw TestSupportError("\(action) succeeded")
  }

  /// The error of a statement that must fail.
  func failure(
    of statement: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) async throws -> HostError {
    try await failure(
      "query",
      ["statement": .string(statement)],
      sourceLocation: sourceLocation
    )
  }
}
