/// Why a name or a path is refused.
package enum PathFault: Error, Sendable, Hashable {
  /// A name without any byte.
  case empty
  /// A byte 0 is in it, where the rest would be cut off.
  case zeroByte([UInt8])
  /// A name with a `/` in it, which would lead elsewhere.
  case separator([UInt8])
  /// `.` or `..` as a name.
  case dots([UInt8])
  /// A path that leads out of the directory it belongs to.
  case escape([UInt8])
  /// A pattern with more parts than are looked at.
  case manyParts(limit: Int)
  /// A name with more bytes than any file system takes.
  case tooLong(limit: Int)
}

extension PathFault: CustomStringConvertible {
  /// What is wrong, for people.
  package var description: String {
    switch self {
    case .empty: "a name is empty"
    case .zeroByte(let name): "\(NameText(name)) has a zero byte in it"
    case .separator(let name): "\(NameText(name)) is no name: it has a / in it"
    case .dots(let name): "\(NameText(name)) is no name of a file"
    case .escape(let path): "\(NameText(path)) leads out of its directory"
    case .tooLong(let limit): "a name has more than \(limit) bytes"
    case .manyParts(let limit): "a pattern has more than \(limit) parts between its /"
    }
  }
}
