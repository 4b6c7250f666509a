import Testing

@testable import SSHDriver

@Suite("A remote command")
struct RemoteCommandTests {
  private func command(_ text: String) -> RemoteCommand {
    RemoteCommand(work: .command(text, shell: "/bin/sh"))
  }

  @Test("runs under any login shell, and tells its process first", arguments: ShellRun.shells)
  func shells(shell: [String]) throws {
    var command = command("printf '%s|' \"$A\" \"$PWD\" 'it'\\''s !x \\ é'; cat; exit 3")
    command.environment = [("A", "q'\"\\ $x\n!é  ")]
    command.workingDirectory = "/usr"
    let result = try ShellRun.run(command, shell: shell, input: Array("in\0put".utf8))
    #expect(result.status == 3)
    #expect(result.text == "q'\"\\ $x\n!é  |/usr|it's !x \\ é|in\0put")
    #expect(result.stderr == [])
    guard case .process(let process) = result.marks.first else {
      Issue.record("no process is told: \(result)")
      return
    }
    #expect(process.session == process.identifier && process.group == process.identifier)
    #expect(process.start > 0)
    #expect(result.marks.dropFirst() == [.ready, .running])
  }

  @Test("is run by the login shell if no other one is named")
  func loginShell() throws {
    let command = RemoteCommand(work: .command("[[ -n $BASH_VERSION ]] && echo yes"))
    let result = try ShellRun.run(command, shell: ["/bin/bash"])
    #expect(result.text == "yes\n")
  }

  @Test("needs nothing on stdin without an environment, and keeps an environment out of its line")
  func preamble() throws {
    var command = command("cat")
    command.workingDirectory = "/"
    let short = try command.prepared(RunToken())
    #expect(short.preamble.isEmpty && !short.waitsForReady)
    command.environment = [("SECRET", "s3cret")]
    let secret = try command.prepared(RunToken())
    #expect(!secret.line.contains("s3cret") && !secret.preamble.isEmpty)
  }

  @Test("goes by stdin where a request cannot take it")
  func long() throws {
    let text = "printf '%s' '" + String(repeating: "é\n", count: 20_000) + "' | wc -c; cat"
    let prepared = try command(text).prepared(RunToken())
    #expect(prepared.line.utf8.count <= ShellQuoting.lineLimit)
    #expect(try ShellRun.run(command(text), input: Array("x".utf8)).text == "60000\nx")
    #expect(throws: ShellFault(kind: .tooLong, subject: "command")) {
      try command(String(repeating: "x", count: 200_000)).prepared(RunToken())
    }
  }

  @Test("passes much binary data on as it is")
  func binary() throws {
    let bytes = (0..<10_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 9) }
    var command = command("cat")
    command.environment = [("A", "1")]
    let result = try ShellRun.run(command, input: bytes)
    #expect(result.stdout == bytes && result.status == 0)
  }

  @Test("ends as its command does, by a signal too")
  func ends() throws {
    #expect(try ShellRun.run(command("exit 255")).status == 255)
    #expect(try ShellRun.run(command("kill -TERM $$")).status == 128 + 15)
    #expect(try ShellRun.run(command("nonexistent-program")).status == 127)
  }

  @Test("does not begin where its directory cannot be entered")
  func workingDirectory() throws {
    var command = command("echo ran")
    command.workingDirectory = "/nonexistent"
    let result = try ShellRun.run(command)
    #expect(result.status == 125 && result.stdout.isEmpty)
    #expect(result.marks.last == .fault(.workingDirectory))
  }

  @Test("does not begin with a part of what was sent", arguments: [0, 1, 20, 60, 100])
  func cut(count: Int) throws {
    var command = command("echo ran")
    command.environment = [("A", String(repeating: "x", count: 50))]
    let token = RunToken()
    let prepared = try command.prepared(token)
    let run = try ShellRun(prepared.line, input: Array(prepared.preamble.prefix(count)))
    #expect(run.wait() == 125)
    let result = run.result(token)
    #expect(result.stdout.isEmpty && result.marks.last == .fault(.cut))
  }

  @Test("leaves variables of the user with names like ours alone")
  func variables() throws {
    var command = command("echo $t $p $l $DRIVERS_RUN")
    command.environment = [("t", "1"), ("p", "2"), ("l", "3")]
    let token = RunToken()
    let run = try ShellRun(command, token)
    run.wait()
    #expect(run.result(token).text == "1 2 3 \(token.text)\n")
  }

  @Test("gives sudo a prompt that is a mark, or forbids it to ask")
  func sudo() throws {
    let token = RunToken()
    var settings = SudoSettings(user: "a b")
    #expect(try settings.prefix(token) == "sudo -H -n -u 'a b' --")
    settings.hasPassword = true
    let prompt = String(decoding: MarkScanner.opening(token), as: UTF8.self) + "sudo\n"
    #expect(try settings.prefix(token) == "sudo -H -S -p '\(prompt)' -u 'a b' --")
    var scanner = MarkScanner(token)
    var output: [UInt8] = []
    #expect(scanner.scan(Array(prompt.utf8)[...], into: &output) == [.passwordPrompt])
    var command = command("id")
    command.sudo = settings
    #expect(try command.prepared(token).waitsForReady)
  }
}
