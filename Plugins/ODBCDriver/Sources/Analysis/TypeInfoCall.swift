internal import DriverKit

/// The action `type_info`: the types that columns can have, as the driver tells of them.
struct TypeInfoCall {
  private let call: Call
  private let session: ODBCSession

  init(_ call: Call, _ session: ODBCSession) throws(DriverError) {
    self.call = call
    self.session = session
  }

  func run() throws(DriverError) {
    let connection = try session.connection(for: call)
    let cursor: CatalogCursor<[CatalogProducer.Cell]>
    do throws(ODBCFailure) {
      let statement = try connection.statement()
      call.onStop { [weak statement] in statement?.cancel() }
      try statement.askTypes()
      cursor = CatalogCursor(statement) { (row) throws(ODBCFailure) in
        // In the order of the columns, as some drivers want it; those of SQLGetTypeInfo.
        let name = try row.text(inColumn: 1)
        let type = try row.integer(inColumn: 2)
        let size = try row.integer(inColumn: 3)
        let prefix = try row.text(inColumn: 4)
        let suffix = try row.text(inColumn: 5)
        let parameters = try row.text(inColumn: 6)
        let nullable = try row.integer(inColumn: 7)
        let unsigned = try row.integer(inColumn: 10)
        let automatic = try row.integer(inColumn: 12)
        return [
          .text(name), .integer(type), .integer(size), .text(prefix), .text(suffix),
          .text(parameters), .bool(nullable.map { $0 != 0 }), .bool(unsigned.map { $0 != 0 }),
          .bool(automatic.map { $0 != 0 }),
        ]
      }
    } catch {
      throw session.error(error, connection, call)
    }
    let fields = TypeInfoCall.fields
    let producer = CatalogProducer(call, fields) { [session, call] () throws(DriverError) in
      do throws(ODBCFailure) {
        return try cursor.next().map { [$0] }
      } catch {
        throw session.error(error, connection, call)
      }
    }
    try call.rows("types", fields, from: producer)
  }

  private static let fields = [
    RowField("name", .utf8), RowField("sql_type", .int64), RowField("size", .int64),
    RowField("literal_prefix", .utf8), RowField("literal_suffix", .utf8),
    RowField("parameters", .utf8), RowField("is_nullable", .bool), RowField("is_unsigned", .bool),
    RowField("is_automatic", .bool),
  ]
}
