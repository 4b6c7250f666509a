/// Why bytes are not the data of the SSH protocol that they should be, or why a value cannot be made such data.
///
/// Places are bytes, counted from 0 where the reader began.
enum WireFault: Error, Hashable, Sendable {
  /// Something begins there that needs more bytes than are left.
  case truncated(at: Int, needed: Int, left: Int)
  /// Bytes are left behind the last field, from there on.
  case trailingBytes(at: Int, count: Int)
  /// An mpint is below zero, where only others are of use.
  case negativeInteger(at: Int)
  /// An mpint has bytes in front that it does not need: one number would have several forms.
  case paddedInteger(at: Int)
  /// What should be text is no UTF-8.
  case badText(at: Int)
  /// A name-list has an empty name, or one with a character outside of ASCII.
  case badNameList(at: Int)
  /// A name that a name-list cannot hold: empty, with a comma, or with a character outside of ASCII.
  case unusableName(String)
  /// More bytes than the length in front of a string can tell.
  case tooLong(count: Int)
}

extension WireFault: CustomStringConvertible {
  /// What is wrong and where, without a full stop.
  var description: String {
    switch self {
    case .truncated(let place, let needed, let left):
      "it is cut off: at byte \(place) there should be \(needed) bytes, and there are \(left)"
    case .trailingBytes(let place, let count):
      "it goes on behind its end: \(count) more bytes from byte \(place) on"
    case .negativeInteger(let place): "the integer at byte \(place) is below zero"
    case .paddedInteger(let place):
      "the integer at byte \(place) has zeros in front that it may not have"
    case .badText(let place): "the text at byte \(place) is not UTF-8"
    case .badNameList(let place):
      "the list at byte \(place) has a name that is empty or not ASCII"
    case .unusableName(let name):
      "a list of names cannot hold \"\(name)\": names are ASCII, not empty, and have no comma"
    case .tooLong(let count):
      "\(count) bytes are too many for one string: the protocol's limit is \(UInt32.max)"
    }
  }
}
