/// Cuts a stream of bytes into packets.
///
/// Each packet has its own memory, into which its bytes are copied once, or read straight away with ``fill(_:)``.
struct SFTPDecoder: Sendable {
  /// The beginning of a packet: its length, its kind, and the number of the request.
  private static let headLength = 9

  private var head: [UInt8] = []
  private var body: [UInt8] = []
  /// How long the body is to be; nil: the head is not there yet.
  private var bodyLength: Int?
  private var hasBegun = false
  private var fault: SFTPFault?

  /// A decoder at the beginning of a stream.
  init() {}

  /// Whether the stream may end here: between two packets.
  var isBetweenPackets: Bool { head.isEmpty }

  /// Takes bytes.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - take: Takes a packet that is whole.
  /// - Throws: That a packet cannot be; the same again for all that follows.
  mutating func append(
    _ bytes: borrowing RawSpan,
    _ take: (SFTPFrame) -> Void
  ) throws(SFTPFault) {
    var place = 0
    while place < bytes.byteCount {
      let end = min(place + (try wanted()), bytes.byteCount)
      let part = bytes.extracting(place..<end)
      unsafe part.withUnsafeBytes { part in
        if bodyLength == nil {
          unsafe head.append(contentsOf: part)
        } else {
          unsafe body.append(contentsOf: part)
        }
      }
      place = end
      if let frame = try whole() { take(frame) }
    }
  }

  /// Reads bytes of one packet from where they come from, without a copy between.
  ///
  /// - Parameters:
  ///   - read: Writes no more bytes than there is room for, which is never nothing, and tells how many; 0 or a number
  ///     below where there are none, which is passed on.
  ///   - take: Takes a packet that is whole.
  /// - Throws: That a packet cannot be; the same again for all that follows.
  /// - Returns: What `read` told.
  mutating func fill(
    _ read: (UnsafeMutableRawBufferPointer) -> Int,
    _ take: (SFTPFrame) -> Void
  ) throws(SFTPFault) -> Int {
    let count = try wanted()
    let done =
      bodyLength == nil
      ? unsafe SFTPDecoder.fill(&head, count, read) : unsafe SFTPDecoder.fill(&body, count, read)
    if done > 0, let frame = try whole() { take(frame) }
    return done
  }

  private static func fill(
    _ bytes: inout [UInt8],
    _ count: Int,
    _ read: (UnsafeMutableRawBufferPointer) -> Int
  ) -> Int {
    var done = 0
    bytes.append(addingCapacity: count) { (output: inout OutputSpan<UInt8>) in
      unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
        let room = UnsafeMutableRawBufferPointer(buffer)
        done = unsafe read(UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
        initialized = min(max(done, 0), count)
      }
    }
    return done
  }

  /// How many bytes the packet still needs, or its head; at least 1.
  private func wanted() throws(SFTPFault) -> Int {
    if let fault { throw fault }
    guard let bodyLength else { return SFTPDecoder.headLength - head.count }
    return bodyLength - body.count
  }

  /// The packet, if all of it is there.
  private mutating func whole() throws(SFTPFault) -> SFTPFrame? {
    if bodyLength == nil {
      guard head.count == SFTPDecoder.headLength else { return nil }
      let length = Int(SFTPDecoder.number(head[0..<4]))
      // The kind and the number belong to the length.
      guard length >= 5 else { throw refuse(.impossible("a packet of \(length) bytes")) }
      guard length <= SFTPPacket.limit else { throw refuse(tooLong(length)) }
      bodyLength = length - 5
      body.reserveCapacity(length - 5)
    }
    guard body.count == bodyLength else { return nil }
    let frame = SFTPFrame(kind: head[4], id: SFTPDecoder.number(head[5..<9]), body: body)
    hasBegun = true
    head.removeAll(keepingCapacity: true)
    body = []
    bodyLength = nil
    return frame
  }

  private func tooLong(_ length: Int) -> SFTPFault {
    let isText = head.allSatisfy { 0x20..<0x7F ~= $0 || 0x09...0x0D ~= $0 || $0 >= 0x80 }
    if !hasBegun && isText { return .text(head) }
    return .tooLong(length: length, limit: SFTPPacket.limit)
  }

  private mutating func refuse(_ fault: SFTPFault) -> SFTPFault {
    self.fault = fault
    return fault
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }
}
