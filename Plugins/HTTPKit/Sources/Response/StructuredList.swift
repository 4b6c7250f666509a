/// Lists in structured fields (RFC 9651, section 3.1), and dictionaries read as such.
enum StructuredList {
  /// A member with its parameters, as text.
  ///
  /// Strings have no quotation marks; other values are as they are written.
  struct Member: Equatable {
    var value: String
    /// In order, where the last of a name counts; `?1`, true, if there is no value.
    var parameters: [(name: String, value: String)] = []

    subscript(name: String) -> String? { parameters.last { $0.name == name }?.value }

    static func == (left: Member, right: Member) -> Bool {
      left.value == right.value && left.parameters.elementsEqual(right.parameters, by: ==)
    }
  }

  /// A field's members; nil if it is malformed: such a field is to be ignored as a whole.
  ///
  /// A dictionary's member `limit=10` becomes the value `limit` with a parameter of that name.
  /// Lists within are not known.
  static func members(_ field: String) -> [Member]? {
    var scanner = Scanner(rest: Array(field.utf8)[...])
    var members: [Member] = []
    scanner.skip(" \t")
    while !scanner.rest.isEmpty {
      guard let member = scanner.takeMember() else { return nil }
      members.append(member)
      scanner.skip(" \t")
      if scanner.rest.isEmpty { return members }
      guard scanner.take(UInt8(ascii: ",")) else { return nil }
      scanner.skip(" \t")
      // A comma stands between two members only.
      if scanner.rest.isEmpty { return nil }
    }
    return members
  }

  private struct Scanner {
    var rest: ArraySlice<UInt8>

    mutating func skip(_ characters: String) {
      rest = rest.drop { characters.utf8.contains($0) }
    }

    mutating func take(_ byte: UInt8) -> Bool {
      guard rest.first == byte else { return false }
      rest.removeFirst()
      return true
    }

    mutating func takeMember() -> Member? {
      guard let value = takeItem() else { return nil }
      var member = Member(value: value)
      if take(UInt8(ascii: "=")) {
        guard let item = takeItem() else { return nil }
        member.parameters.append((value, item))
      }
      while take(UInt8(ascii: ";")) {
        skip(" ")
        let name = takeRun { byte in
          Scanner.isLowercase(byte) || Scanner.isDigit(byte) || "_-.*".utf8.contains(byte)
        }
        guard let first = name.utf8.first, Scanner.isLowercase(first) || first == UInt8(ascii: "*")
        else { return nil }
        var value = "?1"
        if take(UInt8(ascii: "=")) {
          guard let item = takeItem() else { return nil }
          value = item
        }
        member.parameters.append((name, value))
      }
      return member
    }

    /// Takes a bare item.
    private mutating func takeItem() -> String? {
      guard let first = rest.first else { return nil }
      switch first {
      case UInt8(ascii: "\""): return takeString()
      case UInt8(ascii: ":"):
        // Bytes in Base64.
        guard let end = rest.dropFirst().firstIndex(of: first) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return String(decoding: rest[...end], as: UTF8.self)
      default:
        // Numbers, dates, booleans and tokens.
        let item = takeRun { byte in
          Scanner.isLowercase(byte | 0x20) || Scanner.isDigit(byte)
            || "!#$%&'*+-.^_`|~:/@?".utf8.contains(byte)
        }
        return item.isEmpty ? nil : item
      }
    }

    private mutating func takeString() -> String? {
      rest.removeFirst()
      var text: [UInt8] = []
      while let byte = rest.popFirst() {
        switch byte {
        case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
        case UInt8(ascii: "\\"):
          guard let next = rest.popFirst(), next == UInt8(ascii: "\"") || next == byte else {
            return nil
          }
          text.append(next)
        case 0x20..<0x7F: text.append(byte)
        default: return nil
        }
      }
      return nil
    }

    private mutating func takeRun(_ isPart: (UInt8) -> Bool) -> String {
      let run = rest.prefix(while: isPart)
      rest = rest[run.endIndex...]
      return String(decoding: run, as: UTF8.self)
    }

    private static func isLowercase(_ byte: UInt8) -> Bool {
      byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
      byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
  }
}
