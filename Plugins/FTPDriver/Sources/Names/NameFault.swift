internal import FileKit

/// Why a name cannot be said to a server, or not be read from it.
enum NameFault: Error, Sendable, Hashable {
  /// An encoding that this system does not know.
  case unknownEncoding(String)
  /// An encoding in which the commands of the protocol cannot be written.
  case unfitEncoding(String)
  /// A character that would end or spoil the command it is in.
  case control([UInt8], byte: UInt8)
  /// A name with a character that the encoding does not have.
  case notEncodable([UInt8], encoding: String)
  /// A name that the server told, and that is not in the encoding.
  case notDecodable([UInt8], encoding: String)
}

extension NameFault {
  /// What went wrong.
  var code: FileErrorCode {
    switch self {
    case .unknownEncoding, .unfitEncoding: .unsupported
    case .control, .notEncodable, .notDecodable: .nameRefused
    }
  }
}

extension NameFault: CustomStringConvertible {
  /// What is wrong, and what to do, for people.
  var description: String {
    switch self {
    case .unknownEncoding(let name):
      return "the encoding \(NameText(name.utf8)) is not known here: take one that `iconv -l` lists"
    case .unfitEncoding(let name):
      return "names cannot be in \(NameText(name.utf8)): ASCII is something else in it. "
        + "Take the one that the server's disk has, such as utf-8 or windows-1252"
    case .control(let name, let byte):
      let what =
        switch byte {
        case 0x00: "a zero byte"
        case 0x0A: "a line feed"
        case 0x0D: "a carriage return"
        default: "a control character"
        }
      return "\(NameText(name)) has \(what) in it, which cannot be said in a command of FTP. "
        + "Rename it, or reach the file some other way"
    case .notEncodable(let name, let encoding):
      return "\(NameText(name)) cannot be written in \(encoding). Rename it, or set `encoding` to "
        + "what the server writes names in"
    case .notDecodable(let name, let encoding):
      return "\(NameText(name)) is not in \(encoding). Set `encoding` to what the server writes "
        + "names in"
    }
  }
}
