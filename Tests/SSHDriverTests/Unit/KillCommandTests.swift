import Glibc
import Testing

@testable import SSHDriver

@Suite("Ending a remote command")
struct KillCommandTests {
  /// Runs a command until it says `ready`, ends it, and tells what was left.
  private func end(
    _ text: String,
    isScript: Bool,
    isKnown: Bool = true,
    session: Bool = true
  ) throws -> (report: KillReport?, left: [Int32], folders: Int) {
    let token = RunToken()
    let folder = "/tmp/ssh-kill-" + token.text
    mkdir(folder, 0o700)
    defer { rmdir(folder) }
    // Each process of the run tells its number.
    let program = "tell() { echo \"n$1 \"; }\n" + text
    var script = ScriptUpload(text: Array(program.utf8))
    script.interpreter = "/bin/sh"
    script.temporaryFolder = folder
    let work: RemoteCommand.Work =
      isScript ? .script(script) : .command(program, shell: "/bin/sh")
    let run = try ShellRun(
      RemoteCommand(work: work),
      token,
      input: isScript ? [] : nil,
      session: session
    )
    #expect(ShellRun.eventually { String(decoding: run.stdout, as: UTF8.self).contains("go") })
    let told = String(decoding: run.stdout, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    let processes = told.compactMap { $0.first == "n" ? Int32($0.dropFirst()) : nil }
    #expect(!processes.isEmpty && processes.allSatisfy(ShellRun.isAlive))
    var kill = KillCommand(token: token, grace: 5, temporaryFolder: folder)
    if isKnown, case .process(let process) = run.result(token).marks.first {
      kill.process = process
    }
    let answer = RunToken()
    let killing = try ShellRun(kill.prepared(answer).line, input: [])
    killing.wait()
    var report: KillReport?
    for case .killed(let told) in killing.result(answer).marks { report = told }
    #expect(killing.result(answer).stderr == [])
    run.wait()
    let left = processes.filter(ShellRun.isAlive)
    left.forEach { _ = Glibc.kill($0, SIGKILL) }
    return (report, left, rmdir(folder) == 0 ? 0 : 1)
  }

  static let programs = [
    "tell $$; echo go; sleep 600",
    "sleep 600 & tell $!; sleep 601 & tell $!; echo go; wait",
    "trap '' TERM HUP INT; tell $$; echo go; while :; do sleep 1; done",
    "trap '' TERM; sleep 600 & tell $!; echo go; sleep 601; sleep 602",
    "nohup sleep 600 >/dev/null 2>&1 & tell $!; echo go; sleep 601",
    "yes | tr y n >/dev/null & tell $!; echo go; wait",
    "set -m 2>/dev/null; sleep 600 & tell $!; echo go; wait",
    "setsid sleep 600 & tell $!; echo go; wait",
    "(setsid sh -c 'trap \"\" TERM; echo \"n$$ \"; echo go; sleep 600; sleep 601' &); sleep 602",
    "tell $$; echo go; kill -STOP $$",
  ]

  @Test("leaves nothing running, whatever it did", arguments: programs, [false, true])
  func nothingLeft(text: String, isScript: Bool) throws {
    let (report, left, folders) = try end(text, isScript: isScript)
    #expect(report?.left == [] && report?.found ?? 0 > 0)
    #expect(left.isEmpty && folders == 0)
  }

  @Test("finds it by its name before it has told its process", arguments: [false, true])
  func unknown(isScript: Bool) throws {
    let (report, left, folders) = try end(
      "trap '' TERM; tell $$; sleep 600 & tell $!; echo go; wait",
      isScript: isScript,
      isKnown: false
    )
    #expect(report?.left == [] && left.isEmpty && folders == 0)
  }

  @Test("works where a server gives it no session of its own, as dropbear does")
  func noSession() throws {
    let (report, left, _) = try end(
      "sleep 600 & tell $!; echo go; sleep 601",
      isScript: false,
      session: false
    )
    #expect(report?.left == [] && left.isEmpty)
  }

  @Test("ends what a command left behind that has ended itself")
  func leftBehind() throws {
    let token = RunToken()
    let run = try ShellRun(
      RemoteCommand(work: .command("sleep 600 >/dev/null 2>&1 & echo $!", shell: "/bin/sh")),
      token
    )
    #expect(run.wait() == 0)
    let sleeper = try #require(Int32(run.result(token).text.dropLast()))
    guard case .process(let process) = run.result(token).marks.first else {
      Issue.record("no process is told")
      return
    }
    #expect(ShellRun.isAlive(sleeper))
    for found in [1, 0] {
      let answer = RunToken()
      let kill = KillCommand(token: token, process: process, grace: 5)
      let killing = try ShellRun(kill.prepared(answer).line, input: [])
      killing.wait()
      #expect(killing.result(answer).marks == [.killed(KillReport(found: found, left: []))])
    }
    #expect(!ShellRun.isAlive(sleeper))
  }

  @Test("leaves a process alone that has the number of one that ended")
  func reused() throws {
    let other = try ShellRun("exec sleep 600", input: nil)
    let number = other.processID
    let stat = String(decoding: ShellRun.read("/proc/\(number)/stat"), as: UTF8.self)
    let start = try #require(UInt64(stat.split(separator: ") ")[1].split(separator: " ")[19]))
    for (start, found) in [(start + 1, 0), (start, 1)] {
      let process = RemoteProcess(identifier: number, group: number, session: number, start: start)
      let answer = RunToken()
      let kill = KillCommand(token: RunToken(), process: process, grace: 5)
      let killing = try ShellRun(kill.prepared(answer).line, input: [])
      killing.wait()
      #expect(killing.result(answer).marks == [.killed(KillReport(found: found, left: []))])
      #expect(ShellRun.isAlive(number) == (found == 0))
    }
  }

  @Test("does not name the run as the run does")
  func name() throws {
    let token = RunToken()
    var kill = KillCommand(token: token, temporaryFolder: "/tmp")
    kill.sudo = SudoSettings(user: "x", hasPassword: true)
    #expect(!(try kill.prepared(RunToken()).line.contains(token.text)))
    #expect(try kill.prepared(RunToken()).line.utf8.count <= ShellQuoting.lineLimit)
  }
}
