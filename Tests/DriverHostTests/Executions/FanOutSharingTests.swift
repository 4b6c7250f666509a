import DriverHost
import Foundation
import TestSupport
import Testing

/// With the driver of Examples/c-stream.
@Suite("What the items of a fan-out share")
struct FanOutSharingTests {
  private let host: DriverHost.Host
  private let folder: TemporaryFolder

  init() async throws {
    let driver = try await ExampleDriver.path("c-stream")
    folder = try TemporaryFolder()
    try folder.write("abc", to: "in")
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [.init(path: driver, origin: .option)])
    host = try DriverHost.Host(configuration)
  }

  private func copies(
    _ inputs: ValueMap = [:],
    items: [ValueMap] = [[:], [:]],
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async -> [Execution.Outcome] {
    var options = CallOptions()
    options.action = "copy"
    change(&options)
    return await host.connectMany(to: .type("STREAM"), inputs, items: items, options: options)
  }

  /// The error with which all items have failed alike.
  private func refusal(_ outcomes: [Execution.Outcome]) throws -> HostError {
    let errors = outcomes.compactMap { outcome in
      if case .failure(let error) = outcome { error } else { nil as HostError? }
    }
    #expect(errors.count == 2 && Set(errors.map(\.message)).count == 1, "\(outcomes)")
    let error = try #require(errors.first)
    #expect(error.code == .invalidInput && error.stage == .input)
    return error
  }

  @Test("is no file that each would replace")
  func file() async throws {
    let outcomes = await copies {
      $0.sources["in"] = .bytes([1])
      $0.outputs["out"] = .file(folder.file("out"))
    }
    let error = try refusal(outcomes)
    #expect(error.message.hasPrefix("the sink of the channel `out` is one file, which each item"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
  }

  @Test("is no stream, whose reader is told")
  func stream() async throws {
    let stream = ByteStream()
    let outcomes = await copies { $0.outputs["out"] = .stream(stream) }
    let error = try refusal(outcomes)
    #expect(error.message.hasPrefix("the sink of the channel `out` is a stream"))
    await #expect(throws: error) { for try await _ in stream {} }
  }

  @Test(
    "is no source of which one would leave nothing for the others",
    arguments: ["a descriptor", "a function", "a sequence", "a pipe"]
  )
  func source(kind: String) async throws {
    let outcomes = await copies {
      $0.sources["in"] =
        switch kind {
        case "a descriptor": .descriptor(0)
        case "a function": .handler { _ in [] }
        case "a sequence": .sequence(AsyncThrowingStream { $0.finish() })
        default: .file(folder.file("pipe"))
        }
    }
    let error = try refusal(outcomes)
    #expect(error.message.hasPrefix("the source of the channel `in` is \(kind), of which"))
  }

  @Test("may be bytes, a file, memory and a device")
  func allowed() async throws {
    for source in [ChannelOrigin.bytes(Array("abc".utf8)), .file(folder.file("in"))] {
      let outcomes = await copies {
        $0.sources["in"] = source
        $0.outputs["out"] = .collect(limit: 10)
      }
      #expect(
        try outcomes.map { try $0.get()["out"] } == [.bytes([97, 98, 99]), .bytes([97, 98, 99])]
      )
    }
    let devices = await copies(["from": .string(folder.file("in")), "to": "/dev/null"])
    #expect(try devices.map { try $0.get()["bytes"] } == [3, 3])
  }

  @Test("is no input that names such a file or pipe, unless each has its own")
  func inputs() async throws {
    let inputs: ValueMap = [
      "from": .string(folder.file("pipe")), "to": .string(folder.file("out")),
    ]
    let error = try refusal(await copies(inputs))
    #expect(error.faults.map(\.pointer.description) == ["/to", "/from"])
    #expect(error.faults.allSatisfy { $0.kind == .invalid })
    #expect(error.faults[0].message.hasPrefix("all items would write to this one file"))
    #expect(error.faults[1].message.hasPrefix("all items would read this one pipe"))
    let own = await copies(
      ["from": .string(folder.file("in"))],
      items: ["a", "b"].map { ["to": .string(folder.file($0))] }
    )
    #expect(try own.map { try $0.get()["bytes"] } == [3, 3])
    #expect(try folder.text("a") == "abc" && folder.text("b") == "abc")
  }
}
