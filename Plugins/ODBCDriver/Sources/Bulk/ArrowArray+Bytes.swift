/// Values of many lengths: texts and bytes.
extension ArrowArray {
  private static let viewSize = 16
  /// Values up to this size stand in their views.
  private static let inlineLimit = 12

  /// Texts, which must be UTF-8 each.
  func texts(_ range: Range<Int>, _ isThere: [Bool]?) throws(ArrowFault) -> RecordBytes {
    let texts = try bytes(range, isThere)
    if areTexts(texts) { return texts }
    // One of them is none; what stands where there is no value may be anything.
    var checked = RecordBytes()
    for index in 0..<texts.count {
      guard isThere?[index] != false else {
        checked.ends.append(checked.bytes.count)
        continue
      }
      let place = texts.range(index)
      guard isUTF8(texts.bytes.span.extracting(place)) else {
        throw fault("has a text that is not UTF-8", range.lowerBound + index)
      }
      checked.append(texts.bytes[place])
    }
    return checked
  }

  /// Values as they are.
  func bytes(_ range: Range<Int>, _ isThere: [Bool]?) throws(ArrowFault) -> RecordBytes {
    // There may be no offsets at all where there are no values.
    guard !range.isEmpty else { return RecordBytes() }
    let offsets = range.lowerBound..<range.upperBound + 1
    switch type {
    case .text(.views), .bytes(.views): return views(range, isThere)
    case .text(.small), .bytes(.small):
      return try values(range, between: loaded(Int32.self, offsets) { Int($0) })
    default: return try values(range, between: loaded(Int64.self, offsets) { Int($0) })
    }
  }

  /// Values of one size.
  func fixedBytes(_ range: Range<Int>, _ size: Int) -> RecordBytes {
    let start = body.startIndex + buffers[0].lowerBound + range.lowerBound * size
    return RecordBytes(
      bytes: Array(body[start..<start + range.count * size]),
      ends: (0..<range.count).map { ($0 + 1) * size }
    )
  }

  /// Looks at all views, so that none leads out of its buffer.
  ///
  /// - Returns: How many bytes the longest value has, and how many all have.
  /// - Throws: Which view does.
  func checkViews() throws(ArrowFault) -> (longest: Int, all: Int) {
    let isThere = isThere(0..<count)
    let views = body.span.extracting(buffers[0])
    var longest = 0
    var all = 0
    for index in 0..<count where isThere?[index] != false {
      let view = index * ArrowArray.viewSize
      let size = Int(views.integer(Int32.self, at: view))
      let buffer = 1 + Int(views.integer(Int32.self, at: view + 8))
      let start = Int(views.integer(Int32.self, at: view + 12))
      guard
        0...ArrowArray.inlineLimit ~= size
          || size > 0 && start >= 0 && 1..<buffers.count ~= buffer
            && size <= buffers[buffer].count - start
      else { throw outside(index) }
      longest = max(longest, size)
      all += size
    }
    return (longest, all)
  }

  /// Values that stand wherever their views say; a value may stand in several views.
  private func views(_ range: Range<Int>, _ isThere: [Bool]?) -> RecordBytes {
    let views = body.span.extracting(buffers[0])
    var values = RecordBytes()
    values.ends.reserveCapacity(range.count)
    for index in range {
      if isThere?[index - range.lowerBound] != false {
        let view = index * ArrowArray.viewSize
        let size = Int(views.integer(Int32.self, at: view))
        var start = body.startIndex + buffers[0].lowerBound + view + 4
        if size > ArrowArray.inlineLimit {
          let buffer = buffers[1 + Int(views.integer(Int32.self, at: view + 8))]
          start =
            body.startIndex + buffer.lowerBound + Int(views.integer(Int32.self, at: view + 12))
        }
        values.bytes.append(contentsOf: body[start..<start + size])
      }
      values.ends.append(values.bytes.count)
    }
    return values
  }

  /// Values that each begin where the one before ends.
  private func values(
    _ range: Range<Int>,
    between offsets: [Int]
  ) throws(ArrowFault) -> RecordBytes {
    let data = buffers[1]
    let first = offsets[0]
    guard 0...data.count ~= first else { throw outside(range.lowerBound) }
    var last = first
    let ends = try [Int](capacity: range.count) { (ends) throws(ArrowFault) in
      for index in 1..<offsets.count {
        let end = offsets[index]
        guard last...data.count ~= end else { throw outside(range.lowerBound + index - 1) }
        ends.append(end &- first)
        last = end
      }
    }
    let start = body.startIndex + data.lowerBound
    return RecordBytes(bytes: Array(body[start + first..<start + last]), ends: ends)
  }

  private func outside(_ record: Int) -> ArrowFault {
    fault("refers to bytes that are not there", record)
  }

  /// Whether texts are UTF-8, each for itself: all together are, and none begins inside of a character.
  private func areTexts(_ texts: RecordBytes) -> Bool {
    let bytes = texts.bytes.span
    guard isUTF8(bytes) else { return false }
    for end in texts.ends where end < bytes.count && bytes[end] & 0xC0 == 0x80 { return false }
    return true
  }

  private func isUTF8(_ bytes: Span<UInt8>) -> Bool {
    do {
      _ = try UTF8Span(validating: bytes)
      return true
    } catch {
      return false
    }
  }
}
