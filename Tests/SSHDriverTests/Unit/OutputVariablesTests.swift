import Glibc
import Testing

@testable import SSHDriver

@Suite("Variables of a script")
struct OutputVariablesTests {
  private func run(
    _ text: String,
    _ interpreter: String,
    names: [String] = ["A", "B", "C"]
  ) throws -> (result: ShellRun.Result, values: [String?]) {
    let variables = try OutputVariables(names)
    var script = ScriptUpload(text: Array(text.utf8), interpreter: interpreter)
    script.variables = variables
    let result = try ShellRun.run(RemoteCommand(work: .script(script, arguments: ["a", "b c"])))
    var received = OutputVariables.Received()
    result.marks.forEach { received.add($0) }
    let values = try received.values(of: variables)
    return (result, values.map { $0.bytes.map { String(decoding: $0, as: UTF8.self) } })
  }

  static let interpreters = [
    "/usr/bin/env bash -e", "bash", "bash -eu", "bash --posix", "sh -e", "/bin/sh", "dash",
    "busybox sh", "mksh", "ksh93", "yash", "zsh",
  ].filter { text in
    let program = text.split(separator: " ")[text.hasPrefix("/usr/bin/env") ? 1 : 0]
    return ["/usr/bin/", "/bin/", ""].contains { access("\($0)\(program)", X_OK) == 0 }
  }

  @Test("come back from any shell", arguments: interpreters)
  func shells(interpreter: String) throws {
    let plain = try run("A=\"x y\n=z\"; B=; echo hi $# \"$2\"", interpreter)
    #expect(plain.values == ["x y\n=z", "", nil] && plain.result.text == "hi 2 b c\n")
    #expect(plain.result.status == 0 && plain.result.stderr == [])
    let exit = try run("A=1; exit 4; B=2", interpreter)
    #expect(exit.values == ["1", nil, nil] && exit.result.status == 4)
    let trap = try run("A=1; trap 'echo bye' EXIT; B=2", interpreter)
    #expect(trap.values == ["1", "2", nil] && trap.result.text == "bye\n")
    let subshell = try run("A=x; (B=3; exit 2) || C=$?", interpreter)
    #expect(subshell.values == ["x", nil, "2"])
  }

  @Test("of bash come back whatever traps it has, and its script is the one that is run")
  func bash() throws {
    let exit = try run("trap 'echo bye $?' EXIT; A=1; exit 3", "bash -e")
    #expect(exit.values == ["1", nil, nil] && exit.result.text == "bye 3\n")
    #expect(exit.result.status == 3)
    let failing = try run("trap 'echo bye $?' EXIT; A=1; false; B=2", "bash -e")
    #expect(try run("A=ä€", "bash").values == ["ä€", nil, nil])
    #expect(failing.values == ["1", nil, nil] && failing.result.text == "bye 1\n")
    let script = try run(
      """
      trap x EXIT; trap - EXIT; [[ $0 == "${BASH_SOURCE[0]}" ]] && A=main; echo $LINENO
      bash -c trap; echo "${BASH_ENV-none}"
      """,
      "bash"
    )
    #expect(script.values == ["main", nil, nil] && script.result.text == "1\nnone\n")
  }

  @Test("may be any bytes, and are of one megabyte at most")
  func bytes() throws {
    let long = try run("A=$(printf %0300000d 7); B=$(printf '\\377\\001')", "bash")
    #expect(long.values[0]?.utf8.count == 300_000 && long.values[1] == "\u{FFFD}\u{1}")
    #expect(throws: OutputVariablesFault.tooLong) {
      try run("A=$(printf %01100000d 0)", "bash")
    }
  }

  @Test("come from a file for any program, and the file wins")
  func file() throws {
    let text = """
      A=shell
      {
        printf 'A=file=1\\r\\n\\nB<<END\\nl1\\n\\nl2\\nEND\\n'
        printf 'D=x\\nC<<E\\nE'
      } >>"$OUTPUT_VARS_FILE"
      """
    #expect(try run(text, "bash").values == ["file=1", "l1\n\nl2", ""])
    #expect(try run(text, "env X=1 dash").values == ["file=1", "l1\n\nl2", ""])
    let awk = "BEGIN { print \"A=awk\" > ENVIRON[\"OUTPUT_VARS_FILE\"] }"
    #expect(try run(awk, "awk -f").values == ["awk", nil, nil])
  }

  @Test(
    "of a file that is wrong are a fault that names the line",
    arguments: [
      ("x", 1), ("A=1\nb c=2", 2), ("A=1\n\n=2", 3), ("A<B", 1), ("A<<", 1), ("1=2", 1),
    ]
  )
  func wrong(text: String, line: Int) throws {
    var received = OutputVariables.Received()
    received.add(.file(Array(text.utf8)))
    let variables = try OutputVariables(["A"])
    #expect(throws: OutputVariablesFault.line(line)) { try received.values(of: variables) }
    received = OutputVariables.Received()
    received.add(.file(Array("B=1\nA<<E\n\(text)\n E\n".utf8)))
    #expect(throws: OutputVariablesFault.openWord(2)) { try received.values(of: variables) }
  }

  @Test("have names of variables, each once")
  func names() throws {
    #expect(try OutputVariables(["A", "b", "A"]).names == ["A", "b"])
    #expect(throws: ShellFault(kind: .name, subject: "output_vars")) {
      try OutputVariables(["A", "b;c"])
    }
    #expect(try OutputVariables([]).hook(for: "bash") == OutputVariables.Hook())
  }

  @Test(
    "are those of a shell if the interpreter is one",
    arguments: [
      ("bash", ScriptLanguage.bash), ("/usr/bin/env bash -e", .bash), ("env -i A=b /x/bash", .bash),
      ("bash --posix", .shell), ("sh", .shell), ("/bin/busybox ash", .shell),
      ("busybox awk", .other), ("python3", .other), ("env", .other), ("/", .other),
      ("fish", .other),
    ]
  )
  func languages(interpreter: String, language: ScriptLanguage) throws {
    #expect(ScriptLanguage(try ShellWords.split(interpreter, as: "x")) == language)
  }
}
