internal import DriverKit

/// Makes batches of rows from what is told of a database, a part of it at a time.
///
/// One thread at a time.
final class CatalogProducer: RowProducer, @unchecked Sendable {
  // `@unchecked` because the host asks on one thread at a time.

  /// A value of a row.
  enum Cell {
    case text(String?)
    case integer(Int?)
    case bool(Bool?)
  }

  /// The columns.
  let fields: [RowField]
  private let call: Call
  private var part: (() throws(DriverError) -> [[Cell]]?)?
  private var then: ((Call) throws(DriverError) -> Bool)?
  private static let rows = 1000

  /// A producer.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - fields: The columns, of texts, of integers with 64 bits or of booleans.
  ///   - part: The next rows, none perhaps; nil: there are no more.
  ///   - then: Hands over the next rows; false: the call is to end.
  init(
    _ call: Call,
    _ fields: [RowField],
    part: @escaping () throws(DriverError) -> [[Cell]]?,
    then: @escaping (Call) throws(DriverError) -> Bool = { (_) throws(DriverError) in false }
  ) {
    self.call = call
    self.fields = fields
    self.part = part
    self.then = then
  }

  func next() throws(DriverError) -> RowBatch? {
    var rows: [[Cell]] = []
    while rows.count < CatalogProducer.rows {
      try call.checkStop()
      guard let more = try part?() else { break }
      rows += more
    }
    guard !rows.isEmpty else { return nil }
    var columns: [RowColumn] = []
    for (index, field) in fields.enumerated() {
      var builder = RowColumnBuilder(field.type, capacity: rows.count)
      for row in rows {
        switch row[index] {
        case .text(let text?): builder.append(text)
        case .integer(let integer?): builder.append(Int64(integer))
        case .bool(let truth?): builder.append(truth)
        case .text(nil), .integer(nil), .bool(nil): builder.appendNull()
        }
      }
      columns.append(builder.take())
    }
    return RowBatch(count: rows.count, columns: columns)
  }

  func close(_ call: Call, _ error: DriverError?) {
    do throws(DriverError) {
      if try goOn(call, error) { return }
    } catch {
      call.fail(error)
      return
    }
    call.end(error)
  }

  /// Hands the next rows over; false: there are none, or nobody wants them.
  ///
  /// Lets go of the statements: once the call has ended, their connection is another's.
  private func goOn(_ call: Call, _ error: DriverError?) throws(DriverError) -> Bool {
    let then = then
    (part, self.then) = (nil, nil)
    guard error == nil else { return false }
    // The consumer may have been told before it asked for more.
    try call.checkStop()
    return try then?(call) ?? false
  }
}
