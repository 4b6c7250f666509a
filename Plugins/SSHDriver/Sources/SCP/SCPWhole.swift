internal import DriverKit
internal import TransferKit

/// All that comes of a call, for a program that reads its input to the end.
final class SCPWhole: SCPExchange {
  private(set) var count: UInt64 = 0
  private(set) var isHeld = false
  private let input: CallInput
  private let moved: (Int) -> Void

  /// An input.
  ///
  /// - Parameters:
  ///   - input: What comes.
  ///   - moved: Is told of bytes that are handed over.
  init(_ input: CallInput, moved: @escaping (Int) -> Void) {
    self.input = input
    self.moved = moved
  }

  func next() throws(DriverError) -> [UInt8]? {
    let bytes = try input.next()
    isHeld = bytes?.isEmpty == true
    if let bytes, !bytes.isEmpty {
      count += UInt64(bytes.count)
      moved(bytes.count)
    }
    return bytes
  }

  func whenMore(_ body: @escaping () -> Void) throws(DriverError) { try input.whenMore(body) }

  func take(_ bytes: ArraySlice<UInt8>) throws(DriverError) -> Bool { true }

  func whenRoom(_ body: @escaping () -> Void) throws(DriverError) { body() }
}
