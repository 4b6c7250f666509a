import DriverKit
import Testing

@testable import ODBCDriver

@Suite("A driver that does not tell all of a schema")
struct SchemaCallTests {
  @Test(
    "is told with what to leave out",
    arguments: [
      ("SQLPrimaryKeys", "primary_keys"), ("SQLForeignKeys", "foreign_keys"),
      ("SQLStatistics", "indexes"),
    ]
  )
  func advised(function: String, part: String) {
    for state in ["IM001", "HYC00"] {
      let failure = ODBCFailure(
        function: "SQLForeignKeys",
        records: [DiagnosticRecord(state: state, native: 0, message: "not supported")]
      )
      let error = SchemaCall.advised(failure.error(), on: function)
      #expect(error.code == .unsupported && error.pointer == "/include")
      #expect(error.message == "not supported; leave \(part) out of include")
    }
  }

  @Test("is told as it is where it is another function, or fails in another way")
  func others() {
    let unsupported = DriverError(.unsupported, "not supported")
    #expect(SchemaCall.advised(unsupported, on: "SQLColumns").message == "not supported")
    let lost = DriverError(.unavailable, "lost")
    #expect(SchemaCall.advised(lost, on: "SQLForeignKeys").pointer.isEmpty)
  }
}
