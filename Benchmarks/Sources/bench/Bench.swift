import DriverHost
import Glibc

@_spi(Benchmarks) import DriverHost

@main
struct Bench {
  nonisolated static func main() async throws {
    let path = CommandLine.arguments[1]
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [.init(path: path, origin: .option)])
    let host = try Host(configuration)
    let typical: ValueMap = [
      "url": "https://api.example.org/v1/items", "method": "post",
      "headers": ["Accept": "application/json", "X-Request-Source": "flow"],
      "query": ["limit": "10", "offset": "20"], "data": "payload",
      "authentication": ["method": "basic", "user": "ann", "password": "correct horse"],
    ]
    let empty = try await host.prepareCall(type: "NOOP", action: "nothing", [:])
    let full = try await host.prepareCall(type: "NOOP", action: "typical", typical)
    var options = CallOptions()
    options.action = "typical"
    let callOptions = options
    @Sendable nonisolated func report(_ name: String, _ timing: Timing) {
      print(name, Int(timing.nanoseconds), "ns")
    }
    if CommandLine.arguments.count > 2 {
      let which = CommandLine.arguments[2]
      try await Task(executorPreference: host.loops[0]) {
        for _ in 0..<2000 {
          switch which {
          case "dispatch": try await empty.dispatch()
          case "typical": try await full.dispatch()
          case "connect": _ = try await host.connect(type: "NOOP")
          default: _ = try await host.connect(type: "NOOP", typical, options: callOptions)
          }
        }
      }.value
      return
    }
    try await Task(executorPreference: host.loops[0]) {
      report("dispatch, no inputs, on the loop", try await Timing.of(runs: 20_000) { try await empty.dispatch() })
      report("dispatch, typical, on the loop", try await Timing.of(runs: 20_000) { try await full.dispatch() })
      report("connect, no inputs, on the loop", try await Timing.of(runs: 10_000) { _ = try await host.connect(type: "NOOP") })
      report("connect, typical, on the loop", try await Timing.of(runs: 10_000) { _ = try await host.connect(type: "NOOP", typical, options: callOptions) })
    }.value
    report("connect, typical, from the pool", try await Timing.of(runs: 3_000) { _ = try await host.connect(type: "NOOP", typical, options: callOptions) })
    await host.close()
  }
}
