import Foundation
import TestSupport
import Testing

@Suite("Rows on the command line")
struct RowCommandTests {
  private let cli: CLI

  init() async throws {
    cli = try CLI()
    let driver = try await ExampleDriver.path("c-stream")
    try cli.folder.write(
      [UInt8](try Data(contentsOf: URL(filePath: driver))),
      to: "libStreamDriver.so",
      mode: 0o644
    )
  }

  private func run(_ more: String) async throws -> CLI.Run {
    try await cli.run("run --type STREAM --driver-path <folder>/libStreamDriver.so \(more)")
  }

  @Test("are printed as a table, CSV and NDJSON, and collected for JSON")
  func formats() async throws {
    var runs: [CLI.Run] = []
    for format in ["table", "csv", "ndjson", "json"] {
      runs.append(try await run("--action rows count=11 batch=4 --output \(format)"))
    }
    #expect(runs.allSatisfy { $0.status == 0 })
    try Snapshot.check("run-rows", runs)
  }

  @Test("are written as an Arrow file that pyarrow reads, and as a stream", .requires(.python))
  func arrow() async throws {
    let written = try await run("--action rows count=10000 --output arrow --out <folder>/x.arrow")
    #expect(written.status == 0 && written.output.isEmpty)
    let streamed = try await run("--action rows count=10000 --output arrow-stream --out <folder>/s")
    #expect(streamed.status == 0)
    let script = """
      import sys, pyarrow.ipc as ipc
      one = ipc.open_file(sys.argv[1]).read_all()
      other = ipc.open_stream(sys.argv[2]).read_all()
      assert one.equals(other) and one.num_rows == 10000
      assert one.column("square").null_count == 1000
      assert one.column("name")[9999].as_py() == "number 9999"
      """
    let files = [cli.folder.file("x.arrow"), cli.folder.file("s")]
    let check = try await Command.run(try Tool.python.required(), ["-c", script] + files)
    #expect(check.status == 0, "\(check.error)")
  }

  @Test("in a format that an action cannot be printed in are refused before it runs")
  func refused() async throws {
    let refused = try await run("--action generate size=5 --output arrow")
    #expect(refused.status == 2)
    #expect(refused.error.contains("the action `generate` puts out none"))
  }

  @Test("whose reader has gone end the connection without a failure")
  func readerGone() async throws {
    let program = try CLI.path
    let driver = cli.folder.file("libStreamDriver.so")
    let script = """
      set -o pipefail
      "\(program)" run --type STREAM --driver-path "\(driver)" --action rows count:=100000000 --output csv | head -n 2
      """
    let result = try await Command.run("/bin/bash", ["-c", script], environment: CLI.environment)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output == "number,square,name\n0,0.0,number 0\n")
  }

  @Test("leave no file where the connection fails")
  func failed() async throws {
    let failed = try await run(
      "--action rows count:=1000000000 --output csv --out <folder>/x.csv --timeout 0.3"
    )
    #expect(failed.status == 1)
    #expect(try cli.folder.names() == ["libStreamDriver.so"])
  }
}
