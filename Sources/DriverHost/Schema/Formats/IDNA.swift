/// Internationalized labels: IDNA 2008 (RFC 5890 to 5893) with Punycode (RFC 3492).
enum IDNA {
  /// Whether an ASCII label in lower case that begins with `xn--` stands for a name.
  static func isALabel(_ label: String) -> Bool {
    guard let scalars = Punycode.decode(label.dropFirst(4).utf8.map(\.self)),
      scalars.contains(where: { $0.value >= 0x80 }), isULabel(scalars)
    else { return false }
    // There is one A-label for a name (RFC 5891, section 5.4).
    return Punycode.encode(scalars).map { "xn--" + String(decoding: $0, as: UTF8.self) } == label
  }

  /// How many bytes a label takes in its ASCII form; nil if it is no label.
  static func length(of label: String) -> Int? {
    let scalars = Array(label.unicodeScalars)
    guard !scalars.isEmpty else { return nil }
    if scalars.allSatisfy(\.isASCII) {
      let name = label.lowercased()
      let isName = name.hasPrefix("xn--") ? isALabel(name) : isULabel(Array(name.unicodeScalars))
      return isName && scalars.count <= 63 ? scalars.count : nil
    }
    guard isULabel(scalars), let encoded = Punycode.encode(scalars) else { return nil }
    let length = encoded.count + 4
    return length <= 63 ? length : nil
  }

  /// The rules of RFC 5891, section 4.2.3, for a label in Unicode.
  private static func isULabel(_ scalars: [Unicode.Scalar]) -> Bool {
    guard let first = scalars.first, first != "-", scalars.last != "-" else { return false }
    if scalars.count >= 4, scalars[2] == "-", scalars[3] == "-" { return false }
    switch first.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return false
    default: break
    }
    return scalars.indices.allSatisfy { isAllowed(scalars, $0) } && !mixesDigits(scalars)
  }

  /// RFC 5892, section 3: whether a character may stand in a label, and here.
  private static func isAllowed(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    let scalar = scalars[index]
    if exceptions.contains(scalar) { return true }
    if disallowed.contains(scalar) { return false }
    if let isFine = contextRule(scalars, index) { return isFine }
    if scalar == "-" || scalar.value.isLowerAlphanumeric { return true }
    if scalar.isASCII { return false }
    let properties = scalar.properties
    // Unstable under case folding and compatibility mapping, ignorable, white space, old Jamo.
    if properties.changesWhenNFKCCaseFolded || properties.isDefaultIgnorableCodePoint
      || properties.isWhitespace || properties.isNoncharacterCodePoint
      || (0x1100...0x11FF).contains(scalar.value) || (0xA960...0xA97F).contains(scalar.value)
      || (0xD7B0...0xD7FF).contains(scalar.value)
    {
      return false
    }
    switch properties.generalCategory {
    case .lowercaseLetter, .uppercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark,
      .spacingMark, .decimalNumber:
      return true
    default: return false
    }
  }

  /// RFC 5892, appendix A; nil for a character that has no rule of its own.
  private static func contextRule(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool? {
    let before = index > 0 ? scalars[index - 1] : nil
    let after = index + 1 < scalars.count ? scalars[index + 1] : nil
    switch scalars[index].value {
    case 0x200C: return isAfterVirama(before) || Scripts.joins.found(in: scalars, around: index)
    case 0x200D: return isAfterVirama(before)
    case 0xB7: return before == "l" && after == "l"
    case 0x375: return after.map(Scripts.greek.contains) ?? false
    case 0x5F3, 0x5F4: return before.map(Scripts.hebrew.contains) ?? false
    case 0x30FB: return scalars.contains(where: Scripts.kana.contains)
    default: return nil
    }
  }

  private static func isAfterVirama(_ scalar: Unicode.Scalar?) -> Bool {
    scalar?.properties.canonicalCombiningClass == .virama
  }

  /// Arabic-Indic digits must not stand beside the extended ones (appendix A.8 and A.9).
  private static func mixesDigits(_ scalars: [Unicode.Scalar]) -> Bool {
    scalars.contains { (0x660...0x669).contains($0.value) }
      && scalars.contains { (0x6F0...0x6F9).contains($0.value) }
  }

  /// RFC 5892, section 2.6: allowed whatever their properties say.
  private static let exceptions: Set<Unicode.Scalar> = [
    "\u{DF}", "\u{3C2}", "\u{6FD}", "\u{6FE}", "\u{F0B}", "\u{3007}",
  ]

  /// The same section: never allowed.
  private static let disallowed: Set<Unicode.Scalar> = [
    "\u{640}", "\u{7FA}", "\u{302E}", "\u{302F}", "\u{3031}", "\u{3032}", "\u{3033}", "\u{3034}",
    "\u{3035}", "\u{303B}",
  ]
}

extension UInt32 {
  fileprivate var isLowerAlphanumeric: Bool {
    (0x30...0x39).contains(self) || (0x61...0x7A).contains(self)
  }
}

/// The scripts that the rules ask for; PCRE2 knows Unicode's tables, Swift's library not these.
private enum Scripts {
  static let greek = ScalarClass("\\p{sc:Greek}")
  static let hebrew = ScalarClass("\\p{sc:Hebrew}")
  static let kana = ScalarClass("[\\p{sc:Hiragana}\\p{sc:Katakana}\\p{sc:Han}]")
  /// Appendix A.1: a character that joins to the left, U+200C, one that joins to the right.
  ///
  /// The letters of the scripts that join stand for the property Joining_Type.
  static let joins = JoinerContext(
    letter: ScalarClass(
      "[\\p{scx:Arabic}\\p{scx:Syriac}\\p{scx:Mongolian}\\p{scx:Nko}\\p{scx:Mandaic}"
        + "\\p{scx:Manichaean}\\p{scx:Psalter_Pahlavi}\\p{scx:Phags_Pa}\\p{scx:Adlam}"
        + "\\p{scx:Hanifi_Rohingya}\\p{scx:Sogdian}]"
    )
  )
}

/// Characters of one kind.
private struct ScalarClass: Sendable {
  private let pattern: PCRE2Pattern

  init(_ pattern: String) {
    do {
      self.pattern = try PCRE2Pattern(pattern)
    } catch {
      // The patterns are constants of this file, all of which the tests of the formats compile.
      fatalError("a built-in pattern is at fault: \(error.message)")
    }
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    // One character takes no more than the pattern has parts.
    var work = 1_000
    return pattern.match(String(Character(scalar)), work: &work) == .matched
  }
}

/// Whether U+200C stands between letters that it keeps from joining.
private struct JoinerContext: Sendable {
  let letter: ScalarClass

  func found(in scalars: [Unicode.Scalar], around index: Int) -> Bool {
    func joins(_ side: some Sequence<Unicode.Scalar>) -> Bool {
      for scalar in side where scalar.properties.generalCategory != .nonspacingMark {
        return letter.contains(scalar)
      }
      return false
    }
    return joins(scalars[..<index].reversed()) && joins(scalars[(index + 1)...])
  }
}
