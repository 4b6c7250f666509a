import DriverHost
import TestSupport
import Testing

@Suite("A process that runs drivers of any language", .requires(.gcc))
struct WorkerLanguageTests {
  @Test("runs one in C++, whose exception is the call's error", .requires(.gxx))
  func cpp() async throws {
    let pair = try await DriverPair(.example("cpp"), type: "WORDS")
    let outcome = try await pair.expectEqual(nil, ["text": "to be or not to be"])
    #expect(outcome.outputs["words"] == 6)
    let long = try await pair.expectEqual(nil, ["text": "to be or not", "longest": 2])
    #expect(long.failure?.pointer == JSONPointer(["text"]))
    await pair.close()
  }

  @Test("runs one in Rust, which reads a stream", .requires(.rustc))
  func rust() async throws {
    let pair = try await DriverPair(.example("rust"), type: "CRC")
    let outcome = try await pair.expectEqual {
      $0.sources["in"] = .bytes([UInt8](repeating: 0, count: 1 << 20))
    }
    #expect(outcome.outputs["crc"] == "a738ea1c")
    try await pair.expectEqual()
    await pair.close()
  }

  @Test(
    "runs one in Swift, which asks a database through a library that it loads itself",
    .requires(.odbcSQLite),
    .unavailable(under: .address, .thread, reason: "the sanitizer's runtime must come first")
  )
  func swift() async throws {
    let folder = try TemporaryFolder()
    let pair = try await DriverPair(.product("ODBC"), type: "ODBC")
    let database: ValueMap = [
      "driver": .string(try Tool.odbcSQLite.required()),
      "database": .string(folder.file("shop.db")),
    ]
    func with(_ statement: String) -> ValueMap {
      var inputs = database
      inputs["statement"] = .string(statement)
      return inputs
    }
    let outcome = try await pair.expectEqual(
      "query",
      with(
        """
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
        select i, i * 0.5 as half, 'row ' || i as text, null as missing, x'00ff' as bytes from n
        """
      )
    )
    #expect(outcome.outputs["rows"]?.listValue?.count == 5000)
    let failed = try await pair.expectEqual("query", with("select name from nowhere"))
    #expect(failed.failure?.vendorState == "HY000" && failed.failure?.details != nil)
    try await pair.expectEqual("server_info", database)
    await pair.close()
  }
}
