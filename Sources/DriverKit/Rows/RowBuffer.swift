internal import Glibc

/// Memory for a column's values: filled by one thread, then handed over and left alone.
///
/// Aligned to 64 bytes, as the Arrow columnar format recommends. Its bytes are not zeroed.
@safe
public final class RowBuffer: @unchecked Sendable {
  // `@unchecked` because whoever fills it hands it over and changes nothing in it afterwards.

  /// How many bytes there are.
  public let capacity: Int
  private let memory: UnsafeMutableRawPointer

  /// Memory of a size.
  ///
  /// - Parameter capacity: How many bytes are needed.
  public init(capacity: Int) {
    // Whole blocks of the alignment: readers may look at the last one as a whole.
    self.capacity = (max(1, capacity) + 63) & ~63
    var memory: UnsafeMutableRawPointer?
    // As with Swift's own arrays: a process without memory has no other way to go.
    guard unsafe posix_memalign(&memory, 64, self.capacity) == 0, let memory = unsafe memory else {
      fatalError("there is no memory for \(capacity) bytes of rows")
    }
    unsafe self.memory = unsafe memory
  }

  deinit { unsafe free(memory) }

  /// Where it begins, for a C library that fills it.
  @unsafe
  public var start: UnsafeMutableRawPointer { unsafe memory }

  /// Writes a value.
  ///
  /// - Parameters:
  ///   - value: The value, in the machine's byte order.
  ///   - index: Its place, counted in values of its size.
  public func set<Value: BitwiseCopyable>(_ value: Value, at index: Int) {
    let offset = index * MemoryLayout<Value>.size
    precondition(index >= 0 && offset + MemoryLayout<Value>.size <= capacity, "behind the end")
    unsafe memory.storeBytes(of: value, toByteOffset: offset, as: Value.self)
  }

  /// Writes bytes.
  ///
  /// - Parameters:
  ///   - bytes: What is written.
  ///   - offset: Where the first one goes.
  public func set(_ bytes: Span<UInt8>, at offset: Int) {
    precondition(offset >= 0 && offset + bytes.count <= capacity, "behind the end")
    unsafe bytes.withUnsafeBytes { source in
      if let start = source.baseAddress {
        unsafe (memory + offset).copyMemory(from: start, byteCount: source.count)
      }
    }
  }

