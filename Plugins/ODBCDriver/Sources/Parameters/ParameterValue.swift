internal import DriverKit

/// A value for a place in a statement, or several for one in a list, as the inputs give them.
struct ParameterValue: Sendable {
  /// The values, all of one kind; one, but for a list.
  var column: RecordColumn
  /// What they are to the server; nil: what they look like.
  var type: ParameterType?
  /// Whether it was given as a list, which a place is made as many places for.
  var isList: Bool
  /// How many there are.
  var count: Int
  /// Where it was given, as a JSON pointer.
  var pointer: String

  /// Reads a value: a scalar, a list of scalars, or `{type, value}`.
  ///
  /// - Throws: `.invalidInput` that names it.
  init(_ input: borrowing InputValue) throws(DriverError) {
    pointer = input.pointer
    type = nil
    switch input.kind {
    case .map:
      let map = try input.map()
      try map.allow(["type", "value"])
      let name = try map.required("type").string()
      guard let type = ParameterType(rawValue: name) else {
        let known = ParameterType.allCases.map(\.rawValue).joined(separator: ", ")
        throw DriverError(
          .invalidInput,
          "\(pointer)/type is one of \(known), not \(name)",
          pointer: "\(pointer)/type"
        )
      }
      if let value = map["value"] {
        guard value.kind != .map else { throw value.mismatch("a scalar or a list of scalars") }
        self = try ParameterValue(value)
      } else {
        self = ParameterValue(nullAt: pointer)
      }
      self.type = type
    case .list:
      let list = try input.list()
      var builder = RecordColumnBuilder()
      for index in 0..<list.count { try ParameterValue.append(list[index], to: &builder) }
      column = builder.take()
      (isList, count) = (true, list.count)
    default:
      var builder = RecordColumnBuilder()
      try ParameterValue.append(input, to: &builder)
      column = builder.take()
      (isList, count) = (false, 1)
    }
  }

  /// A value that is not there.
  init(nullAt pointer: String) {
    var builder = RecordColumnBuilder()
    builder.appendNull()
    (column, type, isList, count) = (builder.take(), nil, false, 1)
    self.pointer = pointer
  }

  /// Adds a scalar of the inputs to a column.
  ///
  /// - Throws: `.invalidInput` for what is none, or is bytes among others.
  static func append(
    _ input: borrowing InputValue,
    to builder: inout RecordColumnBuilder
  ) throws(DriverError) {
    switch input.kind {
    case .null: builder.appendNull()
    case .bool: builder.append(try input.bool())
    case .int: builder.append(try input.int())
    case .double: builder.append(try input.double())
    case .decimal: builder.appendDecimal(try input.string().utf8)
    case .string: builder.appendText(try input.string().utf8)
    case .bytes: builder.appendBytes(try input.bytes())
    case .list, .map: throw input.mismatch("a scalar")
    }
    guard builder.misfit == nil else {
      throw DriverError(
        .invalidInput,
        "\(input.pointer) is bytes where others of its column are none, or the other way round",
        pointer: input.pointer
      )
    }
  }
}

extension InputMap {
  /// Makes sure that there is no member of another name: what is mistyped would be as if it were not there.
  ///
  /// - Parameter names: The names that there may be.
  /// - Throws: `.invalidInput` that names the first other one.
  func allow(_ names: [String]) throws(DriverError) {
    for index in 0..<count {
      let name = String(self.name(at: index))
      guard names.contains(name) else {
        throw DriverError(
          .invalidInput,
          "\(pointer) has no member \(name): there are \(names.joined(separator: ", "))",
          pointer: value(at: index).pointer
        )
      }
    }
  }
}

extension InputValue {
  /// The error for a value of another kind than is wanted.
  func mismatch(_ expected: String) -> DriverError {
    DriverError(.invalidInput, "\(pointer) must be \(expected)", pointer: pointer)
  }
}
