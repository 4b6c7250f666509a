import DriverABI

/// Checks an array's shape against its type, before anything in it is read.
///
/// Buffers carry no length in the Arrow C data interface, so what can be checked is that everything
/// that must be there is there, and that counts and offsets agree with one another.
enum ArrowShape {
  /// - Parameters:
  ///   - array: What the driver handed over.
  ///   - field: What it should be.
  ///   - rows: How many elements are needed at least; nil: as many as it says itself.
  /// - Throws: What is wrong, as a fault of the driver.
  static func check(_ array: ArrowArray, _ field: ArrowField, rows: Int?) throws(HostError) {
    func refuse(_ reason: String) -> HostError {
      ArrowSchemaReader.refusal(
        field.name.isEmpty ? "a batch \(reason)" : "the column `\(field.name)` \(reason)"
      )
    }
    let length = unsafe array.length
    let offset = unsafe array.offset
    guard unsafe array.release != nil else { throw refuse("was released already") }
    guard length >= 0, offset >= 0, length < 1 << 48, offset < 1 << 48 else {
      throw refuse("has \(length) elements from \(offset) on")
    }
    if let rows, length < rows { throw refuse("has \(length) elements where \(rows) are needed") }
    guard unsafe array.dictionary == nil else { throw refuse("has a dictionary") }
    let expected = field.type.layout
    guard unsafe array.n_buffers == Int64(expected.buffers) else {
      throw refuse(
        "has \(unsafe array.n_buffers) buffers where \(field.type.description) has \(expected.buffers)"
      )
    }
    guard unsafe array.n_children == Int64(expected.children.count) else {
      throw refuse(
        "has \(unsafe array.n_children) children where \(field.type.description) has \(expected.children.count)"
      )
    }
    if expected.buffers > 0, unsafe array.buffers == nil { throw refuse("has no buffers") }
    if expected.buffers > 0, unsafe array.buffers?[0] == nil, unsafe array.null_count > 0 {
      throw refuse("counts \(unsafe array.null_count) nulls and has no validity bitmap")
    }
    for index in 1..<max(1, expected.buffers) {
      let mayBeEmpty = length == 0 || (index == 2)
      guard unsafe mayBeEmpty || array.buffers?[index] != nil else {
        throw refuse("lacks the buffer \(index)")
      }
    }
    let end = Int(length + offset)
    var childRows = end
    if length > 0, let (first, last) = unsafe ArrowCell.offsets(unsafe array, field.type) {
      guard first >= 0, last >= first else {
        throw refuse("has offsets from \(first) to \(last)")
      }
      if expected.buffers == 3, last > first, unsafe array.buffers?[2] == nil {
        throw refuse("has \(last - first) bytes of data and no buffer for them")
      }
      childRows = Int(last)
    } else if field.type.isList {
      childRows = 0
    }
    for (index, child) in expected.children.enumerated() {
      guard let part = unsafe array.children?[index] else { throw refuse("lacks a child") }
      unsafe try check(unsafe part.pointee, child, rows: childRows)
    }
  }
}

extension ArrowType {
  /// How many buffers an array of this type has, and its children.
  var layout: (buffers: Int, children: [ArrowField]) {
    switch self {
    case .null: (0, [])
    case .bool, .int, .float, .decimal, .date, .time, .timestamp: (2, [])
    case .utf8, .largeUtf8, .binary, .largeBinary: (3, [])
    case .list(let item), .largeList(let item): (2, [item])
    case .structure(let fields): (1, fields)
    }
  }

  /// Whether elements of the child belong to a row by offsets.
  var isList: Bool {
    switch self {
    case .list, .largeList: true
    default: false
    }
  }

  /// Bytes of one element in the buffer of values; nil for bits, texts and nested types.
  var fixedWidth: Int? {
    switch self {
    case .int(let bits, _), .float(let bits), .decimal(_, _, let bits): bits / 8
    case .date(let isMilliseconds): isMilliseconds ? 8 : 4
    case .time(let unit): unit == .second || unit == .millisecond ? 4 : 8
    case .timestamp: 8
    default: nil
    }
  }

  /// Bytes of one offset, for types that have offsets.
  var offsetWidth: Int? {
    switch self {
    case .utf8, .binary, .list: 4
    case .largeUtf8, .largeBinary, .largeList: 8
    default: nil
    }
  }
}
