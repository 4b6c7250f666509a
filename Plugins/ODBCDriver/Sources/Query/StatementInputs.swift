internal import DriverKit

/// What the actions that run one statement are told.
struct StatementInputs: Sendable {
  /// The SQL text.
  var sql: String
  /// The values for its places; nil: it is run as it stands.
  var parameters: ParameterInputs?
  /// How long it may take, in seconds; nil: as long as the call.
  var timeout: Double?
  /// How many rows are read of each result; nil: all.
  var maxRows: Int?
  /// Whether its rows are read one after the other, and not let go of.
  var isForRows = true
  /// Whether it is a part of a transaction that others began.
  var isInTransaction = false
  /// The input that the statement stands in.
  var pointer = "/statement"

  init(_ inputs: borrowing InputMap) throws(DriverError) {
    sql = try inputs.required("statement").string()
    parameters = try ParameterInputs(inputs["parameters"])
    timeout = try inputs["query_timeout"]?.double()
    maxRows = try inputs["max_rows"]?.int(in: 1...Int.max)
  }

  /// A statement from elsewhere, or of the driver's own.
  init(
    _ sql: String,
    maxRows: Int? = nil,
    timeout: Double? = nil,
    pointer: String = ""
  ) {
    self.sql = sql
    self.pointer = pointer
    self.maxRows = maxRows
    self.timeout = timeout
  }
}
