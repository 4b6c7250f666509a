/// Which sessions are alike: a digest of the inputs that a session is opened with.
///
/// Neither a secret nor any other input can be read from it. It is two of the standard library's keyed
/// hashes, whose keys are random in each process, so that nobody can prepare two inputs that meet.
struct SessionKey: Hashable, Sendable {
  private let upper: Int
  private let lower: Int
  private let isEmpty: Bool

  init(_ inputs: ValueMap) {
    isEmpty = inputs.isEmpty
    upper = SessionKey.digest(inputs, salt: 1)
    lower = SessionKey.digest(inputs, salt: 2)
  }

  /// Picks one of several loops, always the same; nil without inputs, where any will do.
  var affinity: Int? { isEmpty ? nil : upper & Int.max }

  private static func digest(_ inputs: ValueMap, salt: Int) -> Int {
    var hasher = Hasher()
    hasher.combine(salt)
    hasher.combine(inputs)
    return hasher.finalize()
  }
}
