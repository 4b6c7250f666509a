import DriverABI

/// Reads a tree that a driver or an engine hands over, and copies it.
///
/// Of a driver, unknown kinds are null and unknown flags are ignored, as the ABI says; of an engine they are refused: a
/// null there would take a stored input away. What the ABI forbids is refused with a reason for the author.
struct ValueReader {
  /// Why a tree was refused.
  struct Refusal: Error {
    /// What is wrong with the value at `path`.
    var problem: String
    /// False where the driver has only passed on what somebody else wrote: a document that is none.
    var isMisuse = true
    /// The rule of the ABI that it breaks.
    var rule = "VAL-10"
    /// Where the value stands, the innermost name first: filled on the way out.
    var path: [String] = []

    var reason: String {
      path.isEmpty ? problem : "\(JSONPointer(path.reversed())) \(problem)"
    }
  }

  /// Deeper trees are refused, so that reading one never exhausts a stack.
  static let depthLimit = 256

  /// Bytes of text read so far, for limits.
  private(set) var size = 0
  /// The places of values that the driver flagged as secret.
  private(set) var secrets: [JSONPointer] = []
  private var depth = 0
  /// Whether kinds and flags that are not known are refused.
  private let isStrict: Bool

  init(isStrict: Bool = false) { self.isStrict = isStrict }

  /// A value, copied.
  mutating func read(_ value: dh_value_v1) throws(Refusal) -> Value {
    if unsafe value.flags & DH_SECRET != 0 { secrets.append(JSONPointer()) }
    size += 16
    if isStrict, unsafe value.flags & ~DH_SECRET != 0 {
      throw refusal("VAL-7", unsafe "has flags that are not known: \(value.flags)")
    }
    switch unsafe value.kind {
    case DH_BOOL: return .bool(unsafe value.as.integer != 0)
    case DH_INT: return .int(unsafe value.as.integer)
    case DH_DOUBLE:
      let number = unsafe value.as.number
      guard number.isFinite else {
        throw refusal(
          "VAL-3",
          "is \(number): a double must be finite; leave it out, or send it as a string"
        )
      }
      return .double(number)
    case DH_DECIMAL:
      let text = unsafe try string(value)
      guard let decimal = DecimalText(text) else {
        throw refusal("VAL-3", "is the decimal \"\(text.prefix(40))\", which is no JSON number")
      }
      return .decimal(decimal)
    case DH_STRING: return unsafe .string(try string(value))
    case DH_BYTES: return .bytes(unsafe [UInt8](try bytes(value)))
    case DH_LIST: return unsafe .list(try items(value))
    case DH_MAP: return unsafe .map(try members(value))
    case DH_JSON:
      let text = unsafe try string(value)
      do throws(JSONText.Malformed) {
        return .json(try JSONText(checking: text))
      } catch {
        throw Refusal(problem: "is no JSON document: \(error.problem)", isMisuse: false)
      }
    case DH_NULL: return .null
    case let kind:
      guard !isStrict else { throw refusal("VAL-7", "is of kind \(kind), which is not known") }
      return .null
    }
  }

  /// A text, copied; nil if it is not UTF-8, has bytes and no address, or more than there can be.
  static func text(_ text: dh_text_v1) -> String? {
    guard unsafe text.len != 0 else { return "" }
    guard let start = unsafe text.ptr, unsafe text.len > 0 else { return nil }
    return unsafe ValueReader.text(buffer(start, text.len))
  }

  // By way of a span: `String(validating:as:)` looks types up at run time, which takes longer than to read a
  // short text.
  private static func text(_ bytes: UnsafeRawBufferPointer) -> String? {
    let bytes = unsafe bytes.bindMemory(to: UInt8.self)
    guard let span = try? UTF8Span(validating: unsafe bytes.span) else { return nil }
    return String(copying: span)
  }

  /// A text, copied, with what is not UTF-8 replaced: for messages, where some text beats none.
  static func repairedText(_ text: dh_text_v1) -> String {
    guard let start = unsafe text.ptr, unsafe text.len > 0 else { return "" }
    return unsafe String(decoding: buffer(start, text.len), as: UTF8.self)
  }

