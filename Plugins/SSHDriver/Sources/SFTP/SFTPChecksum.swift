internal import FileKit

/// The answer to ``SFTPExtensionRequest/checkFile(_:algorithms:offset:length:)``.
enum SFTPChecksum {
  /// The algorithms that are asked for, the best one first, as the draft names them.
  static let algorithms = FileChecksum.Algorithm.allCases.map(\.rawValue)

  /// Reads the answer.
  ///
  /// draft-ietf-secsh-filexfer-extensions-00 has the name of the extension, the algorithm, and then the bytes; servers
  /// leave the name out, or put a length in front of the bytes.
  ///
  /// - Parameter answer: The answer.
  /// - Throws: That it is something else.
  /// - Returns: The checksum; nil: it is made in a way that is not known here.
  static func checksum(_ answer: ArraySlice<UInt8>) throws(SFTPFault) -> FileChecksum? {
    var reader = WireReader(answer)
    do throws(WireFault) {
      var name = try reader.string()
      if name.elementsEqual(SFTPExtension.checkFile.rawValue.utf8) { name = try reader.string() }
      let text = String(decoding: name, as: UTF8.self)
      guard let algorithm = FileChecksum.Algorithm(named: text) else { return nil }
      if reader.remaining.count == 4 + algorithm.length {
        return FileChecksum(algorithm, bytes: Array(try reader.string()))
      }
      return FileChecksum(algorithm, bytes: Array(try reader.bytes(algorithm.length)))
    } catch {
      throw .malformed(kind: SFTPPacket.Answer.extended.rawValue, error)
    }
  }
}
