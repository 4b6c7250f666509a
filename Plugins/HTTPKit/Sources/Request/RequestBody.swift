package import CurlKit
package import DriverKit

/// What a request sends: bytes at one address until the call has ended, those of a channel, or several parts.
@safe
package final class RequestBody {
  /// The channel, as an index into those that the descriptor lists.
  package static let channel = 1

  /// A part of a form (RFC 7578).
  package struct Part {
    package var name: String
    package var source: CurlMime.Source
    /// What the receiver is told that the file is called; nil: it is a field, or has its own name.
    package var fileName: String?
    /// Nil: what the file's name says.
    package var contentType: String?

    /// A part.
    package init(
      _ name: String,
      _ source: CurlMime.Source,
      fileName: String? = nil,
      contentType: String? = nil
    ) {
      (self.name, self.source) = (name, source)
      (self.fileName, self.contentType) = (fileName, contentType)
    }
  }

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
  /// The parts of a body that libcurl puts together; nil: it is one.
  package let parts: [Part]?
  private let owned: UnsafeMutableRawBufferPointer?

  /// Bytes that belong to the body.
  package init(_ bytes: [UInt8], contentType: String) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    unsafe copy.copyBytes(from: bytes)
    unsafe owned = unsafe copy
    unsafe self.bytes = UnsafeRawBufferPointer(copy)
    length = Int64(bytes.count)
    isStreamed = false
    parts = nil
    self.contentType = contentType
  }

  /// A text of the inputs, in place: it is there until the call has ended, which is all that it takes.
  package init(_ text: borrowing InputText, contentType: String) {
    unsafe owned = nil
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: text.address, count: text.count)
    length = Int64(text.count)
    isStreamed = false
    parts = nil
    self.contentType = contentType
  }

  /// So many bytes of the channel, or all that come.
  package init(streamed length: Int64?) {
    unsafe owned = nil
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    self.length = length
    isStreamed = true
    parts = nil
    contentType = "application/octet-stream"
  }

  /// A form of several parts.
  package init(parts: [Part]) {
    unsafe owned = nil
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    length = nil
    isStreamed = false
    self.parts = parts
    contentType = "multipart/form-data"
  }

  /// A copy of the bytes; nil where they come from elsewhere.
  package var copiedBytes: [UInt8]? { isStreamed || parts != nil ? nil : unsafe Array(bytes) }

  deinit { unsafe owned?.deallocate() }

  /// What a call sends from the channel; nil where nothing is connected to it.
  package static func upload(of call: Call) throws(DriverError) -> RequestBody? {
    call.isWanted(channel) ? RequestBody(streamed: try call.length(of: channel)) : nil
  }
}
