import DriverHistory
import DriverHost
import Glibc

/// Records executions: for tests, which kill it, and to measure.
///
/// `HistoryRecorder kill FILE`: for ever, from several tasks; prints the id of each whose end was
/// recorded. `HistoryRecorder some FILE COUNT`: so many, and ends.
/// `HistoryRecorder hold FILE`: one that does not end; prints its id once it is in the file.
/// `HistoryRecorder fork FILE`: as `hold`, with a child that tries to use the history and lives on.
/// `HistoryRecorder full FILE`: until the file cannot grow, and then lets it grow again.
/// `HistoryRecorder bench FILE TASKS COUNT`: prints the nanoseconds for each of so many.
@main
struct Recorder {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count > 2 else { exit(64) }
    let path = arguments[2]
    let numbers = arguments.dropFirst(3).compactMap { Int($0) }
    switch arguments[1] {
    case "kill": await record(with: try SQLiteHistory(path: path))
    case "some":
      // As a program that makes a few calls and ends.
      var options = SQLiteHistory.Options()
      options.checkpointsOnClose = false
      let history = try SQLiteHistory(path: path, options: options)
      for _ in 0..<(numbers.first ?? 1) { say(await recordOne(with: history, pausing: 0)) }
      await history.close()
    case "hold": try await hold(try SQLiteHistory(path: path)) {}
    case "fork":
      let history = try SQLiteHistory(path: path)
      try await hold(history) { await fork(history) }
    case "full": try await DiskTrial(path: path).run()
    case "bench": try await Measurement(path: path, tasks: numbers[0], count: numbers[1]).run()
    default: exit(64)
    }
  }

  /// Writes a line at once: what is longer in a buffer would be lost with the process.
  static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
  }

  private static func record(with history: SQLiteHistory) async {
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          while true {
            // Some are long enough to be written before they end.
            let pause = task < 6 ? 0 : Int.random(in: 40...120)
            say(await recordOne(with: history, pausing: pause))
          }
        }
      }
    }
  }

  /// Records a whole execution, and returns its id.
  static func recordOne(with history: SQLiteHistory, pausing milliseconds: Int) async -> String {
    var record = ExecutionRecord(
      id: makeID(),
      status: .new,
      created: .now,
      input: ["url": "https://example.com", "number": .int(Int64.random(in: 0...1000))]
    )
    record.connectorName = "example"
    record.connectorType = "REST"
    record.action = "call"
    history.record(record)
    record.status = .running
    record.started = .now
    history.record(record)
    if milliseconds > 0 { try? await Task.sleep(for: .milliseconds(milliseconds)) }
    record.status = .succeeded
    record.ended = .now
    let output = ExecutionRecord(
      id: record.id,
      status: .succeeded,
      created: record.created,
      input: record.input,
      output: ["status_code": 200, "body": "some text that was answered"]
    )
    var end = output
    end.connectorName = record.connectorName
    end.connectorType = record.connectorType
    end.action = record.action
    end.started = record.started
    end.ended = record.ended
    await history.recordEnd(end)
    return record.id
  }

  private static func hold(
    _ history: SQLiteHistory,
    _ body: () async throws -> Void
  ) async throws {
    var record = ExecutionRecord(id: makeID(), status: .running, created: .now)
    record.connectorName = "held"
    history.record(record)
    // Reading waits until it is in the file.
    _ = try await history.execution(record.id)
    try await body()
    say(record.id)
    try await Task.sleep(for: .seconds(3600))
  }

  /// Forks, and has the child say what it could do with the history.
  private static func fork(_ history: SQLiteHistory) async {
    // Swift hides fork(2), after which most of a program does not work.
    typealias Fork = @convention(c) () -> pid_t
    guard let address = dlsym(nil, "fork") else { exit(70) }
    guard unsafeBitCast(address, to: Fork.self)() == 0 else { return }
    history.record(ExecutionRecord(id: makeID(), status: .new, created: .now))
    await history.recordEnd(ExecutionRecord(id: makeID(), status: .succeeded, created: .now))
    await history.close()
    do {
      _ = try await history.executions(ExecutionQuery())
    } catch {
      say("\(getpid()) \(error.message)")
    }
    while true { pause() }
  }

  /// A UUID of version 7.
  static func makeID() -> String {
    func hex(_ number: UInt64, _ digits: Int) -> String {
      let text = String(number, radix: 16)
      return String(repeating: "0", count: digits - text.count) + text
    }
    let milliseconds = hex(UInt64(WallTime.now.nanoseconds / 1_000_000), 12)
    let random = hex(UInt64.random(in: 0..<(1 << 48)), 12)
    return "\(milliseconds.prefix(8))-\(milliseconds.suffix(4))-7\(hex(.random(in: 0..<4096), 3))"
      + "-8\(hex(.random(in: 0..<4096), 3))-\(random)"
  }
}
