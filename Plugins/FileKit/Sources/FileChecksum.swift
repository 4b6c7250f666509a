/// A checksum of what is in a file.
package struct FileChecksum: Sendable, Hashable {
  /// How it is made.
  package enum Algorithm: String, Sendable, Hashable, CaseIterable {
    // The best ones first; the last ones tell damage, not intent.
    case sha256
    case sha512
    case sha384
    case sha224
    case sha1
    case md5
    case crc32

    /// How many bytes it has.
    package var length: Int {
      switch self {
      case .sha256: 32
      case .sha512: 64
      case .sha384: 48
      case .sha224: 28
      case .sha1: 20
      case .md5: 16
      case .crc32: 4
      }
    }

    /// The algorithm that a server names, in any of the usual spellings, such as `SHA-256`; nil: it is none of these.
    ///
    /// - Parameter name: The name.
    package init?(named name: String) {
      let plain = name.lowercased().filter { $0 != "-" && $0 != "_" }
      self.init(rawValue: plain == "sha" ? "sha1" : plain)
    }

    /// The best algorithm of those that a server has.
    ///
    /// - Parameter names: Their names.
    /// - Returns: Nil where it has none of these.
    package static func best(of names: some Sequence<String>) -> Algorithm? {
      let offered = Set(names.compactMap(Algorithm.init(named:)))
      return allCases.first(where: offered.contains)
    }
  }

  /// How it is made.
  package let algorithm: Algorithm
  /// Its bytes.
  package let bytes: [UInt8]

  /// A checksum of bytes; nil: these are not as many as it has.
  ///
  /// - Parameters:
  ///   - algorithm: How it is made.
  ///   - bytes: Its bytes.
  package init?(_ algorithm: Algorithm, bytes: [UInt8]) {
    guard bytes.count == algorithm.length else { return nil }
    self.algorithm = algorithm
    self.bytes = bytes
  }

  /// A checksum in hexadecimal digits, large or small ones; nil: it is something else.
  ///
  /// - Parameters:
  ///   - algorithm: How it is made.
  ///   - text: The digits.
  package init?(_ algorithm: Algorithm, hexadecimal text: String) {
    let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == algorithm.length * 2 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      bytes.append(UInt8(high << 4 | low))
    }
    self.init(algorithm, bytes: bytes)
  }

  /// The digits, small ones.
  package var hexadecimal: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
