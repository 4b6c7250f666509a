internal import CODBC
internal import DriverKit

/// A parameter of a procedure, and the memory that its value goes through.
///
/// One thread at a time.
final class ProcedurePlace: @unchecked Sendable {
  // `@unchecked` because one statement has it, and one thread at a time that.
  let name: String
  let isReturned: Bool
  /// Whether the driver writes nothing of a null, and hands over what comes out as a row too.
  let isInRow: Bool
  private let pointer: String
  private let isWide: Bool
  private let direction: Int32
  private let type: ParameterType
  private let cType: Int32
  private let sqlType: Int32
  private let size: Int
  private let digits: Int
  private let width: Int
  private let cells: RowBuffer
  private let lengths: RowBuffer
  /// What stood there in front of the call.
  private let before: SQLLEN
  private let bytesBefore: [UInt8]

  /// Whether something has come out that is there.
  var isFilled: Bool {
    guard comesOut else { return false }
    if cells.bytes(0..<width) != bytesBefore { return true }
    let length = lengths.value(at: 0, as: SQLLEN.self)
    // MariaDB's driver makes 0 of the length of a null that goes in, and writes nothing of one that comes out.
    return length != before && length != codbc_null_data
      && !(before == codbc_null_data && length == 0)
  }

  /// Whether a value comes out.
  var comesOut: Bool { direction != SQL_PARAM_INPUT }

  /// A place for what a function returns.
  convenience init(returning type: ParameterType, _ facts: DriverFacts) {
    let argument = ProcedureInputs.Argument(
      name: "",
      direction: .output,
      value: nil,
      type: type,
      size: 4000,
      pointer: "/returns"
    )
    self.init(argument, isReturned: true, facts)
  }

  /// A place for a parameter.
  init(
    _ argument: ProcedureInputs.Argument,
    isReturned: Bool = false,
    _ facts: DriverFacts
  ) {
    name = argument.name
    self.isReturned = isReturned
    isInRow = facts.parametersAreRow
    pointer = argument.pointer
    direction =
      switch argument.direction {
      case .input: SQL_PARAM_INPUT
      case .output: SQL_PARAM_OUTPUT
      case .both: SQL_PARAM_INPUT_OUTPUT
      }
    let isInput = argument.direction == .input
    let given = argument.value.map {
      ParameterColumn(
        isInput ? $0.column : $0.column.asTexts,
        0..<1,
        as: argument.type ?? $0.type,
        facts
      )
    }
    type =
      argument.type ?? argument.value.map { $0.type ?? ParameterType($0.column.values) } ?? .text
    if argument.direction == .input, let column = given {
      isWide = column.cType == SQL_C_WCHAR
      (cType, sqlType, size, digits) = (column.cType, column.sqlType, column.size, column.digits)
      (width, cells, lengths) = (column.width, column.cells, column.lengths)
      (before, bytesBefore) = (0, [])
      return
    }
    // What comes out is a text, so what goes in is one.
    isWide = type == .text && !facts.charactersAreUTF8
    let (form, bytes) = ProcedurePlace.form(of: type, argument.size, isWide: isWide)
    (cType, width) = (form, max(bytes, given?.width ?? 0))
    sqlType = given?.sqlType ?? type.sqlType(isWide: isWide)
    size = max(given?.size ?? 0, ProcedurePlace.size(of: type, argument.size))
    digits = max(given?.digits ?? 0, type == .decimal ? 10 : type == .timestamp ? 6 : 0)
    cells = RowBuffer(capacity: width)
    // Nothing that a driver writes looks so.
    for index in 0..<width { cells.set(UInt8.max, at: index) }
    lengths = RowBuffer(capacity: MemoryLayout<SQLLEN>.size)
    lengths.set(SQLLEN(0), at: 0)
    if let given {
      // Of a null the memory stays as it is; and where writing is to leave a trace, no zero ends what goes in.
      let length = given.lengths.value(at: 0, as: SQLLEN.self)
      let isBytes = form == SQL_C_BINARY || isInRow
      let count = length == codbc_null_data ? 0 : isBytes ? Int(length) : given.width
      cells.set(given.cells.bytes(0..<min(count, width)).span, at: 0)
      lengths.set(given.lengths.value(at: 0, as: SQLLEN.self), at: 0)
    }
    before = lengths.value(at: 0, as: SQLLEN.self)
    bytesBefore = cells.bytes(0..<width)
  }

  private static func form(
    of type: ParameterType,
    _ size: Int,
    isWide: Bool
  ) -> (Int32, Int) {
    switch type {
    case .binary: (SQL_C_BINARY, size)
    case .text: isWide ? (SQL_C_WCHAR, size * 2 + 2) : (SQL_C_CHAR, size + 1)
    // Digits, dates and times are the same in every encoding, and exact as texts. MariaDB's driver writes texts into
    // numbers of some forms.
    default: (SQL_C_CHAR, 100)
    }
  }

  private static func size(of type: ParameterType, _ size: Int) -> Int {
    switch type {
    case .boolean: 1
    case .integer: 19
    case .double: 15
    case .decimal: 38
    case .date: 10
    case .time: 15
    case .timestamp: 26
    case .text, .binary: size
    }
  }

  /// Has the statement use this memory; the first place is 1.
  func bind(to statement: ODBCStatement, _ number: Int) throws(ODBCFailure) {
    try unsafe statement.bind(
      BoundParameter(
        number: number,
        direction: direction,
        cType: cType,
        sqlType: sqlType,
        size: size,
        digits: digits,
        cells: cells.start,
        width: width,
        lengths: lengths.start.assumingMemoryBound(to: SQLLEN.self)
      )
    )
  }

  /// What came out.
  ///
  /// - Throws: `.tooLarge` for what has no room, `.protocolViolation` for a driver that lies.
  func output() throws(DriverError) -> OutputValue {
    let length = lengths.value(at: 0, as: SQLLEN.self)
    let leavesTrace = direction == SQL_PARAM_OUTPUT || isInRow && type != .binary
    if length == codbc_null_data || leavesTrace && !isFilled { return .null }
    let room = type == .binary ? width : isWide ? width - 2 : width - 1
    guard length >= 0, Int(length) <= room else {
      throw DriverError(
        .tooLarge,
        "the parameter \(name) came with \(length) bytes, and has room for \(room): give it a larger size",
        pointer: pointer
      )
    }
    let bytes = cells.bytes(0..<Int(length))
    if type == .binary { return .bytes(bytes) }
    switch type {
    case .integer:
      if let integer = NumberText.integer(bytes.span) { return .int(integer) }
    case .double:
      if let number = NumberText.double(bytes.span), number.isFinite { return .double(number) }
    case .boolean:
      if let truth = NumberText.bool(bytes.span) { return .bool(truth) }
    case .decimal: return ProcedurePlace.decimal(bytes)
    default: break
    }
    guard isWide else { return .string(String(decoding: bytes, as: UTF8.self)) }
    // In the machine's order, which is little-endian wherever this is built.
    let units = stride(from: 0, to: bytes.count - 1, by: 2).map {
      UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
    }
    return .string(String(decoding: units, as: UTF16.self))
  }

  /// A decimal as JSON has it; the text where it is none.
  static func decimal(_ bytes: [UInt8]) -> OutputValue {
    let scale = DecimalText.shape(of: bytes.span).scale
    guard let integer = DecimalText.wideInteger(bytes.span, precision: 76, scale: scale) else {
      return .string(String(decoding: bytes, as: UTF8.self))
    }
    return .decimal(DecimalText.text(integer.description, scale: scale))
  }
}
