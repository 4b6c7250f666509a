internal import DriverKit

/// Keeps the beginning of what a program puts out in both streams.
final class ShortOutput: Program.Output {
  private(set) var bytes: [UInt8] = []
  private static let limit = 1024

  /// It as a text on one line.
  var text: String {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  func take(_ bytes: ArraySlice<UInt8>, _ stream: SSHChannel.Stream) throws(DriverError) -> Bool {
    self.bytes += bytes.prefix(ShortOutput.limit - self.bytes.count)
    return true
  }

  func whenRoom(_ body: @escaping () -> Void) throws(DriverError) {}
}
