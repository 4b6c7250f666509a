package import DriverKit

/// What came from a source.
package enum BytePiece {
  case bytes(ArraySlice<UInt8>)
  /// Nothing yet.
  case again
  case end
}

/// Where bytes come from.
package protocol ByteSource: AnyObject {
  /// The next bytes, that many at most.
  func next(_ count: Int) throws(DriverError) -> BytePiece
  /// Has a function run once there are more.
  func whenMore(_ body: @escaping () -> Void) throws(DriverError)
}
