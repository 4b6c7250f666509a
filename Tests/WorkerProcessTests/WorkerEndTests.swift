import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("The process of a driver", .requires(.gcc))
struct WorkerEndTests {
  private static func host(_ driver: TrialDriver, type: String) async throws -> TrialHost {
    try TrialHost(try await driver.proxy(), type: type)
  }

  private static func process(of host: TrialHost) async throws -> pid_t {
    pid_t(try #require(try await host.call("process")["process"].intValue))
  }

  /// Whether nothing of a child is left, not even what waits to be reaped.
  private static func isReaped(_ process: pid_t) -> Bool {
    var information = siginfo_t()
    return waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) == -1
      && errno == ECHILD
  }

  @Test("is another one, and ends with the host")
  func ends() async throws {
    let host = try await Self.host(.trial, type: "TRIAL")
    let process = try await Self.process(of: host)
    #expect(process != getpid())
    #expect(try await Self.process(of: host) == process)
    #expect(await host.host.close().isClean)
    #expect(Self.isReaped(process))
  }

  @Test("that crashes costs the calls that are in it; the next one gets a new process")
  func crash() async throws {
    let host = try await Self.host(.trial, type: "TRIAL")
    let process = try await Self.process(of: host)
    let outcome = await host.outcome("crash")
    #expect(outcome.failure?.code == .lost)
    #expect(outcome.failure?.message == "the process of the driver died: signal 6")
    #expect(outcome.failure?.isRetryable == false)
    // What came before is the partial result.
    #expect(outcome.outputs["before"] == true)
    #expect(Self.isReaped(process))
    let next = try await Self.process(of: host)
    #expect(next != process)
    #expect(await host.host.close().isClean)
    #expect(Self.isReaped(next))
  }

  @Test(
    "that crashes when the driver is made fails its call, which the host's own would not live to"
  )
  func crashInCreate() async throws {
    let host = try await Self.host(.fixture("crash-create"), type: "CRASH_CREATE")
    for _ in 0..<2 {
      let failure = await host.outcome().failure
      #expect(failure?.message.contains("died before it was ready: signal 6") == true)
    }
    let refusing = try await DriverPair(.fixture("refuse-create"), type: "REFUSE_CREATE")
    try await refusing.expectEqual()
    #expect(await host.host.close().isClean)
    await refusing.close()
  }

  @Test("may be killed while its driver waits in a channel, whatever that waits for")
  func killed() async throws {
    let host = try await Self.host(.trial, type: "TRIAL")
    let process = try await Self.process(of: host)
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let reader = ends[0]
    async let outcome = host.outcome("twice") { $0.sources["in"] = .descriptor(reader) }
    try await eventually("it runs") {
      host.host.statistics.drivers["TRIAL"]?.runningCalls == 1
    }
    try await Task.sleep(for: .milliseconds(100))
    #expect(kill(process, SIGKILL) == 0)
    #expect(await outcome.failure?.message == "the process of the driver died: signal 9")
    // The thread that waits in `read` for the driver comes out of it by the call's end.
    try await eventually("nothing is left of the call") {
      let statistics = host.host.statistics
      return statistics.wedgedThreads == 0 && statistics.drivers["TRIAL"]?.runningCalls == 0
    }
    #expect(try await Self.process(of: host) != process)
    #expect(await host.host.close().isClean)
  }

  @Test("is killed with a driver that ignores its stop, and no thread stays behind")
  func stubborn() async throws {
    let host = try await Self.host(.fixture("stubborn"), type: "STUBBORN")
    _ = try await host.call(nil, ["seconds": 0])
    let outcome = await host.outcome(nil, ["seconds": 600], timeout: .milliseconds(50))
    #expect(outcome.failure?.code == .timedOut)
    try await eventually("nothing is left of it") {
      let statistics = host.host.statistics
      return statistics.wedgedThreads == 0 && statistics.drivers["STUBBORN"]?.runningCalls == 0
    }
    // Nothing is left in the new process of what the old one counted.
    #expect(try await host.call("last")["ended"] == 0)
    #expect(await host.host.close().isClean)
  }

  @Test("takes the sessions with it that were open there, and others are opened in the next one")
  func sessions() async throws {
    let host = try await Self.host(.fixture("sessions"), type: "SESSIONS")
    #expect(try await host.call("use")["calls"] == 1)
    #expect(try await host.call("use")["calls"] == 2)
    for process in try Self.children() { kill(process, SIGKILL) }
    #expect(await host.outcome("use").failure?.code == .lost)
    #expect(try await host.call("use")["calls"] == 1)
    #expect(await host.host.close().isClean)
  }

  /// The processes that this one has started and that run a driver.
  private static func children() throws -> [pid_t] {
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
    let all = tasks.flatMap { task in
      let text = try? String(contentsOfFile: "/proc/self/task/\(task)/children", encoding: .utf8)
      return (text ?? "").split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
    }
    return all.filter { process in
      let words = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)
      return words?.split(separator: "\0").first?.hasSuffix("/worker") ?? false
    }
  }

  /// The threads that receive what a process says.
  private static func receivers() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count { task in
      let name = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
      return name?.hasPrefix("proxy-receiver") ?? false
    }
  }

  private static func descriptors() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? -1
  }

  // In a process of its own, which nobody else starts processes in or opens files.
  @Test("leaves no descriptor, no thread and no process behind, however its calls end")
  func leaksNothing() async {
    await #expect(processExitsWith: .success) {
      try await Self.useAndClose()
      let descriptors = Self.descriptors()
      for _ in 0..<3 { try await Self.useAndClose() }
      try await eventually("all descriptors are closed") { Self.descriptors() <= descriptors }
      #expect(try Self.receivers() == 0)
      // No child at all, alive or dead.
      #expect(waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD)
    }
  }

  private static func useAndClose() async throws {
    let host = try await Self.host(.trial, type: "TRIAL")
    for _ in 0..<3 {
      _ = try await host.call("values")
      #expect(await host.outcome("crash").failure?.code == .lost)
    }
    #expect(await host.host.close().isClean)
    let rows = try await Self.host(.fixture("arrow"), type: "ARROW")
    for what in ["", "error", "released"] { _ = await rows.outcome(nil, ["what": .string(what)]) }
    #expect(await rows.host.close().isClean)
    let broken = try await Self.host(.fixture("crash-create"), type: "CRASH_CREATE")
    #expect(await broken.outcome().failure != nil)
    #expect(await broken.host.close().isClean)
  }
}
