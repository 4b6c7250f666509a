/// What a kill command did.
struct KillReport: Hashable, Sendable {
  /// How many processes of the run there were.
  let found: Int
  /// The processes that are still there; none: nothing is left running.
  let left: [Int32]

  /// A report of these numbers.
  ///
  /// - Parameters:
  ///   - found: How many processes there were.
  ///   - left: Those that are still there.
  init(found: Int, left: [Int32]) {
    self.found = found
    self.left = left
  }

  /// Reads what a mark says; nil: it is not that.
  ///
  /// - Parameter text: A number, a colon, and the numbers of processes with blanks between them.
  init?(_ text: [UInt8]) {
    let parts = String(decoding: text, as: UTF8.self)
      .split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let found = Int(parts[0]), found >= 0 else { return nil }
    let numbers = parts[1].split(separator: " ")
    let left = numbers.compactMap { Int32($0) }
    guard left.count == numbers.count else { return nil }
    self.init(found: found, left: left)
  }
}
