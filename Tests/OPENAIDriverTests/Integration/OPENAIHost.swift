import DriverHost
import TestSupport
import Testing

/// The real host with the driver as it was built.
struct OPENAIHost {
  let host: Host
  /// What the host and the driver have logged.
  let log: Locked<[String]>

  static let shared = Result { try OPENAIHost() }

  init() throws {
    let log = Locked([String]())
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [
      .init(path: ThisPackage.products + "/libOPENAIDriver.so", origin: .option)
    ])
    configuration.logLevel = .trace
    configuration.log = { entry in log.with { $0.append(entry.message) } }
    host = try Host(configuration)
    self.log = log
  }

  func run(
    _ url: String,
    _ mode: Value,
    _ others: ValueMap = [:],
    action: String? = nil,
    outputs: [String: ChannelDestination] = [:]
  ) async throws(HostError) -> ConnectionResult {
    var inputs: ValueMap = ["api_key": "test-key-1", "base_url": .string(url), "mode": mode]
    // Attempts without a wait between them.
    inputs["retry"] = ["attempts": 3, "initial": 0]
    for (name, value) in others { inputs[name] = value }
    var options = CallOptions()
    options.action = action
    options.outputs = outputs
    return try await host.connect(type: "OPENAI", inputs, options: options)
  }

  /// How a call fails; records an issue if it does not.
  func failure(
    _ url: String,
    _ mode: Value,
    _ others: ValueMap = [:],
    action: String? = nil,
    outputs: [String: ChannelDestination] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async -> HostError? {
    do throws(HostError) {
      let result = try await run(url, mode, others, action: action, outputs: outputs)
      Issue.record("it succeeded: \(result.outputs)", sourceLocation: sourceLocation)
      return nil
    } catch {
      return error
    }
  }

  var misuses: Int { host.statistics.drivers["OPENAI"]?.misuses ?? 0 }
}

/// The typealias keeps the test framework's type apart from the host's.
typealias SourceLocation = Testing.SourceLocation

/// What the channels of a call have brought.
final class Received: Sendable {
  private let bytes = Locked([UInt8]())
  private let values = Locked([Value]())

  var text: String { String(decoding: bytes.with { $0 }, as: UTF8.self) }
  var events: [Value] { values.with { $0 } }

  var outputs: [String: ChannelDestination] {
    [
      "text": .bytes { [bytes] more in bytes.with { $0 += more } },
      "events": .values { [values] value in values.with { $0.append(value) } },
    ]
  }
}

/// A chat with a model.
func chat(_ model: String, _ prompt: String = "hello big world", stream: Bool = false) -> Value {
  [
    "mode_name": "chat", "model": .string(model), "prompt": .string(prompt),
    "stream": .bool(stream),
  ]
}
