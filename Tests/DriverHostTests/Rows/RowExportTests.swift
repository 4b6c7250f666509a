import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Rows that are written")
struct RowExportTests {
  private let fixture: FixtureHost

  init() throws { fixture = try FixtureHost("arrow") }

  /// All bytes, in memory.
  private final class Collected: ByteReceiver {
    private let bytes = Lock<[UInt8]>([])
    var data: Data { Data(bytes.withLock { $0 }) }
    var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }

    func receive(_ span: RawSpan) {
      span.withUnsafeBytes { buffer in bytes.withLock { $0 += buffer } }
    }
  }

  private func written(
    _ format: RowFormat,
    _ inputs: ValueMap = [:],
    type: String = "ARROW",
    host: FixtureHost? = nil
  ) async throws -> Collected {
    let collected = Collected()
    _ = try await (host ?? fixture).call(type, nil, inputs) { options in
      options.onRows = { stream in try await stream.write(to: collected, as: format) }
    }
    return collected
  }

  @Test(
    "as an Arrow stream and file are read by pyarrow, every type and value equal",
    .requires(.python),
    arguments: [("stream", RowFormat.arrowStream), ("file", RowFormat.arrowFile)]
  )
  func arrow(kind: String, format: RowFormat) async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("rows.arrow")
    try await written(format).data.write(to: URL(filePath: path))
    let script = "\(ThisPackage.folder)/Tests/Python/read_arrow.py"
    let result = try await Command.run(try Tool.python.required(), [script, kind, path])
    #expect(result.status == 0, "\(result.output)\(result.error)")
  }

  @Test("as Arrow without any batch are a stream and a file all the same", .requires(.python))
  func empty() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("rows.arrow")
    try await written(.arrowFile, ["batches": 0]).data.write(to: URL(filePath: path))
    let script = """
      import sys, pyarrow.ipc
      table = pyarrow.ipc.open_file(sys.argv[1]).read_all()
      sys.exit(0 if (table.num_rows, table.num_columns) == (0, 32) else 1)
      """
    #expect(try await Command.run(try Tool.python.required(), ["-c", script, path]).status == 0)
  }

  @Test("as CSV tell an empty text from a null, and quote what has to be quoted")
  func csv() async throws {
    let lines = try await written(.csv).text.split(
      separator: "\n",
      omittingEmptySubsequences: false
    )
    #expect(lines.count == 19 && lines.last == "")
    #expect(lines[0].hasPrefix("null,bool,int8"))
    #expect(lines[1].contains(",123.45,0.001,\"\",\"\","))
    #expect(lines[2].contains(",[-2147483648],"))
    #expect(lines[2].hasSuffix(#","{""a"":9223372036854775807,""b"":""abc""}""#))
    #expect(lines[4].allSatisfy { $0 == "," })
    #expect(lines[4].count == 31)
  }

  @Test("as NDJSON are one object a line")
  func ndjson() async throws {
    let lines = try await written(.ndjson).text.split(separator: "\n")
    #expect(lines.count == 17)
    let rows = try await fixture.call("ARROW")["rows"].listValue
    #expect(try lines.map { try JSON.parse(String($0)) }[3]["int64"] == .null)
    #expect(try JSON.parse(String(lines[1]))["struct"] == rows?[1]["struct"])
  }

  @Test("to a receiver that takes no more end the call with its reason")
  func refused() async throws {
    struct Full: Error {}
    final class Refusing: ByteReceiver {
      func receive(_ bytes: RawSpan) throws { throw Full() }
    }
    await #expect {
      try await fixture.call("ARROW") { options in
        options.onRows = { stream in try await stream.write(to: Refusing(), as: .ndjson) }
      }
    } throws: { ($0 as? HostError)?.message.contains("Full") == true }
    #expect(fixture.host.statistics.drivers["ARROW"]?.abandonedCalls == 0)
  }
}
