/// An event of a stream of server-sent events (WHATWG HTML, section 9.2).
package struct ServerSentEvent: Equatable, Sendable {
  /// What sort of event it is: `message` where the stream does not say.
  package var event: String
  /// Its lines, with a line feed between each.
  package var data: String
  /// Its identifier, or that of the last event that had one; empty if none had.
  package var id: String
  /// How long to wait before the stream is opened again, as it has said last; nil: it has not.
  package var retryMilliseconds: Int?

  /// The event as one line of JSON, without a line end.
  package var json: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(data.utf8.count + event.utf8.count + id.utf8.count + 40)
    bytes += Array("{\"event\":".utf8)
    JSONText.append(event, to: &bytes)
    bytes += Array(",\"id\":".utf8)
    JSONText.append(id, to: &bytes)
    bytes += Array(",\"data\":".utf8)
    JSONText.append(data, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
    return String(decoding: bytes, as: UTF8.self)
  }
}