  /// Writes values one behind the other.
  ///
  /// - Parameters:
  ///   - values: The values, in the machine's byte order.
  ///   - index: The place of the first one, counted in values of their size.
  public func set<Value: BitwiseCopyable>(contentsOf values: Span<Value>, at index: Int = 0) {
    let (offset, size) = (
      index * MemoryLayout<Value>.stride, values.count * MemoryLayout<Value>.stride
    )
    precondition(index >= 0 && offset + size <= capacity, "behind the end")
    unsafe values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress {
        unsafe (memory + offset).copyMemory(from: start, byteCount: size)
      }
    }
  }

  /// Writes values of many lengths into cells of one width, with zeros behind each.
  ///
  /// - Parameters:
  ///   - bytes: The values one behind the other.
  ///   - first: Where the first one begins in `bytes`.
  ///   - ends: Where each ends.
  ///   - width: How many bytes a cell has.
  ///   - terminator: How many zeros come behind each value.
  public func scatter(
    _ bytes: Span<UInt8>,
    from first: Int,
    ends: Span<Int>,
    width: Int,
    terminator: Int
  ) {
    precondition(ends.count * width <= capacity, "behind the end")
    unsafe bytes.withUnsafeBytes { source in
      guard let source = source.baseAddress else {
        if terminator > 0 { clear(0..<(ends.count * width)) }
        return
      }
      var start = first
      for index in 0..<ends.count {
        let (end, cell) = unsafe (ends[index], memory + index * width)
        precondition(
          start >= 0 && end >= start && end <= bytes.count && end - start + terminator <= width,
          "a value that has no room"
        )
        unsafe cell.copyMemory(from: source + start, byteCount: end - start)
        for place in 0..<terminator {
          unsafe cell.storeBytes(of: 0, toByteOffset: end - start + place, as: UInt8.self)
        }
        start = end
      }
    }
  }

  /// Reads a value.
  ///
  /// - Parameters:
  ///   - index: Its place, counted in values of its size.
  ///   - type: What it is.
  /// - Returns: The value, in the machine's byte order.
  public func value<Value: BitwiseCopyable>(at index: Int, as type: Value.Type) -> Value {
    let offset = index * MemoryLayout<Value>.size
    precondition(index >= 0 && offset + MemoryLayout<Value>.size <= capacity, "behind the end")
    return unsafe memory.loadUnaligned(fromByteOffset: offset, as: Value.self)
  }

  /// Reads a bit, the lowest one of a byte first.
  ///
  /// - Parameter index: Its place, counted in bits.
  /// - Returns: Whether it is 1.
  public func bit(_ index: Int) -> Bool {
    value(at: index / 8, as: UInt8.self) >> UInt8(truncatingIfNeeded: index & 7) & 1 == 1
  }

  /// Reads bytes.
  ///
  /// - Parameter range: Which ones.
  /// - Returns: A copy.
  public func bytes(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "behind the end")
    return unsafe [UInt8](
      UnsafeRawBufferPointer(start: memory + range.lowerBound, count: range.count)
    )
  }

  /// Whether no byte is above 127.
  ///
  /// - Parameter range: Which ones.
  /// - Returns: Whether there is none.
  public func isASCII(_ range: Range<Int>) -> Bool {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "behind the end")
    var all: UInt8 = 0
    for place in range { unsafe all |= memory.load(fromByteOffset: place, as: UInt8.self) }
    return all < 0x80
  }

  /// Whether bytes are UTF-8.
  ///
  /// - Parameter range: Which ones.
  /// - Returns: Whether they are.
  public func isUTF8(_ range: Range<Int>) -> Bool {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "behind the end")
    let bytes = unsafe UnsafeRawBufferPointer(start: memory + range.lowerBound, count: range.count)
    return (try? UTF8Span(validating: unsafe Span<UInt8>(_unsafeBytes: bytes))) != nil
  }

  /// Makes bytes zero.
  ///
  /// - Parameter range: Which ones.
  public func clear(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "behind the end")
    unsafe memset(memory + range.lowerBound, 0, range.count)
  }

  /// Makes all bits of bytes 1.
  ///
  /// - Parameter range: Which bytes.
  public func fill(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "behind the end")
    unsafe memset(memory + range.lowerBound, 0xFF, range.count)
  }

  /// Makes a bit 0, the lowest one of a byte first.
  ///
  /// - Parameter index: Its place, counted in bits.
  public func clearBit(_ index: Int) {
    precondition(index >= 0 && index / 8 < capacity, "behind the end")
    let byte = unsafe (memory + index / 8).assumingMemoryBound(to: UInt8.self)
    unsafe byte.pointee &= ~(1 << UInt8(truncatingIfNeeded: index & 7))
  }

  /// Sets a bit, the lowest one of a byte first.
  ///
  /// - Parameter index: Its place, counted in bits.
  public func setBit(_ index: Int) {
    precondition(index >= 0 && index / 8 < capacity, "behind the end")
    let byte = unsafe (memory + index / 8).assumingMemoryBound(to: UInt8.self)
    unsafe byte.pointee |= 1 << UInt8(truncatingIfNeeded: index & 7)
  }

  /// The same bytes with room for more.
  func grown(to capacity: Int, keeping count: Int) -> RowBuffer {
    let larger = RowBuffer(capacity: max(capacity, self.capacity * 2))
    unsafe larger.memory.copyMemory(from: memory, byteCount: count)
    return larger
  }
}
