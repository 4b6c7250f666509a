/// Puts a column of a batch together, value by value.
///
/// For drivers whose library hands values out one by one; one that fills buffers itself needs none.
public struct RowColumnBuilder: ~Copyable {
  /// What the values are.
  public let type: RowType
  /// How many there are.
  public private(set) var count = 0

  private var values: RowBuffer
  private var byteCount = 0
  private var offsets: RowBuffer?
  /// Made for the first value that is missing.
  private var validity: RowBuffer?
  private var nullCount = 0

  /// A column without values.
  ///
  /// - Parameters:
  ///   - type: What its values are.
  ///   - capacity: How many there will be, about.
  public init(_ type: RowType, capacity: Int = 1024) {
    self.type = type
    if let width = type.offsetWidth {
      let offsets = RowBuffer(capacity: (capacity + 1) * width)
      self.offsets = offsets
      values = RowBuffer(capacity: capacity * 16)
      RowColumnBuilder.set(0, at: 0, of: offsets, width)
    } else {
      values = RowBuffer(capacity: type.width.map { $0 * capacity } ?? (capacity + 7) / 8)
    }
  }

  // MARK: - Values

  /// Adds a value of a fixed width: an integer, a floating-point number, a date, a time.
  ///
  /// - Parameter value: In the machine's byte order; its size is the type's.
  public mutating func append<Value: BitwiseCopyable>(_ value: Value) {
    precondition(MemoryLayout<Value>.size == type.width, "the value is of another type's width")
    makeRoom(for: MemoryLayout<Value>.size)
    values.set(value, at: count)
    byteCount += MemoryLayout<Value>.size
    finish(isThere: true)
  }

  /// Adds a boolean.
  public mutating func append(_ truth: Bool) {
    precondition(type == .bool, "the column is of another type")
    setBit(truth)
    finish(isThere: true)
  }

  /// Adds a text, or bytes.
  ///
  /// - Parameter bytes: UTF-8 where the column is of texts.
  public mutating func append(_ bytes: Span<UInt8>) {
    makeRoom(for: bytes.count)
    values.set(bytes, at: byteCount)
    byteCount += bytes.count
    addOffset()
    finish(isThere: true)
  }

  /// Adds texts or bytes that a C library has put into cells, as many as have room in theirs.
  ///
  /// - Parameters:
  ///   - cells: The first cell.
  ///   - stride: How many bytes lie between the begins of two cells.
  ///   - room: How many bytes a value in a cell has at most.
  ///   - lengths: The first length: how many bytes the value has, or `missing`.
  ///   - lengthStride: How many bytes lie between the begins of two lengths.
  ///   - missing: The length of a value that is missing.
  ///   - rows: Which cells.
  /// - Returns: The first row that was not added, since its length is below 0 or above the room; the rows' end where all
  ///   were.
  @unsafe
  public mutating func append(
    cells: UnsafeRawPointer,
    stride: Int,
    room: Int,
    lengths: UnsafeRawPointer,
    lengthStride: Int,
    missing: Int,
    rows: Range<Int>
  ) -> Int {
    guard let offsetWidth = type.offsetWidth else {
      preconditionFailure("the column is of another type")
    }
    // First what there is to be added, so that there is room for all of it at once.
    var (end, size, hasMissing) = (rows.lowerBound, 0, false)
    while end < rows.upperBound {
      let length = unsafe lengths.load(fromByteOffset: end * lengthStride, as: Int.self)
      if length == missing {
        hasMissing = true
      } else if length < 0 || length > room {
        break
      } else {
        size += length
      }
      end += 1
    }
    let added = end - rows.lowerBound
    guard added > 0 else { return end }
    makeRoom(for: size)
    if hasMissing, validity == nil { makeValidity() }
    reserve(added, offsetWidth)
    guard let offsets else { preconditionFailure("the column is of another type") }
    precondition(
      offsetWidth == 8 || byteCount + size <= Int32.max,
      "over 2 GiB of texts in a batch"
    )
    let (target, places) = unsafe (values.start, offsets.start)
    var place = byteCount
    for row in rows.lowerBound..<end {
      let length = unsafe lengths.load(fromByteOffset: row * lengthStride, as: Int.self)
      let isThere = length != missing
      if isThere {
        unsafe (target + place).copyMemory(from: cells + row * stride, byteCount: length)
        place += length
      }
      let index = count + row - rows.lowerBound
      if let validity {
        if isThere { validity.setBit(index) }
      }
      if offsetWidth == 4 {
        unsafe places.storeBytes(
          of: Int32(truncatingIfNeeded: place),
          toByteOffset: (index + 1) * 4,
          as: Int32.self
        )
      } else {
        unsafe places.storeBytes(of: Int64(place), toByteOffset: (index + 1) * 8, as: Int64.self)
      }
      if !isThere { nullCount += 1 }
    }
    byteCount = place
    count += added
    return end
  }

