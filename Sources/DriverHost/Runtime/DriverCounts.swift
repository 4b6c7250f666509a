import Synchronization

/// How a driver fares.
struct DriverCounts: Sendable {
  /// Calls that have begun and whose caller has no answer yet.
  var inFlight = 0
  /// Calls that were given up and are still inside the driver.
  var abandoned = 0
  /// Times that the driver broke a rule of the ABI.
  var misuses = 0
  /// Callbacks of a non-blocking driver that held their loop up.
  var slowCallbacks = 0
  /// How long the slowest of those took, in nanoseconds.
  var slowestCallback = 0
  /// Bytes that went through output channels, and came through input channels.
  var bytesWritten = 0
  var bytesRead = 0
}

/// The counts, as any thread changes them.
final class DriverCounters: Sendable {
  let inFlight = Atomic(0)
  let abandoned = Atomic(0)
  let misuses = Atomic(0)
  let slowCallbacks = Atomic(0)
  let slowestCallback = Atomic(0)
  let bytesWritten = Atomic(0)
  let bytesRead = Atomic(0)

  /// The counts at this moment.
  var counts: DriverCounts {
    DriverCounts(
      inFlight: inFlight.load(ordering: .sequentiallyConsistent),
      abandoned: abandoned.load(ordering: .sequentiallyConsistent),
      misuses: misuses.load(ordering: .relaxed),
      slowCallbacks: slowCallbacks.load(ordering: .relaxed),
      slowestCallback: slowestCallback.load(ordering: .relaxed),
      bytesWritten: bytesWritten.load(ordering: .relaxed),
      bytesRead: bytesRead.load(ordering: .relaxed)
    )
  }
}
