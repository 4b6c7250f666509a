/// How many connections are made of one, and how they get along.
public struct FanOut: Sendable, Hashable {
  /// How many of them there are at once; what is below 1 is 1.
  public var parallel: Int { didSet { parallel = max(1, parallel) } }
  /// Whether the first failure stops the others: those that run are cancelled, those that wait are not begun.
  public var failsFast: Bool

  /// - Parameters:
  ///   - parallel: How many there are at once, at least 1.
  ///   - failsFast: Whether the first failure stops the others.
  public init(parallel: Int = 16, failsFast: Bool = false) {
    self.parallel = max(1, parallel)
    self.failsFast = failsFast
  }

  /// How one of them ended.
  public struct Item: Sendable {
    /// Its place among the items, from 0.
    public var index: Int
    /// What it put out, or how it failed; `.cancelled` for one that was not begun because another one failed.
    public var outcome: Execution.Outcome
    /// Where the item stands in a file; nil where it stands in none.
    public var location: SourceLocation?
  }

  /// What one of them has of its own.
  package struct Given: Sendable {
    /// Inputs, which are laid over those that all have in common.
    package var inputs: ValueMap
    /// Where they stand in a file, the whole item at the empty pointer; nil where they stand in none.
    package var location: (@Sendable (JSONPointer) -> SourceLocation?)?

    package init(
      _ inputs: ValueMap,
      location: (@Sendable (JSONPointer) -> SourceLocation?)? = nil
    ) {
      self.inputs = inputs
      self.location = location
    }
  }

  /// How many there were, and how they ended.
  public struct Summary: Sendable, Hashable {
    /// How many ended well.
    public var succeeded = 0
    /// How many failed.
    public var failed = 0
    /// How many were cancelled or not begun.
    public var cancelled = 0

    /// All of them.
    public var total: Int { succeeded + failed + cancelled }

    mutating func count(_ outcome: Execution.Outcome) {
      switch outcome {
      case .success: succeeded += 1
      case .failure(let error):
        if error.code == .cancelled { cancelled += 1 } else { failed += 1 }
      }
    }
  }
}
