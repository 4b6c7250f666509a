import DriverHost
import Glibc
import Synchronization

/// Rows through the ODBC driver.
struct Databases: Sendable {
  private let host: Host
  private let connection: String

  init(_ host: Host, connection: String) {
    self.host = host
    self.connection = connection
  }

  /// What is measured: `read` or `insert`, with the arguments behind the connection string.
  func run(_ workload: String, _ arguments: ArraySlice<String>) async throws {
    let arguments = Array(arguments)
    do {
      try await host.load(type: "ODBC")
      switch (workload, arguments.count) {
      case ("read", 1): try await read(arguments[0])
      case ("read", 4):
        let partitions: Value = [
          "column": .string(arguments[1]), "count": .int(Int64(arguments[2]) ?? 0),
          "parallel": .int(Int64(arguments[3]) ?? 0),
        ]
        try await read(arguments[0], partitions: partitions)
      case ("insert", 3): try await insert(arguments[1], format: arguments[2], into: arguments[0])
      default:
        throw BenchError(
          "usage: … odbc read CONNECTION STATEMENT [COLUMN COUNT PARALLEL] | odbc insert CONNECTION TABLE FILE FORMAT"
        )
      }
    } catch let error as HostError {
      // The table says so in the place of the figure.
      print(JSON.text(["error": .string("\(error)")]))
    }
  }

  /// All rows of a statement, as batches that nobody looks into, from connecting to the last one.
  private func read(_ statement: String, partitions: Value? = nil) async throws(HostError) {
    let (rows, largest) = (Counter(), Counter())
    var options = CallOptions()
    options.action = "query"
    options.onRows = { stream in
      while let batch = try await stream.next() {
        rows.add(batch.rowCount)
        largest.raise(to: batch.rowCount)
      }
    }
    var inputs: ValueMap = [
      "connection_string": .string(connection), "statement": .string(statement),
    ]
    if let partitions { inputs["partitions"] = partitions }
    let (start, computed) = (now(), Process.computedMicroseconds())
    _ = try await host.connect(type: "ODBC", inputs, options: options)
    report(rows.value, since: start, computed, block: largest.value)
  }

  /// All records of a file, from connecting to the end of the transaction.
  private func insert(
    _ file: String,
    format: String,
    into table: String
  ) async throws(HostError) {
    var options = CallOptions()
    options.action = "execute_many"
    let inputs: ValueMap = [
      "connection_string": .string(connection), "table": .string(table), "source": .string(file),
      "format": .string(format),
    ]
    let (start, computed) = (now(), Process.computedMicroseconds())
    let result = try await host.connect(type: "ODBC", inputs, options: options)
    report(Int(result["row_count"].intValue ?? 0), since: start, computed)
  }

  private func report(_ rows: Int, since start: Int64, _ computed: Double, block: Int = 0) {
    let seconds = Double(now() - start) / 1e9
    let microseconds = (Process.computedMicroseconds() - computed) / Double(max(1, rows))
    print(
      JSON.text([
        "rows": .int(Int64(rows)), "rate": .double(Double(rows) / seconds),
        "cpu_us": .double(microseconds), "block": .int(Int64(block)),
        "peak_kib": .int(Int64(Process.peakKiB)),
      ])
    )
  }
}

/// A number that a call adds to.
private final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  var value: Int { count.load(ordering: .relaxed) }

  func add(_ more: Int) { count.add(more, ordering: .relaxed) }

  func raise(to other: Int) { count.max(other, ordering: .relaxed) }
}
