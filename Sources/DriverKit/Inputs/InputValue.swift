internal import DriverABI

/// A value of a call's inputs, seen in place: nothing is copied until a getter is asked.
///
/// The host has validated the inputs against the descriptor's schema, so a getter fails only where a
/// driver asks for something else than it declared; its error names the input all the same. Valid
/// until the call is ended.
@safe
public struct InputValue: ~Escapable {
  /// What sort of value an input is.
  public enum Kind: Sendable, Hashable {
    case null, bool, int, double, decimal, string, bytes, list, map
  }

  private let node: UnsafePointer<dh_value_v1>
  let place: InputPlace

  @_lifetime(immortal)
  init(_ node: UnsafePointer<dh_value_v1>, at place: InputPlace) {
    unsafe self.node = unsafe node
    self.place = place
  }

  /// What sort of value this is; `null` for a kind that this version does not know.
  public var kind: Kind {
    switch unsafe node.pointee.kind {
    case DH_BOOL: .bool
    case DH_INT: .int
    case DH_DOUBLE: .double
    case DH_DECIMAL: .decimal
    case DH_STRING: .string
    case DH_BYTES: .bytes
    case DH_LIST: .list
    case DH_MAP: .map
    default: .null
    }
  }

  /// Whether the value must never be shown, logged or put into a message.
  public var isSecret: Bool { unsafe node.pointee.flags & DH_SECRET != 0 }

  /// The value's JSON pointer (RFC 6901), for errors.
  public var pointer: String { place.pointer }

  /// A boolean.
  public func bool() throws(DriverError) -> Bool {
    guard kind == .bool else { throw mismatch("a boolean") }
    return unsafe node.pointee.as.integer != 0
  }

  /// An integer.
  public func int() throws(DriverError) -> Int64 {
    guard kind == .int else { throw mismatch("an integer") }
    return unsafe node.pointee.as.integer
  }

  /// An integer of a narrower type, or of a narrower range.
  @inlinable
  public func int<Integer: FixedWidthInteger>(
    in range: ClosedRange<Integer>
  ) throws(DriverError) -> Integer {
    let wide = try int()
    guard let integer = Integer(exactly: wide), range.contains(integer) else {
      throw outOfRange("\(range.lowerBound)", "\(range.upperBound)")
    }
    return integer
  }

  @usableFromInline
  func outOfRange(_ lowest: String, _ highest: String) -> DriverError {
    DriverError(
      .invalidInput,
      "\(pointer) must be from \(lowest) to \(highest)",
      pointer: pointer
    )
  }

  /// A number as the nearest double; one beyond the range of doubles is refused.
  public func double() throws(DriverError) -> Double {
    switch kind {
    case .double: return unsafe node.pointee.as.number
    case .int: return unsafe Double(node.pointee.as.integer)
    case .decimal:
      guard let number = Double(String(rawText)) else { throw mismatch("a number") }
      let largest = Double.greatestFiniteMagnitude
      guard number.isFinite else { throw outOfRange("\(-largest)", "\(largest)") }
      return number
    default: throw mismatch("a number")
    }
  }

  /// A number of seconds, as a duration.
  public func seconds() throws(DriverError) -> Duration {
    let seconds = try double()
    // Beyond that a nanosecond count overflows; nobody waits for 290 years.
    guard seconds.magnitude < 9.2e9 else { throw mismatch("a number of seconds below 9.2e9") }
    return .seconds(seconds)
  }

  /// A copy of a string.
  public func string() throws(DriverError) -> String {
    guard kind == .string || kind == .decimal else { throw mismatch("a string") }
    return String(rawText)
  }

  /// A string, a decimal's text or bytes, in place.
  @_lifetime(copy self)
  public func text() throws(DriverError) -> InputText {
    switch kind {
    case .string, .decimal, .bytes: return rawText
    default: throw mismatch("a text")
    }
  }

  /// A copy of bytes, or of a string's UTF-8.
  public func bytes() throws(DriverError) -> [UInt8] {
    guard kind == .bytes || kind == .string else { throw mismatch("bytes") }
    return [UInt8](rawText)
  }

  /// A map.
  @_lifetime(copy self)
  public func map() throws(DriverError) -> InputMap {
    guard kind == .map else { throw mismatch("a map") }
    let map = unsafe InputMap(
      UnsafeBufferPointer(start: node.pointee.as.members, count: node.pointee.count),
      path: place.path
    )
    return unsafe _overrideLifetime(map, copying: self)
  }

  /// A list.
  @_lifetime(copy self)
  public func list() throws(DriverError) -> InputList {
    guard kind == .list else { throw mismatch("a list") }
    let list = unsafe InputList(
      UnsafeBufferPointer(start: node.pointee.as.items, count: node.pointee.count),
      path: place.path
    )
    return unsafe _overrideLifetime(list, copying: self)
  }

  /// The text of a scalar as a form or a command line writes it; nil for null, lists and maps.
  ///
  /// `true`, `42`, `0.1`; a string as it is, bytes in base64.
  public func scalarText() -> String? {
    switch kind {
    case .bool: unsafe node.pointee.as.integer != 0 ? "true" : "false"
    case .int: unsafe String(node.pointee.as.integer)
    case .double: unsafe JSONWriter.number(node.pointee.as.number)
    case .string, .decimal: String(rawText)
    case .bytes: Base64.text(rawText.bytes)
    case .null, .list, .map: nil
    }
  }

  private var rawText: InputText {
    @_lifetime(copy self)
    get {
      let text = unsafe InputText(start: node.pointee.as.text, count: node.pointee.count)
      return unsafe _overrideLifetime(text, copying: self)
    }
  }

  /// The error for a value of another kind than the driver asks for.
  func mismatch(_ expected: String) -> DriverError {
    let pointer = self.pointer
    return DriverError(
      .invalidInput,
      "\(pointer.isEmpty ? "the inputs" : pointer) must be \(expected), not \(kind.inWords)",
      pointer: pointer
    )
  }
}

extension InputValue.Kind {
  /// The kind as a message names it.
  var inWords: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .int: "an integer"
    case .double, .decimal: "a number"
    case .string: "a string"
    case .bytes: "bytes"
    case .list: "a list"
    case .map: "a map"
    }
  }
}
