import DriverKit
import Testing

@testable import ODBCDriver

@Suite("What an SQLSTATE means")
struct SQLStateTests {
  @Test(
    "is that of its own, else that of its class, else a failure of the server",
    arguments: [
      ("57014", DriverError.Code.cancelled, false), ("08S01", .unavailable, true),
      ("08001", .unavailable, true),
      ("28P01", .unauthenticated, false), ("28000", .unauthenticated, false),
      ("42501", .forbidden, false),
      ("42P01", .notFound, false), ("42601", .invalidInput, false), ("23505", .conflict, false),
      ("40001", .conflict, true), ("HYT00", .timedOut, true), ("0A000", .unsupported, false),
      ("57P01", .unavailable, true), ("IM003", .unavailable, false),
      ("HY000", .remoteFailure, false),
      ("", .remoteFailure, false),
    ]
  )
  func meaning(state: String, code: DriverError.Code, isRetryable: Bool) {
    let failure = ODBCFailure(
      function: "SQLExecDirect",
      records: [
        DiagnosticRecord(state: state, native: 7, message: "[vendor][driver] it\nfailed"),
        DiagnosticRecord(state: "01000", native: 0, message: "more"),
      ]
    )
    let error = failure.error(pointer: "/statement")
    #expect(error.code == code && error.isRetryable == isRetryable)
    #expect(
      error.message.hasPrefix("it failed") && error.vendorState == state && error.vendorCode == 7
    )
    #expect(error.isSessionBroken == ["08S01", "08001", "57P01"].contains(state))
    #expect(error.detail.contains("SQLExecDirect") && error.detail.contains("more"))
  }

  @Test("gives way to the stop that the call was asked for")
  func stop() {
    let failure = ODBCFailure(
      function: "SQLFetch",
      records: [DiagnosticRecord(state: "HY000", native: 4, message: "interrupted")]
    )
    #expect(failure.error(wasStopped: .cancelled).code == .cancelled)
    #expect(failure.error(wasStopped: .deadline).code == .timedOut)
    #expect(failure.error(wasStopped: .deadline).vendorState == "HY000")
    #expect(failure.error().code == .remoteFailure)
  }
}
