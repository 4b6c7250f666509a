import DriverHost
import TestSupport
import Testing

@Suite("The examples")
struct ExampleDriverTests {
  private func host(_ names: String...) async throws -> Host {
    var configuration = HostConfiguration()
    var paths: [String] = []
    for name in names { paths.append(try await ExampleDriver.path(name)) }
    configuration.searchPath = SearchPath(entries: paths.map { .init(path: $0, origin: .option) })
    return try Host(configuration)
  }

  @Test("in C greets")
  func c() async throws {
    let host = try await host("c")
    #expect(try await host.connect(type: "HELLO", ["who": "Ada"])["text"] == "Hello, Ada!")
  }

  @Test("in C++ counts, and makes an exception the call's error", .requires(.gxx))
  func cpp() async throws {
    let host = try await host("cpp")
    let text: Value = "to be or\tnot to  be\n"
    let result = try await host.connect(type: "WORDS", ["text": text])
    #expect(result["words"] == 6)
    #expect(result["counts"] == ["be": 2, "not": 1, "or": 1, "to": 2])
    await #expect {
      try await host.connect(type: "WORDS", ["text": text, "longest": 2])
    } throws: { error in
      let error = error as? HostError
      return error?.code == .invalidInput && error?.pointer == JSONPointer(["text"])
    }
    #expect(host.statistics.drivers["WORDS"]?.misuses == 0)
  }

  @Test("in Rust computes of a text and of a stream", .requires(.rustc))
  func rust() async throws {
    let host = try await host("rust")
    // The check value of CRC-32: https://reveng.sourceforge.io/crc-catalogue/17plus.htm
    let text = try await host.connect(type: "CRC", ["text": "123456789"])
    #expect(text["crc"] == "cbf43926" && text["bytes"] == 9)
    var options = CallOptions()
    options.sources["in"] = .bytes([UInt8](repeating: 0, count: 1 << 20))
    let stream = try await host.connect(type: "CRC", options: options)
    #expect(stream["crc"] == "a738ea1c" && stream["bytes"] == .int(1 << 20))
    await #expect {
      try await host.connect(type: "CRC")
    } throws: { ($0 as? HostError)?.pointer == JSONPointer(["text"]) }
    #expect(host.statistics.drivers["CRC"]?.misuses == 0)
  }

  @Test("in Swift waits for a thousand alarms on one thread, and stops those that are cancelled")
  func swift() async throws {
    let host = try await host("swift")
    let message = try await host.connect(type: "ALARM", ["seconds": 0])["message"]
    #expect(message == "time is up")
    let tasks = (0..<1000).map { index in
      Task { () throws(HostError) in
        let inputs: ValueMap = ["seconds": index % 2 == 0 ? 0.05 : 3600, "message": "tea"]
        return try await host.connect(type: "ALARM", inputs)["message"]
      }
    }
    for task in tasks.enumerated() where task.offset % 2 == 1 { task.element.cancel() }
    for (index, task) in tasks.enumerated() {
      if index % 2 == 0 {
        #expect(try await task.value == "tea")
      } else {
        await #expect { try await task.value } throws: { ($0 as? HostError)?.code == .cancelled }
      }
    }
    #expect(host.statistics.drivers["ALARM"]?.misuses == 0)
    #expect(await host.close().isClean)
  }
}
