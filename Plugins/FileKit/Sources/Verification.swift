/// How it is made sure that a file arrived whole.
package enum Verification: String, Sendable, Hashable, CaseIterable {
  /// Not at all.
  case none
  /// By its size.
  case size
  /// By a checksum where the server has one, else by the size.
  case checksum

  /// What is known of a file.
  package struct Facts: Sendable, Hashable {
    /// How many bytes it has.
    package var size: Int64?
    /// A checksum of it.
    package var checksum: FileChecksum?

    /// Facts.
    ///
    /// - Parameters:
    ///   - size: How many bytes it has.
    ///   - checksum: A checksum of it.
    package init(size: Int64?, checksum: FileChecksum? = nil) {
      self.size = size
      self.checksum = checksum
    }
  }

  /// What was found.
  package enum Outcome: Sendable, Hashable {
    /// Nobody asked.
    case notAsked
    /// The sizes are the same, and no checksum was asked for or to be had.
    case sameSize
    /// The checksums are the same.
    case sameChecksum
    /// They are not the same; for people.
    case differs(String)
    /// Nothing could be compared; for people.
    case unknown(String)
  }

  /// Compares a file with what it was made from.
  ///
  /// - Parameters:
  ///   - source: What was sent.
  ///   - target: What is there.
  /// - Returns: What was found.
  package func check(source: Facts, target: Facts) -> Outcome {
    if self == .none { return .notAsked }
    if let sent = source.size, let there = target.size, sent != there {
      return .differs("\(sent) bytes were sent, and \(there) are there")
    }
    if self == .checksum, let sent = source.checksum, let there = target.checksum,
      sent.algorithm == there.algorithm
    {
      if sent.bytes == there.bytes { return .sameChecksum }
      let texts = (sent.hexadecimal, there.hexadecimal)
      return .differs("the \(sent.algorithm.rawValue) is \(texts.1) instead of \(texts.0)")
    }
    guard source.size != nil, target.size != nil else {
      return .unknown("the server does not tell how many bytes are there")
    }
    return .sameSize
  }
}
