/// Giving a run up, and saying why.
extension Evaluation {
  /// Whether more room on the stack would have helped.
  var needsRoom: Bool {
    if case .nesting = stop { true } else { false }
  }

  mutating func stopAtLevel() {
    if stop == nil { stop = .level }
  }

  static func keyword(_ stop: Stop) -> String {
    switch stop {
    case .level: "type"
    case .nesting, .work: "$ref"
    case .pattern, .memory: "pattern"
    }
  }

  func words(_ stop: Stop) -> String {
    switch stop {
    case .level:
      "the value nests deeper than \(Evaluation.maximumLevel) levels, so that it cannot be checked"
    case .nesting:
      """
      more than \(room.rawValue) schemas apply inside each other, so that the value cannot be \
      checked; give a flatter value, or let fewer references follow each other
      """
    case .work:
      """
      the schema takes more than \(maximumWork) steps on this value, so that it cannot be \
      checked; give a smaller value, or write the schema with fewer alternatives inside \
      alternatives
      """
    case .pattern(let pattern):
      """
      the pattern \(FaultText.name(pattern.source)) takes too long on this value, so that it \
      cannot be checked; write it with less repetition inside repetition
      """
    case .memory(let pattern):
      """
      the pattern \(FaultText.name(pattern.source)) takes more than \
      \(PCRE2Pattern.heapLimitMiB) MiB of memory on this value, so that it cannot be checked; \
      give a shorter text, or write the pattern with less in its repeated groups
      """
    }
  }
}
