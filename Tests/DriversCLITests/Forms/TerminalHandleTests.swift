import DriverHost
import Foundation
import TestSupport
import Testing

@testable import drivers

/// Both ends of a pseudo-terminal.
private final class PseudoTerminal: Sendable {
  let master: TestSupport.Descriptor
  let slave: TestSupport.Descriptor
  private let output = Locked("")

  init() throws {
    var ends: (master: Int32, slave: Int32) = (-1, -1)
    guard openpty(&ends.master, &ends.slave, nil, nil, nil) == 0 else {
      throw TestSupportError.system("openpty", errno)
    }
    for end in [ends.master, ends.slave] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    master = TestSupport.Descriptor(ends.master)
    slave = TestSupport.Descriptor(ends.slave)
    let thread = Thread { [master, output] in
      while let bytes = master.read(), !bytes.isEmpty {
        output.with { $0 += String(decoding: bytes, as: UTF8.self) }
      }
    }
    thread.start()
  }

  /// Everything that the terminal shows.
  var seen: String { output.with { $0 } }

  func type(_ text: String) { master.write(Array(text.utf8)) }

  var isEchoing: Bool {
    var settings = termios()
    tcgetattr(slave.number, &settings)
    return settings.c_lflag & tcflag_t(ECHO) != 0
  }

  static let inputs = """
    {"properties": {"password": {"type": "string", "x-secret": true, "minLength": 4, "x-order": 1},
      "user": {"type": "string", "x-order": 9}}, "required": ["password"]}
    """

  /// Asks at the terminal, on a thread of its own.
  func ask() -> Answered {
    let answered = Answered()
    let thread = Thread { [slave] in
      answered.result.with { result in
        result = Result {
          let terminal = TerminalHandle(input: slave.number, output: slave.number)
          var prompt = FormPrompt(try PromptFixture(PseudoTerminal.inputs).form, at: terminal)
          return try prompt.ask()
        }
      }
      answered.isDone.with { $0 = true }
    }
    thread.start()
    return answered
  }

  final class Answered: Sendable {
    let result = Locked<Result<ValueMap, any Error>?>(nil)
    let isDone = Locked(false)
  }
}

@Suite("The terminal")
struct TerminalHandleTests {
  @Test("does not echo a secret, and echoes again behind it")
  func echo() async throws {
    let terminal = try PseudoTerminal()
    #expect(terminal.isEchoing)
    let answered = terminal.ask()
    try await eventually("the secret is asked for") { terminal.seen.contains("password: ") }
    #expect(!terminal.isEchoing)
    terminal.type("abc\n")
    // A wrong one is asked for again, which does not show it either.
    try await eventually("it is asked for again") {
      terminal.seen.ranges(of: "password: ").count == 2 && !terminal.isEchoing
    }
    terminal.type("hunter2\n")
    try await eventually("the next one is asked for") { terminal.seen.contains("user: ") }
    #expect(terminal.isEchoing)
    terminal.type("ann\n")
    try await eventually("the last one is asked for") { terminal.seen.contains("[y/N]: ") }
    terminal.type("\n")
    try await eventually("all is answered") { answered.isDone.with { $0 } }
    #expect(try answered.result.with { try $0?.get() } == ["password": "hunter2", "user": "ann"])
    #expect(terminal.isEchoing)
    #expect(terminal.seen.contains("user: ann"))
    #expect(!terminal.seen.contains("abc") && !terminal.seen.contains("hunter2"))
  }

  @Test("takes the end of the input for breaking off, also where a secret is asked for")
  func end() async throws {
    let terminal = try PseudoTerminal()
    let answered = terminal.ask()
    try await eventually("the secret is asked for") { terminal.seen.contains("password: ") }
    terminal.type("\u{4}")
    try await eventually("it has ended") { answered.isDone.with { $0 } }
    #expect(terminal.isEchoing)
    let error = #expect(throws: HostError.self) { try answered.result.with { try $0?.get() } }
    #expect(error?.code == .cancelled)
  }

  // In a process of its own, which the signals are sent to.
  @Test("echoes again when a signal breaks it off, and says which exit code that has")
  func signals() async {
    await #expect(processExitsWith: .success) {
      for (number, code) in [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)] {
        // Whoever started the tests may ignore it.
        signal(number, SIG_DFL)
        let terminal = try PseudoTerminal()
        let answered = terminal.ask()
        try await eventually("the secret is asked for") { terminal.seen.contains("password: ") }
        #expect(!terminal.isEchoing)
        kill(getpid(), number)
        try await eventually("it has ended") { answered.isDone.with { $0 } }
        #expect(terminal.isEchoing)
        let error = #expect(throws: HostError.self) { try answered.result.with { try $0?.get() } }
        #expect(error?.code == .cancelled && error?.status == code)
        var action = sigaction()
        sigaction(number, nil, &action)
        #expect(unsafeBitCast(action.__sigaction_handler, to: Int.self) == 0)
      }
    }
  }

  @Test("is refused where standard input is none, with what to do instead")
  func none() async {
    await #expect(processExitsWith: .success) {
      let null = open("/dev/null", O_RDONLY)
      dup2(null, STDIN_FILENO)
      let error = #expect(throws: HostError.self) { try TerminalHandle() }
      #expect(error?.stage == .input && error?.code == .invalidInput)
      #expect(error?.message.contains("--file, or as key=value") == true)
    }
  }
}
