internal import FileKit

/// Why what a server sends is not the SFTP protocol, or why something cannot be said in it.
enum SFTPFault: Error, Hashable, Sendable {
  /// A packet that is longer than any is.
  case tooLong(length: Int, limit: Int)
  /// A packet that is too short for its kind, or has a length in it that leads out of it.
  case malformed(kind: UInt8, WireFault)
  /// A packet with something in it that cannot be.
  case impossible(String)
  /// Text instead of the protocol's beginning: a start-up file of the shell prints something, or there is no SFTP.
  case text([UInt8])
  /// A version that no server should offer to us.
  case version(UInt32)
  /// A path with a zero byte, where the server would cut it off and mean another file.
  case zeroByte([UInt8])
  /// Something that does not fit into a packet.
  case unsendable(String)
}

extension SFTPFault: CustomStringConvertible {
  /// What is wrong, for people.
  var description: String {
    switch self {
    case .tooLong(let length, let limit):
      "the server sends an SFTP packet of \(length) bytes, and \(limit) are the most"
    case .malformed(let kind, let fault): "an SFTP packet of kind \(kind) from the server: \(fault)"
    case .impossible(let text): "the server does not keep to the SFTP protocol: \(text)"
    case .text(let bytes):
      "the server sends text instead of SFTP: \"\(NameText(bytes))\"; "
        + "see whether a start-up file of the shell prints it, or whether the server has SFTP at all"
    case .version(let version):
      "the server speaks version \(version) of SFTP, and only version 3 is known here"
    case .zeroByte(let path): "the path \(NameText(path)) has a zero byte in it"
    case .unsendable(let text): text
    }
  }
}