  private static func buffer(
    _ start: UnsafePointer<CChar>,
    _ count: Int
  ) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: start, count: count)
  }

  private mutating func bytes(_ value: dh_value_v1) throws(Refusal) -> UnsafeRawBufferPointer {
    guard unsafe try hasContent(value) else {
      return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    }
    guard let start = unsafe value.as.text else {
      throw refusal("VAL-10", unsafe "has \(value.count) bytes and no address")
    }
    unsafe size += value.count
    return unsafe ValueReader.buffer(start, value.count)
  }

  private mutating func string(_ value: dh_value_v1) throws(Refusal) -> String {
    guard let text = unsafe ValueReader.text(try bytes(value)) else {
      throw refusal("VAL-1", "is not UTF-8; send it as bytes")
    }
    return text
  }

  private mutating func items(_ value: dh_value_v1) throws(Refusal) -> [Value] {
    guard unsafe try hasContent(value) else { return [] }
    guard let start = unsafe value.as.items else {
      throw refusal("VAL-10", unsafe "has \(value.count) items and no address")
    }
    try enter()
    var items: [Value] = []
    unsafe items.reserveCapacity(value.count)
    for index in unsafe 0..<value.count {
      let known = secrets.count
      do throws(Refusal) {
        unsafe items.append(try read(unsafe start[index]))
      } catch {
        throw ValueReader.refusal(error, inside: String(index))
      }
      if secrets.count > known { putSecrets(from: known, inside: String(index)) }
    }
    depth -= 1
    return items
  }

  private mutating func members(_ value: dh_value_v1) throws(Refusal) -> ValueMap {
    var members = ValueMap()
    guard unsafe try hasContent(value) else { return members }
    guard let start = unsafe value.as.members else {
      throw refusal("VAL-10", unsafe "has \(value.count) members and no address")
    }
    try enter()
    unsafe members.reserveCapacity(value.count)
    for index in unsafe 0..<value.count {
      guard let name = unsafe ValueReader.text(unsafe start[index].name) else {
        throw unsafe start[index].name.ptr == nil
          ? refusal("VAL-10", "has a member whose name has a length and no address")
          : refusal("VAL-1", "has a member whose name is not UTF-8")
      }
      let known = secrets.count
      do throws(Refusal) {
        let member = unsafe try read(unsafe start[index].value)
        guard members.insert(name, member) else {
          throw refusal("VAL-4", "stands twice in its map")
        }
      } catch {
        throw ValueReader.refusal(error, inside: name)
      }
      if secrets.count > known { putSecrets(from: known, inside: name) }
      size += name.utf8.count
    }
    depth -= 1
    return members
  }

  /// Whether a value has bytes, items or members.
  ///
  /// - Throws: That it has more than there can be, such as -1 for a length that is not known.
  private func hasContent(_ value: dh_value_v1) throws(Refusal) -> Bool {
    guard unsafe value.count >= 0 else {
      let count = unsafe UInt(bitPattern: value.count)
      throw refusal("VAL-10", "counts \(count), which is 2^63 or more")
    }
    return unsafe value.count != 0
  }

  private mutating func enter() throws(Refusal) {
    guard depth < ValueReader.depthLimit else {
      throw refusal("VAL-10", "is nested deeper than \(ValueReader.depthLimit) levels")
    }
    depth += 1
  }

  /// Completes the places of secrets that were found inside a member or an item.
  private mutating func putSecrets(from first: Int, inside token: String) {
    for place in first..<secrets.count { secrets[place].tokens.insert(token, at: 0) }
  }

  private static func refusal(_ refusal: Refusal, inside token: String) -> Refusal {
    var refusal = refusal
    refusal.path.append(token)
    return refusal
  }

  private func refusal(_ rule: String, _ problem: String) -> Refusal {
    Refusal(problem: problem, rule: rule)
  }
}
