/// The smaller formats of texts.
enum TextFormats {
  /// 8-4-4-4-12 digits of base 16 (RFC 4122, section 3).
  static func isUUID(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.count == 36 else { return false }
    return zip(0..., bytes).allSatisfy { index, byte in
      [8, 13, 18, 23].contains(index) ? byte == UInt8(ascii: "-") : byte.isASCIIHexDigit
    }
  }

  /// RFC 6901, section 3.
  static func isJSONPointer(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.isEmpty || bytes.first == UInt8(ascii: "/") else { return false }
    return bytes.indices.allSatisfy { index in
      guard bytes[index] == UInt8(ascii: "~") else { return true }
      let next = index + 1 < bytes.endIndex ? bytes[index + 1] : 0
      return next == UInt8(ascii: "0") || next == UInt8(ascii: "1")
    }
  }

  /// draft-handrews-relative-json-pointer-01, section 3.
  static func isRelativeJSONPointer(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let digits = rest.takeAll(where: \.isASCIIDigit)
    guard digits > 0, !startsWithZero || digits == 1 else { return false }
    return rest.elementsEqual([UInt8(ascii: "#")]) || isJSONPointer(rest)
  }

  /// RFC 6570, section 2.
  static func isURITemplate(_ text: String) -> Bool {
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "{":
        guard let end = rest.firstIndex(of: "}"), isExpression(rest[..<end]) else { return false }
        rest = rest[rest.index(after: end)...]
      case "%":
        let digits = rest.prefix(2)
        guard digits.count == 2, digits.allSatisfy({ $0.hexadecimalValue != nil }) else {
          return false
        }
        rest = rest.dropFirst(2)
      case "}", "\"", "'", "<", ">", "\\", "^", "`", "|": return false
      case _ where scalar.value <= 0x20 || scalar.value == 0x7F: return false
      default: continue
      }
    }
    return true
  }

  /// An operator, and names with what modifies them (section 2.2 to 2.4).
  private static func isExpression(_ scalars: Substring.UnicodeScalarView) -> Bool {
    var rest = scalars
    if let first = rest.first, "+#./;?&=,!@|".unicodeScalars.contains(first) { rest.removeFirst() }
    return rest.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { spec in
      var name = spec
      if name.last == "*" {
        name.removeLast()
      } else if let colon = name.firstIndex(of: ":") {
        let digits = name[name.index(after: colon)...]
        guard (1...4).contains(digits.count), digits.first != "0",
          digits.allSatisfy({ ("0"..."9").contains($0) })
        else { return false }
        name = name[..<colon]
      }
      return isVariableName(name)
    }
  }

  private static func isVariableName(_ name: Substring.UnicodeScalarView) -> Bool {
    name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      var escapeDigits = 0
      for scalar in part {
        if escapeDigits > 0 {
          guard scalar.hexadecimalValue != nil else { return false }
          escapeDigits -= 1
        } else if scalar == "%" {
          escapeDigits = 2
        } else {
          let byte = UInt8(truncatingIfNeeded: scalar.value)
          guard scalar.isASCII, byte.isASCIILetter || byte.isASCIIDigit || scalar == "_" else {
            return false
          }
        }
      }
      return !part.isEmpty && escapeDigits == 0
    }
  }
}
