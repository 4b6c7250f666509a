internal import DriverKit

/// What the action `script` is told.
struct ScriptInputs: Sendable {
  /// A statement of a script.
  struct Statement: Sendable {
    var sql: String
    var parameters: ParameterInputs?
    /// The line of the script that it begins on; nil where it stands in a list.
    var line: Int?
    /// The input that it stands in.
    var pointer: String
  }

  var statements: [Statement]
  var isTransaction: Bool
  var isolation: Isolation?
  var goesOn: Bool
  var maxRows: Int

  init(_ inputs: borrowing InputMap, _ dialect: SQLDialect) throws(DriverError) {
    statements = try ScriptInputs.statements(inputs, dialect)
    isTransaction = try inputs["transaction"]?.bool() ?? true
    isolation = try inputs["isolation"]?.string().asIsolation
    goesOn = try inputs["continue_after_error"]?.bool() ?? false
    maxRows = try inputs["max_rows"]?.int(in: 1...Int.max) ?? 100
    if isolation != nil, !isTransaction {
      throw DriverError(
        .invalidInput,
        "only a transaction has an isolation: leave one of both inputs out",
        pointer: "/isolation"
      )
    }
    let words = statements.compactMap { statement in
      TransactionWord.of(statement.sql, dialect).map { (statement, $0) }
    }
    if let (statement, word) = words.first {
      let place = statement.line.map { "line \($0): " } ?? ""
      throw DriverError(
        .invalidInput,
        "\(place)\(word): the script is one transaction as a whole, or with transaction: false none; split it in two where there are to be two",
        pointer: statement.pointer
      )
    }
  }

  private static func statements(
    _ inputs: borrowing InputMap,
    _ dialect: SQLDialect
  ) throws(DriverError) -> [Statement] {
    let (script, list) = (inputs["script"], inputs["statements"])
    guard (script == nil) != (list == nil) else {
      throw DriverError(
        .invalidInput,
        "give the statements either as script or as statements",
        pointer: "/script"
      )
    }
    if let script {
      let text = try script.string()
      do throws(StatementFault) {
        return try ScriptSplitter.statements(of: text, dialect).map {
          Statement(sql: $0.text, line: $0.line, pointer: "/script")
        }
      } catch {
        throw DriverError(.invalidInput, "\(error)", pointer: "/script")
      }
    }
    var statements: [Statement] = []
    if let items = try list?.list() {
      for index in 0..<items.count {
        let item = try items[index].map()
        statements.append(
          Statement(
            sql: try item.required("statement").string(),
            parameters: try ParameterInputs(item["parameters"]),
            line: nil,
            pointer: "/statements/\(index)"
          )
        )
      }
    }
    return statements
  }
}

extension String {
  fileprivate var asIsolation: Isolation? { Isolation(rawValue: self) }
}
