/// How much room there is where a file is (`statvfs@openssh.com`, OpenSSH's PROTOCOL, section 4.4).
struct SFTPSpace: Sendable, Hashable {
  /// Bytes, of which there are this many in all; the largest number where they are more.
  let total: UInt64
  /// Bytes that this user may still write.
  let available: UInt64
  /// How many more files there may be; nil: there is no such limit.
  let availableFiles: UInt64?
  let isReadOnly: Bool

  /// Reads the answer to ``SFTPExtensionRequest/statvfs(_:)``.
  ///
  /// - Parameter answer: The answer.
  /// - Throws: That it is cut off.
  init(_ answer: ArraySlice<UInt8>) throws(SFTPFault) {
    var reader = WireReader(answer)
    var fields: [UInt64] = []
    do throws(WireFault) {
      for _ in 0..<11 { fields.append(try reader.uint64()) }
    } catch {
      throw .malformed(kind: SFTPPacket.Answer.extended.rawValue, error)
    }
    // In order: block size, its unit, blocks, free ones, free ones for users, files, free ones, free ones for users,
    // file system, flags, longest name.
    let unit = fields[1]
    func bytes(_ blocks: UInt64) -> UInt64 {
      let (product, overflow) = blocks.multipliedReportingOverflow(by: unit)
      return overflow ? .max : product
    }
    total = bytes(fields[2])
    available = bytes(fields[4])
    availableFiles = fields[5] == 0 ? nil : fields[7]
    isReadOnly = fields[9] & 1 != 0
  }

  /// Whether nothing more can be written.
  var isFull: Bool { available == 0 || availableFiles == 0 }
}
