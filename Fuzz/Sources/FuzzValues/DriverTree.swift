import DriverABI
@testable import DriverHost
import FuzzSupport
import Glibc

/// A tree as a driver may hand it over, made of a run's input, and what the ABI says of it.
///
/// Everything in it that is not NULL is where it says, in memory of exactly that size: against an
/// address that is none no host can guard.
struct DriverTree: ~Copyable {
  /// What reading a value has to come to.
  enum Expected {
    case value(Value)
    /// Refused by a rule of the ABI.
    case refused(rule: String)
    /// Refused, and not the driver's fault.
    case noDocument
  }

  /// The places that are flagged as secret, an outer one before those inside it.
  private(set) var secrets: [JSONPointer] = []
  /// What the values that are read count for.
  private(set) var size = 0

  private var bytes: InputBytes
  private var allocations: [UnsafeMutableRawPointer] = []
  /// How many more values there may be: an input that is used up would nest without an end.
  private var remaining = 2000

  /// A tree of what is left of an input.
  init(_ bytes: InputBytes) {
    self.bytes = bytes
  }

  deinit {
    for allocation in allocations { free(allocation) }
  }

  /// The whole tree.
  mutating func value() -> (dh_value_v1, Expected) { value(at: JSONPointer(), level: 0) }

  private mutating func value(at place: JSONPointer, level: Int) -> (dh_value_v1, Expected) {
    let kind = UInt32(bytes.number(below: 13))
    remaining -= 1
    var value = dh_value_v1()
    value.kind = kind < 11 ? kind : UInt32(truncatingIfNeeded: bytes.word())
    let flags = bytes.byte()
    // Mostly none; sometimes the one that there is, or others.
    value.flags = flags < 200 ? 0 : flags < 240 ? DH_SECRET : UInt32(flags)
    if value.flags & DH_SECRET != 0 { secrets.append(place) }
    size += 16
    switch value.kind {
    case DH_BOOL, DH_INT:
      value.as.integer = Int64(bitPattern: bytes.word())
      let integer = value.as.integer
      return (value, .value(value.kind == DH_INT ? .int(integer) : .bool(integer != 0)))
    case DH_DOUBLE:
      value.as.number = Double(bitPattern: bytes.word())
      let number = value.as.number
      return (value, number.isFinite ? .value(.double(number)) : .refused(rule: "VAL-3"))
    case DH_DECIMAL, DH_STRING, DH_BYTES, DH_JSON:
      let text = text(limit: 64)
      (value.as.text, value.count) = (text.start, text.count)
      return (value, expected(text, of: value.kind))
    case DH_LIST: return list(value, at: place, level: level)
    case DH_MAP: return map(value, at: place, level: level)
    default:
      // Whatever it counts and points to, nobody looks there.
      value.count = Int(truncatingIfNeeded: bytes.word())
      return (value, .value(.null))
    }
  }

  /// Bytes in memory of their size.
  private struct Text {
    var start: UnsafePointer<CChar>?
    var count: Int
    /// Nil where there should be some and there is no address.
    var content: [UInt8]?
    var string: String? { content.flatMap { String(validating: $0, as: UTF8.self) } }
  }

  private mutating func text(limit: Int) -> Text {
    let count = bytes.number(below: limit + 2)
    if count > limit {
      // No address, with a length or without one.
      let length = bytes.number(below: 3)
      return Text(start: nil, count: length, content: length == 0 ? [] : nil)
    }
    let content = bytes.bytes(upTo: count)
    let place = allocate(content.count, of: CChar.self)
    for (index, byte) in content.enumerated() { place[index] = CChar(bitPattern: byte) }
    return Text(start: UnsafePointer(place), count: content.count, content: content)
  }

  private mutating func expected(_ text: Text, of kind: UInt32) -> Expected {
    guard let content = text.content else { return .refused(rule: "VAL-10") }
    size += content.count
    if kind == DH_BYTES { return .value(.bytes(content)) }
    guard let string = text.string else { return .refused(rule: "VAL-1") }
    switch kind {
    case DH_DECIMAL:
      return DecimalText(string).map { .value(.decimal($0)) } ?? .refused(rule: "VAL-3")
    case DH_JSON:
      // In the bytes of a text no document can be nested too deep.
      return (try? JSON.parse(string)).map { .value($0) } ?? .noDocument
    default: return .value(.string(string))
    }
  }

  private mutating func list(
    _ value: dh_value_v1,
    at place: JSONPointer,
    level: Int
  ) -> (dh_value_v1, Expected) {
    var value = value
    guard let count = itemCount(&value) else { return (value, .refused(rule: "VAL-10")) }
    let items = allocate(count, of: dh_value_v1.self)
    value.as.items = UnsafePointer(items)
    if count == 0 { return (value, .value([])) }
    var refusal = level < ValueReader.depthLimit ? nil : Expected.refused(rule: "VAL-10")
    var expected: [Value] = []
    for index in 0..<count {
      let (item, result) = self.value(at: place.appending(index), level: level + 1)
      (items + index).initialize(to: item)
      if case .value(let value) = result {
        expected.append(value)
      } else {
        refusal = refusal ?? result
      }
    }
    return (value, refusal ?? .value(.list(expected)))
  }

  private mutating func map(
    _ value: dh_value_v1,
    at place: JSONPointer,
    level: Int
  ) -> (dh_value_v1, Expected) {
    var value = value
    guard let count = itemCount(&value) else { return (value, .refused(rule: "VAL-10")) }
    let members = allocate(count, of: dh_member_v1.self)
    value.as.members = UnsafePointer(members)
    if count == 0 { return (value, .value([:])) }
    var refusal = level < ValueReader.depthLimit ? nil : Expected.refused(rule: "VAL-10")
    var expected: [(name: String, value: Value)] = []
    for index in 0..<count {
      let name = text(limit: 8)
      let string = name.string
      let (item, result) = self.value(at: place.appending(string ?? ""), level: level + 1)
      (members + index).initialize(
        to: dh_member_v1(name: dh_text_v1(ptr: name.start, len: name.count), value: item)
      )
      if name.content == nil {
        refusal = refusal ?? .refused(rule: "VAL-10")
      } else if let string {
        size += string.utf8.count
        guard case .value(let value) = result else {
          refusal = refusal ?? result
          continue
        }
        if expected.contains(where: { $0.name.utf8.elementsEqual(string.utf8) }) {
          refusal = refusal ?? .refused(rule: "VAL-4")
        }
        expected.append((name: string, value: value))
      } else {
        refusal = refusal ?? .refused(rule: "VAL-1")
      }
    }
    return (value, refusal ?? .value(.map(ValueMap(expected))))
  }

  /// How many items or members a value has; nil where it counts some that have no address.
  private mutating func itemCount(_ value: inout dh_value_v1) -> Int? {
    let count = bytes.number(below: 24)
    if count == 23 {
      value.count = bytes.number(below: 3)
      return value.count == 0 ? 0 : nil
    }
    // One at a time nests deep with few bytes; many make a map that has an index.
    value.count = remaining > 0 && !bytes.isEmpty ? count < 8 ? 1 : count - 8 : 0
    return value.count
  }

  private mutating func allocate<Element>(
    _ count: Int,
    of type: Element.Type
  ) -> UnsafeMutablePointer<Element> {
    let size = max(1, count * MemoryLayout<Element>.stride)
    guard let place = malloc(size) else { fatalError("no memory") }
    allocations.append(place)
    return place.bindMemory(to: type, capacity: count)
  }
}
