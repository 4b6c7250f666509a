import Glibc

@testable import SSHDriver

/// A command line that runs here as sshd would run it: in a session of its own, by a login shell, with pipes.
final class ShellRun {
  enum Fault: Error { case system(String, Int32) }

  let processID: pid_t
  private(set) var status: Int32?
  private let folder: String
  private var writer: pid_t?
  private var openInput: Int32?

  /// Starts it.
  ///
  /// - Parameters:
  ///   - line: The command line.
  ///   - shell: The login shell.
  ///   - input: What comes on stdin; nil: nothing, and no end.
  ///   - session: Whether in a session of its own.
  /// - Throws: What the system refused.
  init(
    _ line: String,
    shell: [String] = ["/bin/sh"],
    input: [UInt8]?,
    session: Bool = true
  ) throws {
    var name = Array("/tmp/ssh-shell-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw Fault.system("mkdtemp", errno) }
    let folder = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    self.folder = folder
    // pipe(2) has no flags here, and other tests would inherit its end between two calls.
    mkfifo(folder + "/pipe", 0o600)
    let reading = Glibc.open(folder + "/pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    let writing = Glibc.open(folder + "/pipe", O_WRONLY | O_CLOEXEC)
    guard reading >= 0, writing >= 0, fcntl(reading, F_SETFL, 0) == 0 else {
      throw Fault.system("open", errno)
    }
    defer { close(reading) }
    let files = try ["stdout", "stderr"].map { try ShellRun.open(folder + "/" + $0) }
    defer { files.forEach { close($0) } }
    processID = try ShellRun.spawn(
      shell + ["-c", line],
      [reading] + files,
      session: session,
      environment: ["SHELL=" + shell[0]]
    )
    guard let bytes = input else {
      openInput = writing
      return
    }
    defer { close(writing) }
    let source = try ShellRun.open(folder + "/stdin")
    defer { close(source) }
    try ShellRun.write(bytes, to: source)
    lseek(source, 0, SEEK_SET)
    writer = try ShellRun.spawn(
      ["/bin/cat"],
      [source, writing, 2],
      session: false,
      environment: []
    )
  }

  deinit {
    if status == nil { kill(processID, SIGKILL) }
    _ = wait()
    for name in ["pipe", "stdin", "stdout", "stderr"] { unlink(folder + "/" + name) }
    rmdir(folder)
  }

  var stdout: [UInt8] { ShellRun.read(folder + "/stdout") }
  var stderr: [UInt8] { ShellRun.read(folder + "/stderr") }

  /// Waits for its end; the status is that of the shell: 128 + n for a signal.
  @discardableResult
  func wait() -> Int32 {
    if let status { return status }
    if let openInput { close(openInput) }
    openInput = nil
    var ended: Int32 = 0
    while waitpid(processID, &ended, 0) == -1, errno == EINTR {}
    if let writer {
      kill(writer, SIGKILL)
      waitpid(writer, nil, 0)
    }
    let code = ended & 0x7F == 0 ? ended >> 8 & 0xFF : 128 + (ended & 0x7F)
    status = code
    return code
  }

  /// Waits until something is true, for 10 s at most.
  static func eventually(_ isTrue: () -> Bool) -> Bool {
    for _ in 0..<1_000 {
      if isTrue() { return true }
      usleep(10_000)
    }
    return isTrue()
  }

  /// Whether a process is there and has not ended.
  static func isAlive(_ processID: Int32) -> Bool {
    let text = String(decoding: read("/proc/\(processID)/stat"), as: UTF8.self)
    guard let state = text.split(separator: ") ").last?.first else { return false }
    return state != "Z" && state != "X"
  }

  static func read(_ path: String) -> [UInt8] {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while case let count = Glibc.read(file, &piece, piece.count), count > 0 {
      bytes += piece[..<count]
    }
    return bytes
  }

  private static func open(_ path: String) throws -> Int32 {
    let file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Fault.system(path, errno) }
    return file
  }

  private static func write(_ bytes: [UInt8], to file: Int32) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Fault.system("write", errno) }
      rest = rest.dropFirst(count)
    }
  }

  private static func spawn(
    _ words: [String],
    _ files: [Int32],
    session: Bool,
    environment: [String]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, file) in files.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, file, Int32(target))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // No signal is blocked or ignored, whatever runs the tests.
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    // POSIX_SPAWN_SETSID is a macro that Swift does not see; its value is that of spawn.h.
    posix_spawnattr_setflags(&attributes, Int16(flags) | (session ? 0x80 : 0))
    let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    var arguments = words.map { strdup($0) } + [nil]
    var variables = (environment + [path, "HOME=/tmp"]).map { strdup($0) } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    var processID: pid_t = 0
    let code = posix_spawn(&processID, words[0], &actions, &attributes, &arguments, &variables)
    guard code == 0 else { throw Fault.system(words[0], code) }
    return processID
  }
}

// MARK: - Commands of ours

extension ShellRun {
  /// What a command of ours did.
  struct Result {
    let status: Int32
    let stdout: [UInt8]
    /// Without the marks.
    let stderr: [UInt8]
    let marks: [RemoteMark]

    var text: String { String(decoding: stdout, as: UTF8.self) }
  }

  /// Starts a command.
  convenience init(
    _ command: RemoteCommand,
    _ token: RunToken,
    shell: [String] = ["/bin/sh"],
    input: [UInt8]? = [],
    session: Bool = true
  ) throws {
    let prepared = try command.prepared(token)
    let bytes = input.map { prepared.preamble + $0 }
    try self.init(prepared.line, shell: shell, input: bytes, session: session)
  }

  /// What it did until now.
  func result(_ token: RunToken) -> Result {
    var scanner = MarkScanner(token)
    var output: [UInt8] = []
    let marks = scanner.scan(stderr[...], into: &output)
    scanner.finish(into: &output)
    return Result(status: status ?? -1, stdout: stdout, stderr: output, marks: marks)
  }

  /// Runs a command to its end.
  static func run(
    _ command: RemoteCommand,
    shell: [String] = ["/bin/sh"],
    input: [UInt8] = []
  ) throws -> Result {
    let token = RunToken()
    let run = try ShellRun(command, token, shell: shell, input: input)
    run.wait()
    return run.result(token)
  }

  /// Shells that are installed here, of those that may be login shells.
  static let shells: [[String]] = [
    ["/bin/sh"], ["/bin/bash"], ["/usr/bin/dash"], ["/usr/bin/zsh"], ["/usr/bin/mksh"],
    ["/usr/bin/ksh93"], ["/usr/bin/yash"], ["/usr/bin/fish"], ["/usr/bin/tcsh"],
    ["/usr/bin/busybox", "sh"],
  ].filter { access($0[0], X_OK) == 0 }
}