  /// Makes room for offsets, and for bits of values that are there.
  private mutating func reserve(_ added: Int, _ width: Int) {
    if let known = offsets, (count + added + 1) * width > known.capacity {
      offsets = known.grown(to: (count + added + 1) * width, keeping: (count + 1) * width)
    }
    if let known = validity, (count + added) / 8 >= known.capacity {
      let used = known.capacity
      let larger = known.grown(to: (count + added) / 8 + 1, keeping: used)
      larger.clear(used..<larger.capacity)
      validity = larger
    }
  }

  /// Adds a text.
  public mutating func append(_ text: String) { append(text.utf8.span) }

  /// Adds a row in which there is no value.
  public mutating func appendNull() {
    if validity == nil { makeValidity() }
    nullCount += 1
    if type.offsetWidth != nil {
      addOffset()
    } else if let width = type.width {
      makeRoom(for: width)
      // What is there is never looked at, and must not be what somebody else left in memory.
      values.clear(byteCount..<(byteCount + width))
      byteCount += width
    } else {
      setBit(false)
    }
    finish(isThere: false)
  }

  /// The column, and begins anew with none.
  ///
  /// - Returns: What was added since the last time.
  public mutating func take() -> RowColumn {
    let column = RowColumn(
      values,
      offsets: offsets,
      validity: validity,
      nullCount: nullCount
    )
    self = RowColumnBuilder(type, capacity: max(count, 64))
    return column
  }

  // MARK: - Inside

  private mutating func makeRoom(for more: Int) {
    if byteCount + more > values.capacity {
      values = values.grown(to: byteCount + more, keeping: byteCount)
    }
  }

  private mutating func setBit(_ truth: Bool) {
    if count & 7 == 0 {
      byteCount = count / 8
      makeRoom(for: 1)
      values.set(0 as UInt8, at: count / 8)
      byteCount += 1
    }
    if truth { values.setBit(count) }
  }

  private mutating func addOffset() {
    guard let width = type.offsetWidth, let known = offsets else {
      preconditionFailure("the column is of another type")
    }
    precondition(width == 8 || byteCount <= Int32.max, "over 2 GiB of texts in a batch")
    var offsets = known
    if (count + 2) * width > offsets.capacity {
      offsets = offsets.grown(to: (count + 2) * width, keeping: (count + 1) * width)
      self.offsets = offsets
    }
    RowColumnBuilder.set(byteCount, at: count + 1, of: offsets, width)
  }

  private static func set(_ offset: Int, at index: Int, of offsets: RowBuffer, _ width: Int) {
    if width == 4 {
      offsets.set(Int32(truncatingIfNeeded: offset), at: index)
    } else {
      offsets.set(Int64(offset), at: index)
    }
  }

  private mutating func makeValidity() {
    let validity = RowBuffer(capacity: max(64, (count + 8) / 8 * 2))
    validity.clear(0..<validity.capacity)
    for index in 0..<count { validity.setBit(index) }
    self.validity = validity
  }

  private mutating func finish(isThere: Bool) {
    if let known = validity {
      var validity = known
      if count / 8 >= validity.capacity {
        let used = validity.capacity
        validity = validity.grown(to: count / 8 + 1, keeping: used)
        validity.clear(used..<validity.capacity)
        self.validity = validity
      }
      if isThere { validity.setBit(count) }
    }
    count += 1
  }
}
