/// How much a server takes and sends at once (`limits@openssh.com`, OpenSSH's PROTOCOL, section 4.8).
struct SFTPLimits: Sendable, Hashable {
  /// How many bytes are asked for at once.
  let readLength: Int
  /// How many bytes are sent at once.
  let writeLength: Int
  /// How many files may be open at the same time; nil: that is not known.
  let openHandles: Int?

  /// What a server takes that tells nothing.
  static let unknown = SFTPLimits(read: 0, write: 0, packet: 0, handles: 0)

  /// How much more a packet has than the data in it: fields, and the longest handle.
  private static let around = 1024

  /// Limits as a server tells them; 0 is what it does not know.
  private init(read: UInt64, write: UInt64, packet: UInt64, handles: UInt64) {
    let most = SFTPPacket.limit - SFTPLimits.around
    let fitting = packet == 0 ? most : min(max(Int(clamping: packet) - SFTPLimits.around, 1), most)
    func length(_ told: UInt64) -> Int {
      told == 0 ? min(SFTPPacket.safeLength, fitting) : min(Int(clamping: told), fitting)
    }
    readLength = length(read)
    writeLength = length(write)
    openHandles = handles == 0 ? nil : Int(clamping: handles)
  }

  /// Reads the answer to ``SFTPExtensionRequest/limits``.
  ///
  /// - Parameter answer: The answer.
  /// - Throws: That it is cut off.
  init(_ answer: ArraySlice<UInt8>) throws(SFTPFault) {
    var reader = WireReader(answer)
    do throws(WireFault) {
      let packet = try reader.uint64()
      let (read, write) = (try reader.uint64(), try reader.uint64())
      self.init(read: read, write: write, packet: packet, handles: try reader.uint64())
    } catch {
      throw .malformed(kind: SFTPPacket.Answer.extended.rawValue, error)
    }
  }
}
