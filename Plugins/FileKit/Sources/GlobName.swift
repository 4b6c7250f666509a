/// A pattern of one name.
struct GlobName: Sendable, Hashable {
  /// A step of it.
  private enum Step: Sendable, Hashable {
    case unit(UInt32)
    case anyUnit
    case set([ClosedRange<UInt32>], isNegated: Bool)
    case anything
  }

  private var steps: [Step] = []
  /// The name where there is nothing to be found; nil: there is.
  private(set) var fixed: [UInt8]? = []

  /// Whether only names with a dot at the beginning are meant.
  var beginsWithDot: Bool { steps.first == .unit(0x2E) }

  /// Reads a pattern; a `[` that nothing closes stands for itself.
  ///
  /// - Parameter bytes: The pattern, without `/`.
  init(_ bytes: some Sequence<UInt8>) {
    var rest = Array(bytes)[...]
    while let first = rest.first {
      switch first {
      case UInt8(ascii: "*"):
        rest.removeFirst()
        if steps.last != .anything { steps.append(.anything) }
        fixed = nil
      case UInt8(ascii: "?"):
        rest.removeFirst()
        steps.append(.anyUnit)
        fixed = nil
      case UInt8(ascii: "["):
        if let set = GlobName.readSet(&rest) {
          steps.append(set)
          fixed = nil
        } else {
          readUnit(&rest)
        }
      case UInt8(ascii: "\\"):
        if rest.count > 1 { rest.removeFirst() }
        readUnit(&rest)
      default: readUnit(&rest)
      }
    }
  }

  private mutating func readUnit(_ rest: inout ArraySlice<UInt8>) {
    let unit = NameText.Unit(rest)
    steps.append(.unit(GlobName.value(unit, rest)))
    fixed?.append(contentsOf: rest.prefix(unit.length))
    rest.removeFirst(unit.length)
  }

  /// Reads a set in brackets; nil: nothing closes it, and nothing was read.
  private static func readSet(_ rest: inout ArraySlice<UInt8>) -> Step? {
    var set = rest.dropFirst()
    let isNegated = set.first == UInt8(ascii: "!") || set.first == UInt8(ascii: "^")
    if isNegated { set.removeFirst() }
    var ranges: [ClosedRange<UInt32>] = []
    var isFirst = true
    while let first = set.first {
      // A `]` at the beginning is one of the set.
      if first == UInt8(ascii: "]") && !isFirst {
        rest = set.dropFirst()
        return .set(ranges, isNegated: isNegated)
      }
      isFirst = false
      guard let lower = readMember(&set) else { return nil }
      // A `-` at the end is one of the set.
      let behind = set.dropFirst().first
      guard set.first == UInt8(ascii: "-"), let behind, behind != UInt8(ascii: "]") else {
        ranges.append(lower...lower)
        continue
      }
      set.removeFirst()
      guard let upper = readMember(&set) else { return nil }
      // A range that is turned round has nobody in it.
      if lower <= upper { ranges.append(lower...upper) }
    }
    return nil
  }

  private static func readMember(_ set: inout ArraySlice<UInt8>) -> UInt32? {
    if set.first == UInt8(ascii: "\\") && set.count > 1 { set.removeFirst() }
    guard !set.isEmpty else { return nil }
    let unit = NameText.Unit(set)
    defer { set.removeFirst(unit.length) }
    return value(unit, set)
  }

  /// The number of a character; bytes that are no UTF-8 have numbers behind all characters.
  private static func value(_ unit: NameText.Unit, _ bytes: ArraySlice<UInt8>) -> UInt32 {
    unit.scalar?.value ?? 0x11_0000 + UInt32(bytes.first ?? 0)
  }

  /// Whether a name is meant.
  ///
  /// Only the last `*` is ever tried again: what those before it took need not change, so the time is bounded by both
  /// lengths multiplied.
  ///
  /// - Parameter name: The name.
  /// - Returns: Whether the pattern means it.
  func matches(_ name: ArraySlice<UInt8>) -> Bool {
    if let fixed { return name.elementsEqual(fixed) }
    var rest = name
    var step = 0
    var again: (step: Int, rest: ArraySlice<UInt8>)?
    while true {
      if step < steps.count, steps[step] == .anything {
        step += 1
        again = (step, rest)
        continue
      }
      if rest.isEmpty && step == steps.count { return true }
      if !rest.isEmpty && step < steps.count {
        let unit = NameText.Unit(rest)
        if GlobName.meets(steps[step], GlobName.value(unit, rest)) {
          rest.removeFirst(unit.length)
          step += 1
          continue
        }
      }
      guard let (place, tail) = again, !tail.isEmpty else { return false }
      (step, rest) = (place, tail.dropFirst(NameText.Unit(tail).length))
      again = (step, rest)
    }
  }

  private static func meets(_ step: Step, _ value: UInt32) -> Bool {
    switch step {
    case .unit(let unit): unit == value
    case .anyUnit: true
    case .set(let ranges, let isNegated): ranges.contains { $0.contains(value) } != isNegated
    case .anything: true
    }
  }
}
