import DriverHost
import Glibc

/// The terminal that a person sits at, for as long as it asks for answers.
///
/// It is left as it was found on every way out: echo is off only while a secret is typed, and the
/// signals that end or stop a program are taken meanwhile, so that none leaves the terminal without
/// echo. The corresponding C functions are `tcgetattr` and `tcsetattr`.
final class TerminalHandle: PromptTerminal {
  private let input: Int32
  private let output: Int32
  private let isOwned: Bool
  /// The settings to go back to while echo is off.
  private var saved: termios?
  /// What has been read behind the last line.
  private var pending: [UInt8] = []
  /// The signals' handlers before ours.
  private var handlers: [(signal: Int32, action: sigaction)] = []

  /// Where the handler writes a signal's number; a handler may do little else (signal-safety(7)).
  ///
  /// Made once, before the first handler is installed.
  private static let pipe: (reader: Int32, writer: Int32) = {
    var ends: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else { return (-1, -1) }
    // A handler must not wait, whatever stands in the pipe already; no child has a use for it.
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    return (ends[0], ends[1])
  }()

  /// What a line may hold: the kernel's buffer for a line being typed cuts what is longer
  /// (termios(3), canonical mode).
  private static let lineLimit = 4095

  /// The terminal of this process.
  ///
  /// - Throws: At the stage `.input`, that standard input is none.
  convenience init() throws(HostError) {
    guard isatty(STDIN_FILENO) == 1 else {
      throw HostError(
        .invalidInput,
        stage: .input,
        """
        standard input is no terminal, so nothing can be asked there: give the values to \
        `drivers connector set` with --file, or as key=value
        """
      )
    }
    // Answers come from the person also where standard output and error go elsewhere.
    let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
    if terminal >= 0 {
      self.init(input: terminal, output: terminal, isOwned: true)
    } else {
      self.init(input: STDIN_FILENO, output: STDERR_FILENO)
    }
  }

  /// A terminal by its descriptors.
  init(input: Int32, output: Int32, isOwned: Bool = false) {
    self.input = input
    self.output = output
    self.isOwned = isOwned
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGTSTP] { handle(signal) }
  }

  deinit {
    showInput()
    for (signal, action) in handlers {
      var action = action
      unsafe sigaction(signal, &action, nil)
    }
    // One that came behind the last answer does what it does without us.
    if let signal = TerminalHandle.taken() { kill(getpid(), signal) }
    if isOwned { close(input) }
  }

  func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe Glibc.write(output, buffer.baseAddress, buffer.count)
      }
      // Nobody can be told of a terminal that takes nothing; its end is seen when it is read.
      if count <= 0, errno != EINTR { return }
      rest = rest.dropFirst(max(0, count))
    }
  }

  func readLine(_ prompt: String) throws(HostError) -> TerminalLine {
    write(prompt)
    while true {
      if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(pending[..<end])
        pending = Array(pending[(end + 1)...])
        return TerminalHandle.line(line)
      }
      if let signal = try wait() {
        guard signal == SIGTSTP else {
          write("\n")
          throw FormPrompt.aborted(by: signal)
        }
        let isHidden = saved != nil
        showInput()
        // Here it stands still until it is told to go on.
        kill(getpid(), SIGSTOP)
        if isHidden { try hideInput() }
        write(prompt)
        continue
      }
      var buffer = [UInt8](repeating: 0, count: 8192)
      let count = unsafe read(input, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        write("\n")
        defer { pending = [] }
        return pending.isEmpty ? .end : TerminalHandle.line(pending)
      }
      pending += buffer[..<count]
    }
  }

  private static func line(_ bytes: [UInt8]) -> TerminalLine {
    guard bytes.count < lineLimit else {
      return .unreadable(
        "the terminal cuts lines at \(lineLimit) bytes: put the value into a file"
      )
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return .unreadable("what was typed is no UTF-8 text")
    }
    return .text(text)
  }
}

// MARK: - Echo

extension TerminalHandle {
  /// Turns echo off, but for the ends of lines; what was typed before, and seen, is dropped.
  func hideInput() throws(HostError) {
    guard saved == nil else { return }
    var settings = termios()
    guard unsafe tcgetattr(input, &settings) == 0 else { throw TerminalHandle.failure() }
    let before = settings
    settings.c_lflag &= ~tcflag_t(ECHO)
    settings.c_lflag |= tcflag_t(ECHONL)
    guard unsafe tcsetattr(input, TCSAFLUSH, &settings) == 0 else {
      throw TerminalHandle.failure()
    }
    saved = before
  }

  func showInput() {
    guard var settings = saved else { return }
    saved = nil
    unsafe tcsetattr(input, TCSADRAIN, &settings)
  }

  private static func failure() -> HostError {
    HostError(
      .unsupported,
      stage: .input,
      "the terminal does not hide what is typed, so no secret is asked for: \(systemMessage(errno))"
    )
  }
}

// MARK: - Signals

extension TerminalHandle {
  /// Waits for something to read, or for a signal: its number.
  private func wait() throws(HostError) -> Int32? {
    while true {
      var entries = [
        pollfd(fd: input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: TerminalHandle.pipe.reader, events: Int16(POLLIN), revents: 0),
      ]
      let count = unsafe poll(&entries, nfds_t(entries.count), -1)
      if count < 0, errno == EINTR { continue }
      if let signal = TerminalHandle.taken() { return signal }
      // Also what has ended or failed: reading it says so.
      if count < 0 || entries[0].revents != 0 { return nil }
    }
  }

  /// A signal that has come; nil if there is none.
  private static func taken() -> Int32? {
    var byte: UInt8 = 0
    return unsafe read(pipe.reader, &byte, 1) == 1 ? Int32(byte) : nil
  }

  private func handle(_ signal: Int32) {
    guard TerminalHandle.pipe.writer >= 0 else { return }
    var before = sigaction()
    unsafe sigaction(signal, nil, &before)
    // SIG_IGN is the address 1: nohup(1) relies on it.
    let isIgnored = unsafe unsafeBitCast(before.__sigaction_handler, to: Int.self) == 1
    if isIgnored { return }
    var handling = sigaction()
    unsafe handling.__sigaction_handler.sa_handler = { number in
      let before = errno
      var byte = UInt8(truncatingIfNeeded: number)
      unsafe Glibc.write(TerminalHandle.pipe.writer, &byte, 1)
      errno = before
    }
    handling.sa_flags = SA_RESTART
    unsafe sigaction(signal, &handling, nil)
    handlers.append((signal, before))
  }
}
