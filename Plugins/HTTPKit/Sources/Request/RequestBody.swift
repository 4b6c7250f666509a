package import DriverKit

/// What a request sends: bytes at one address until the call has ended, or those of a channel.
@safe
package final class RequestBody {
  /// The channel, as an index into those that the descriptor lists.
  package static let channel = 1

  /// The bytes; libcurl reads them where they are.
  ///
  /// Without an address where they come from the channel.
  package let bytes: UnsafeRawBufferPointer
  /// What Content-Type says of them, unless the inputs do.
  package let contentType: String
  /// How many bytes there are; nil: nobody knows.
  package let length: Int64?
  /// Whether they come from the channel.
  package let isStreamed: Bool
  private let owned: UnsafeMutableRawBufferPointer?

  /// Bytes that belong to the body.
  package init(_ bytes: [UInt8], contentType: String) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    unsafe copy.copyBytes(from: bytes)
    unsafe owned = unsafe copy
    unsafe self.bytes = UnsafeRawBufferPointer(copy)
    length = Int64(bytes.count)
    isStreamed = false
    self.contentType = contentType
  }

  /// A text of the inputs, in place: it is there until the call has ended, which is all that it takes.
  package init(_ text: borrowing InputText, contentType: String) {
    unsafe owned = nil
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: text.address, count: text.count)
    length = Int64(text.count)
    isStreamed = false
    self.contentType = contentType
  }

  /// So many bytes of the channel, or all that come.
  package init(streamed length: Int64?) {
    unsafe owned = nil
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    self.length = length
    isStreamed = true
    contentType = "application/octet-stream"
  }

  deinit { unsafe owned?.deallocate() }

  /// What a call sends from the channel; nil where nothing is connected to it.
  package static func upload(of call: Call) throws(DriverError) -> RequestBody? {
    call.isWanted(channel) ? RequestBody(streamed: try call.length(of: channel)) : nil
  }
}
