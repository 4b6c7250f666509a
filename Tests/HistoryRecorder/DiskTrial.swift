import DriverHistory
import DriverHost
import Glibc

/// Records executions while no file of the process may grow, as on a full disk.
struct DiskTrial {
  let path: String

  /// Prints `failing` when the log has said so, `recovered` when it has said that, and the ids in
  /// between.
  func run() async throws {
    // Writing too much is to be an error, not a signal.
    signal(SIGXFSZ, SIG_IGN)
    let lines = Lines()
    let history = try SQLiteHistory(path: path) { _, line in lines.add(line) }
    limitFiles(to: 150_000)
    var ids: [String] = []
    while lines.all.isEmpty, ids.count < 20_000 {
      ids.append(await Recorder.recordOne(with: history, pausing: 0))
    }
    Recorder.say("failing")
    for _ in 0..<50 { ids.append(await Recorder.recordOne(with: history, pausing: 0)) }
    limitFiles(to: .max)
    while lines.all.count < 2 { try await Task.sleep(for: .milliseconds(20)) }
    Recorder.say("recovered")
    await history.close()
    for line in lines.all { Recorder.say("log \(line)") }
    for id in ids { Recorder.say(id) }
  }

  private func limitFiles(to bytes: rlim_t) {
    var limit = rlimit()
    let size = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    getrlimit(size, &limit)
    limit.rlim_cur = min(bytes, limit.rlim_max)
    setrlimit(size, &limit)
  }
}

/// What a log was told.
private final class Lines: Sendable {
  private let lines = Lock<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  func add(_ line: String) { lines.withLock { $0.append(line) } }
}
