/// What a server answers (draft-ietf-secsh-filexfer-02, section 7).
enum SFTPResponse: Sendable, Hashable {
  case version(SFTPVersion)
  case status(SFTPStatus)
  case handle(SFTPHandle)
  /// A part of the packet, which is not copied.
  case data(ArraySlice<UInt8>)
  case names([SFTPName])
  case attributes(SFTPAttributes)
  /// What it means depends on the question: ``SFTPLimits``, ``SFTPSpace``, ``SFTPChecksum``.
  case extended(ArraySlice<UInt8>)

  /// Reads a packet.
  ///
  /// - Parameter frame: The packet.
  /// - Throws: That it is none that a server sends, or that a length in it leads out of it.
  init(_ frame: SFTPFrame) throws(SFTPFault) {
    guard let kind = SFTPPacket.Answer(rawValue: frame.kind) else {
      throw .impossible("a packet of the unknown kind \(frame.kind)")
    }
    var reader = WireReader(frame.body)
    if kind == .version {
      self = .version(try SFTPVersion(frame.id, &reader))
      return
    }
    do throws(WireFault) {
      switch kind {
      case .status: self = .status(try SFTPStatus(&reader))
      case .handle:
        let handle = try reader.string()
        guard handle.count <= SFTPPacket.handleLimit else { throw .tooLong(count: handle.count) }
        self = .handle(SFTPHandle(bytes: Array(handle)))
      case .data: self = .data(try reader.string())
      case .names: self = .names(try SFTPResponse.names(&reader))
      case .attributes: self = .attributes(try SFTPAttributes(&reader))
      case .extended, .version: self = .extended(reader.remaining)
      }
    } catch {
      throw .malformed(kind: frame.kind, error)
    }
  }

  private static func names(_ reader: inout WireReader) throws(WireFault) -> [SFTPName] {
    let count = Int(try reader.uint32())
    let left = reader.remaining.count
    // Memory is taken for no more names than can be there.
    guard count <= left / SFTPName.shortest else {
      let needed = count.multipliedReportingOverflow(by: SFTPName.shortest).partialValue
      throw .truncated(at: reader.offset, needed: needed, left: left)
    }
    var names: [SFTPName] = []
    names.reserveCapacity(count)
    for _ in 0..<count { names.append(try SFTPName(&reader)) }
    return names
  }
}
