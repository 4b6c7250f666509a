@testable import DriverHost
import FuzzSupport

/// Values as the host may hold them, made of a run's input.
struct HostValues {
  var bytes: InputBytes
  private var remaining = 500
  /// Deeper values are no inputs: a driver may take it that none is.
  private static let levelLimit = 200

  /// Values of what is left of an input.
  init(_ bytes: InputBytes) {
    self.bytes = bytes
  }

  /// The members of a map.
  mutating func members(level: Int) -> ValueMap {
    var members = ValueMap()
    for _ in 0..<count(level: level) {
      let name = text()
      members[name] = value(level: level + 1)
    }
    return members
  }

  /// A text with repairs where it is not UTF-8.
  mutating func text() -> String {
    // Some are longer than what an arena has at first.
    let count = bytes.number(below: 34)
    if count == 33 { return String(repeating: "long ", count: 40 * bytes.number(below: 32)) }
    return String(decoding: bytes.bytes(upTo: count), as: UTF8.self)
  }

  private mutating func value(level: Int) -> Value {
    remaining -= 1
    switch bytes.number(below: 10) {
    case 0: return .null
    case 1: return .bool(bytes.byte() & 1 == 1)
    case 2: return .int(Int64(bitPattern: bytes.word()))
    case 3:
      let number = Double(bitPattern: bytes.word())
      return .double(number.isFinite ? number : -0.0)
    case 4: return .decimal(DecimalText(text()) ?? DecimalText(checked: "1e400"))
    case 5: return .string(text())
    case 6: return .bytes(bytes.bytes(upTo: bytes.number(below: 64)))
    case 7: return .list((0..<count(level: level)).map { _ in value(level: level + 1) })
    case 8:
      let text = text()
      guard let document = try? JSONText(checking: text) else { return .string(text) }
      return .json(document)
    default: return .map(members(level: level))
    }
  }

  private mutating func count(level: Int) -> Int {
    guard remaining > 0, !bytes.isEmpty, level < HostValues.levelLimit else { return 0 }
    let count = bytes.number(below: 40)
    return count < 16 ? 1 : count - 16
  }
}
