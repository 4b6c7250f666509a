import DriverHost
import Glibc

@_spi(Benchmarks) import DriverHost

/// Calls of a driver that does nothing: what the host itself costs.
struct Calls: Sendable {
  /// What a request to a server looks like: texts, numbers, maps, a union and a secret.
  static let typical: ValueMap = [
    "url": "https://api.example.org/v1/items", "method": "post",
    "headers": ["Accept": "application/json", "X-Request-Source": "flow"],
    "query": ["limit": "10", "offset": "20"], "data": "payload",
    "authentication": ["method": "basic", "user": "ann", "password": "correct horse"],
  ]

  let host: Host

  init(_ host: Host) { self.host = host }

  private func connect(_ type: String, _ action: String, _ inputs: ValueMap) async throws {
    var options = CallOptions()
    options.action = action
    _ = try await host.connect(type: type, inputs, options: options)
  }

  /// Prints the nanoseconds of each line.
  func measure() async throws {
    let typical = Calls.typical
    let empty = try await host.prepareCall(type: "NOOP", action: "nothing", [:])
    let full = try await host.prepareCall(type: "NOOP", action: "typical", typical)
    let onLoop = try await Task(executorPreference: host.loops[0]) { [self] in
      [
        try await Timing.of(runs: 20_000) { try await empty.dispatch() },
        try await Timing.of(runs: 20_000) { try await full.dispatch() },
        try await Timing.of(runs: 10_000) { try await connect("NOOP", "nothing", [:]) },
        try await Timing.of(runs: 10_000) { try await connect("NOOP", "typical", typical) },
      ]
    }.value
    let fromPool = try await Timing.of(runs: 2_000) { try await connect("NOOP", "typical", typical) }
    let blocking = try await Timing.of(runs: 2_000) {
      try await connect("NOOP_BLOCKING", "typical", typical)
    }
    let names = ["dispatch_empty", "dispatch_typical", "connect_empty", "connect_typical"]
    var members = zip(names, onLoop).map { "\"\($0)\": \(Int($1.nanoseconds))" }
    members.append("\"connect_from_pool\": \(Int(fromPool.nanoseconds))")
    members.append("\"connect_blocking\": \(Int(blocking.nanoseconds))")
    print("{\(members.joined(separator: ", "))}")
  }

  /// Prints how many bytes of resident memory a call takes that is in flight, of a driver that keeps 16 bytes.
  func measureMemory(_ count: Int) async throws {
    _ = try await host.prepareCall(type: "HOLD", action: "typical", Calls.typical)
    let before = residentBytes()
    let tasks = (0..<count).map { _ in
      Task(executorPreference: host.loops[0]) { try await connect("HOLD", "typical", Calls.typical) }
    }
    while host.statistics.drivers["HOLD"]?.runningCalls != count {
      try await Task.sleep(for: .milliseconds(20))
    }
    print("{\"bytes\": \((residentBytes() - before) / count)}")
    for task in tasks { task.cancel() }
    for task in tasks { _ = await task.result }
  }

  private func residentBytes() -> Int {
    let file = fopen("/proc/self/statm", "r")
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    fgets(&line, 128, file)
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
  }

  /// The same call again and again, for a profiler.
  func repeatCall(_ which: String, _ count: Int) async throws {
    let empty = try await host.prepareCall(type: "NOOP", action: "nothing", [:])
    let full = try await host.prepareCall(type: "NOOP", action: "typical", Calls.typical)
    try await Task(executorPreference: host.loops[0]) { [self] in
      for _ in 0..<count {
        switch which {
        case "dispatch_empty": try await empty.dispatch()
        case "dispatch_typical": try await full.dispatch()
        case "connect_empty": try await connect("NOOP", "nothing", [:])
        case "connect_typical": try await connect("NOOP", "typical", Calls.typical)
        default: throw BenchError("there is no call \(which)")
        }
      }
    }.value
  }
}
