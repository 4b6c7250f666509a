internal import DriverKit

/// What a program on the server is given, and what its output is for.
///
/// On the loop.
protocol SCPExchange: Program.Input {
  /// Whether it waits for this side and not for the server.
  var isHeld: Bool { get }
  /// Takes output; false: there is no room for more.
  func take(_ bytes: ArraySlice<UInt8>) throws(DriverError) -> Bool
  /// Has a function run once there is room.
  func whenRoom(_ body: @escaping () -> Void) throws(DriverError)
}
