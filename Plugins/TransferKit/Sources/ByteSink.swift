package import DriverKit
package import LoopKit

/// Where bytes go.
package protocol ByteSink: AnyObject {
  /// Takes bytes, all of them; false: no more before `whenRoom` says so.
  func take(_ bytes: ArraySlice<UInt8>) throws(DriverError) -> Bool
  /// Has a function run once there is room.
  func whenRoom(_ body: @escaping () -> Void) throws(DriverError)
  /// Waits until all that was taken is where it belongs.
  func finish(_ scope: Scope) async throws(DriverError)
}
