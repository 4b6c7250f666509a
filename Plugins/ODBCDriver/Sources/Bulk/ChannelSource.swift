internal import DriverKit

/// The bytes of a call's input channel.
struct ChannelSource: RecordSource {
  private let call: Call
  private let channel: Int
  private static let piece = 256 << 10

  /// A source.
  init(_ call: Call, channel: Int) {
    self.call = call
    self.channel = channel
  }

  mutating func next() throws(RecordFault) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: ChannelSource.piece)
    do throws(DriverError) {
      while true {
        var span = bytes.mutableSpan
        switch try call.read(from: channel, into: &span) {
        case .bytes(let count):
          bytes.removeLast(bytes.count - count)
          return bytes
        case .end: return nil
        // Only non-blocking drivers are told so.
        case .again: continue
        }
      }
    } catch {
      throw .source(error)
    }
  }
}
