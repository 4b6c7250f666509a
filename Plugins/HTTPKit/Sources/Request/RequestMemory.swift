package import DriverKit

/// What was worked out for the request before, since the next one nearly always goes to the same server
/// and gets the same sort of answer.
package final class RequestMemory {
  private var writtenAuthority: [UInt8] = []
  private var authority: Authority?
  private var origin: [UInt8] = []
  private var writtenType: [UInt8] = []
  private var type: ContentType?

  /// Remembers nothing.
  package init() {}

  /// Host and port of a URL, and the origin in the form that URLs begin with.
  package func authority(
    _ written: Span<UInt8>,
    isEncrypted: Bool,
    pointer: String
  ) throws(DriverError) -> (Authority, origin: [UInt8]) {
    if let authority, authority.isEncrypted == isEncrypted,
      RequestMemory.areEqual(written, writtenAuthority)
    {
      return (authority, origin)
    }
    let bytes = RequestMemory.copy(written)
    let made = try Authority(bytes, isEncrypted: isEncrypted, pointer: pointer)
    let text = Array(made.origin.utf8)
    (authority, writtenAuthority, origin) = (made, bytes, text)
    return (made, text)
  }

  /// What a Content-Type header says.
  package func contentType(_ written: Span<UInt8>) -> ContentType {
    if let type, RequestMemory.areEqual(written, writtenType) { return type }
    let bytes = RequestMemory.copy(written)
    let made = ContentType(String(decoding: bytes, as: UTF8.self))
    (type, writtenType) = (made, bytes)
    return made
  }

  private static func areEqual(_ span: Span<UInt8>, _ bytes: [UInt8]) -> Bool {
    guard span.count == bytes.count else { return false }
    for index in 0..<bytes.count where span[index] != bytes[index] { return false }
    return true
  }

  private static func copy(_ span: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(span.count)
    for index in span.indices { bytes.append(span[index]) }
    return bytes
  }
}
