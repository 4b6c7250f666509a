import DriverHistory
import DriverHost
import Glibc

/// What a whole call costs that is recorded.
struct Measurement {
  let path: String
  let tasks: Int
  let count: Int

  func run() async throws {
    let history = try SQLiteHistory(path: path)
    let each = count / tasks
    let begin = MonotonicTime.now
    let before = cpuTime
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<tasks {
        group.addTask {
          for _ in 0..<each { _ = await Recorder.recordOne(with: history, pausing: 0) }
        }
      }
    }
    let elapsed = MonotonicTime.now.nanoseconds - begin.nanoseconds
    let used = cpuTime - before
    let closing = MonotonicTime.now
    await history.close()
    let closed = MonotonicTime.now.nanoseconds - closing.nanoseconds
    let calls = Int64(each * tasks)
    Recorder.say(
      "\(tasks) in flight: \(elapsed / calls) ns a call, \(used / calls) ns of CPU; close \(closed / 1000) µs"
    )
  }

  private var cpuTime: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
