import Testing

@testable import SSHDriver

@Suite("A command in its plain form")
struct PlainCommandTests {
  /// The shells that are here, of those that take it.
  private static let here: [[String]] = ShellRun.shells.filter { words in
    PlainCommand.shells.contains(words[0].split(separator: "/").last.map(String.init) ?? "")
  }

  private func command(_ text: String) -> RemoteCommand {
    var command = RemoteCommand(work: .command(text))
    command.isPlain = true
    return command
  }

  @Test("tells its process, and is what the shell would have made of it alone", arguments: here)
  func shells(shell: [String]) throws {
    var command = command("printf '%s|' \"$PWD\" \"$#\" 'it'\\''s !x \\ é'; cat; exit 3")
    command.workingDirectory = "/usr"
    let result = try ShellRun.run(command, shell: shell, input: Array("in\0put".utf8))
    #expect(result.status == 3)
    #expect(result.text == "/usr|0|it's !x \\ é|in\0put")
    #expect(result.stderr == [])
    guard case .process(let process) = result.marks.first else {
      Issue.record("no process is told: \(result)")
      return
    }
    #expect(process.session == process.identifier && process.group == process.identifier)
    #expect(process.start > 0 && process.shell == nil)
    #expect(result.marks.count == 1)
  }

  @Test("has the run's name in its environment, and no other variable of ours")
  func environment() throws {
    let token = RunToken()
    let run = try ShellRun(command("set | grep -i -e drv -e drivers"), token)
    run.wait()
    let text = run.result(token).text
    #expect(["DRIVERS_RUN='\(token.text)'\n", "DRIVERS_RUN=\(token.text)\n"].contains(text))
  }

  @Test("does not begin where its directory cannot be entered", arguments: here)
  func workingDirectory(shell: [String]) throws {
    var command = command("echo ran")
    command.workingDirectory = "/nonexistent"
    let result = try ShellRun.run(command, shell: shell)
    #expect(result.status == 125 && result.stdout.isEmpty)
    #expect(result.marks.last == .fault(.workingDirectory))
  }

  @Test("tells its process also where the command is none for a shell")
  func syntax() throws {
    let result = try ShellRun.run(command("echo ( a"), shell: ["/bin/bash"])
    #expect(result.status != 0 && result.marks.count == 1)
    #expect(String(decoding: result.stderr, as: UTF8.self).contains("syntax error"))
  }

  @Test("is not taken for what needs a shell of ours")
  func others() throws {
    let token = RunToken()
    var command = command("true")
    #expect(try !command.prepared(token).line.contains("printf %b"))
    command.environment = [("A", "1")]
    #expect(try command.prepared(token).line.contains("printf %b"))
    command.environment = []
    command.hasTerminal = true
    #expect(try command.prepared(token).line.contains("printf %b"))
    command.hasTerminal = false
    command.sudo = SudoSettings()
    #expect(try command.prepared(token).line.contains("printf %b"))
    command.sudo = nil
    command.work = .command(String(repeating: "true\n", count: 6_000))
    #expect(try command.prepared(token).line.contains("printf %b"))
    command.work = .command("true \0")
    #expect(throws: ShellFault(kind: .zeroByte, subject: "command")) {
      try command.prepared(token)
    }
  }

  @Test("is known by what Linux tells of a process, whatever the program calls itself")
  func stat() {
    let rest = (4...19).map { "\($0)" }.joined(separator: " ")
    let line = "4711 (a) S 1 (b) S 1 4711 4711 \(rest) 98765 20"
    let process = RemoteProcess(stat: Array(line.utf8))
    #expect(process?.identifier == 4711 && process?.group == 4711 && process?.session == 4711)
    #expect(RemoteProcess(stat: Array("4711 (a".utf8)) == nil)
    #expect(RemoteProcess(stat: Array("x (a) S 1 2 3".utf8)) == nil)
    #expect(RemoteProcess(stat: []) == nil)
  }
}
