/// A version after Semantic Versioning 2.0.0: `1.4.0-beta.2+build7`.
public struct SemanticVersion: Sendable, Hashable {
  /// Changes when users must change.
  public let major: UInt64
  /// Changes with what is new.
  public let minor: UInt64
  /// Changes with what is mended.
  public let patch: UInt64
  /// The parts after the hyphen: `["beta", "2"]`; empty for a release.
  public let prerelease: [String]
  /// The parts after the plus sign; they do not count in an order.
  public let build: [String]

  /// The version that a text holds; nil if it is none.
  public init?(_ text: String) {
    // By bytes: taking characters apart takes ten times as long, and what is not ASCII is refused.
    var rest = text.utf8[...]
    var build: [String]? = []
    if let plus = rest.firstIndex(of: UInt8(ascii: "+")) {
      build = SemanticVersion.identifiers(rest[rest.index(after: plus)...], isBuild: true)
      rest = rest[..<plus]
    }
    var prerelease: [String]? = []
    if let hyphen = rest.firstIndex(of: UInt8(ascii: "-")) {
      prerelease = SemanticVersion.identifiers(rest[rest.index(after: hyphen)...], isBuild: false)
      rest = rest[..<hyphen]
    }
    let numbers = SemanticVersion.parts(of: rest)
    guard let build, let prerelease, numbers.count == 3,
      let major = SemanticVersion.number(numbers[0]),
      let minor = SemanticVersion.number(numbers[1]),
      let patch = SemanticVersion.number(numbers[2])
    else { return nil }
    (self.major, self.minor, self.patch) = (major, minor, patch)
    (self.prerelease, self.build) = (prerelease, build)
  }

  /// Digits without a leading zero, as far as they fit 64 bits.
  private static func number(_ text: Substring.UTF8View) -> UInt64? {
    guard text.allSatisfy(isDigit), text.count == 1 || text.first != UInt8(ascii: "0") else {
      return nil
    }
    return UInt64(Substring(text))
  }

  private static func identifiers(_ text: Substring.UTF8View, isBuild: Bool) -> [String]? {
    let parts = parts(of: text)
    let areGood = parts.allSatisfy { part in
      let isNumberWithZero =
        part.allSatisfy(isDigit) && part.count > 1 && part.first == UInt8(ascii: "0")
      return !part.isEmpty && part.allSatisfy(isIdentifierByte) && (isBuild || !isNumberWithZero)
    }
    return areGood ? parts.map { String(Substring($0)) } : nil
  }

  private static func parts(of text: Substring.UTF8View) -> [Substring.UTF8View] {
    text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  }

  private static func isIdentifierByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

extension SemanticVersion: Comparable {
  /// Whether the first precedes the second (Semantic Versioning 2.0.0, 11).
  ///
  /// Versions that differ in their build alone are equal in that order; then their texts decide, so
  /// that the order fits `==`.
  public static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
    let numbers = (left.major, left.minor, left.patch)
    let others = (right.major, right.minor, right.patch)
    guard numbers == others else { return numbers < others }
    guard left.prerelease == right.prerelease else {
      // A release comes after its prereleases.
      if left.prerelease.isEmpty || right.prerelease.isEmpty { return !left.prerelease.isEmpty }
      for (one, other) in zip(left.prerelease, right.prerelease) where one != other {
        return precedes(one, other)
      }
      return left.prerelease.count < right.prerelease.count
    }
    return left.build.lexicographicallyPrecedes(right.build)
  }

  /// Numbers by their value and before texts; texts by their ASCII order.
  private static func precedes(_ one: String, _ other: String) -> Bool {
    let isNumber = (one.utf8.allSatisfy(isDigit), other.utf8.allSatisfy(isDigit))
    switch isNumber {
    case (true, true):
      // Without leading zeros the longer one is the greater one, whatever its size.
      return (one.utf8.count, one) < (other.utf8.count, other)
    case (true, false): return true
    case (false, true): return false
    case (false, false): return one.utf8.lexicographicallyPrecedes(other.utf8)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }
}

extension SemanticVersion: CustomStringConvertible {
  /// The version's text.
  public var description: String {
    var text = "\(major).\(minor).\(patch)"
    if !prerelease.isEmpty { text += "-" + prerelease.joined(separator: ".") }
    if !build.isEmpty { text += "+" + build.joined(separator: ".") }
    return text
  }
}
