internal import DriverABI

/// A text of a call's inputs, seen in place.
///
/// UTF-8, or any bytes where the input is declared as bytes. Valid until the call is ended.
@safe
public struct InputText: ~Escapable {
  private let start: UnsafePointer<CChar>?
  /// The number of bytes.
  public let count: Int

  @_lifetime(immortal)
  init(_ text: dh_text_v1) {
    unsafe start = text.ptr
    unsafe count = text.len
  }

  @_lifetime(immortal)
  init(start: UnsafePointer<CChar>?, count: Int) {
    unsafe self.start = unsafe start
    self.count = count
  }

  /// Whether there are no bytes.
  public var isEmpty: Bool { count == 0 }

  /// The bytes.
  public var bytes: Span<UInt8> {
    @_lifetime(copy self)
    get {
      let span = unsafe Span<UInt8>(
        _unsafeStart: UnsafeRawPointer(start ?? InputText.empty).assumingMemoryBound(
          to: UInt8.self
        ),
        count: count
      )
      return unsafe _overrideLifetime(span, copying: self)
    }
  }

  /// The byte at a place, which must be one of the text.
  public subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count, "a text of \(count) bytes has no byte \(index)")
    return unsafe UInt8(bitPattern: (start ?? InputText.empty)[index])
  }

  /// The address of the bytes, which are followed by one NUL that `count` does not count.
  ///
  /// For C functions that keep it: the memory is the host's and valid until the call is ended.
  @unsafe public var address: UnsafePointer<CChar> {
    unsafe start ?? InputText.empty
  }

  /// Whether the text is that one, byte for byte.
  public func equals(_ other: StaticString) -> Bool {
    guard other.utf8CodeUnitCount == count else { return false }
    return unsafe isEqual(to: other.utf8Start)
  }

  private func isEqual(to other: UnsafePointer<UInt8>) -> Bool {
    guard let start = unsafe start else { return true }
    for index in 0..<count where unsafe UInt8(bitPattern: start[index]) != other[index] {
      return false
    }
    return true
  }

  /// What stands for a text without an address: one NUL, for ever at one place and never written.
  private nonisolated(unsafe) static let empty: UnsafePointer<CChar> = {
    let place = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    unsafe place.initialize(to: 0)
    return unsafe UnsafePointer(place)
  }()
}

extension String {
  /// A copy of a text.
  ///
  /// What is not UTF-8 is replaced by U+FFFD.
  public init(_ text: borrowing InputText) {
    self = unsafe String(
      decoding: UnsafeRawBufferPointer(start: text.address, count: text.count),
      as: UTF8.self
    )
  }
}

extension [UInt8] {
  /// A copy of a text's bytes.
  public init(_ text: borrowing InputText) {
    self = unsafe Array(UnsafeRawBufferPointer(start: text.address, count: text.count))
  }
}
