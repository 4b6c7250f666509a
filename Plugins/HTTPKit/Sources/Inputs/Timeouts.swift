package import DriverKit

/// How long a request may wait, in milliseconds; 0: no limit.
package struct Timeouts: Equatable {
  package var connect = 0
  package var read = 0
  package var total = 0

  /// Timeouts in milliseconds; 0: no limit.
  package init(connect: Int = 0, read: Int = 0, total: Int = 0) {
    (self.connect, self.read, self.total) = (connect, read, total)
  }

  /// Reads `connect_timeout`, `read_timeout` and `total_timeout`, in seconds.
  ///
  /// - Throws: `.invalidInput` that names the input at fault.
  package init(_ inputs: borrowing InputMap) throws(DriverError) {
    connect = try Timeouts.milliseconds(inputs.required("connect_timeout"))
    read = try Timeouts.milliseconds(inputs.required("read_timeout"))
    total = try Timeouts.milliseconds(inputs.required("total_timeout"))
  }

  /// Seconds as whole milliseconds; what is above 0 stays above 0, since 0 is no limit.
  package static func milliseconds(_ value: borrowing InputValue) throws(DriverError) -> Int {
    let seconds = try value.double()
    guard seconds >= 0, seconds <= 2_000_000 else {
      throw DriverError(
        .invalidInput,
        "\(value.pointer) must be from 0 to 2000000 seconds",
        pointer: value.pointer
      )
    }
    return Int((seconds * 1000).rounded(.up))
  }
}
