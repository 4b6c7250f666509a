package import Foundation

/// A program that runs, and dies with this process at the latest.
///
/// It leads a process group of its own. What it has started itself is killed when it ends.
package final class ChildProcess: Sendable {
  /// How a process ended.
  package enum End: Sendable, Equatable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    /// As a shell's `$?` has it.
    package var status: Int32 {
      switch self {
      case .exited(let code): code
      case .signalled(let signal): 128 + signal
      }
    }

    package var description: String {
      switch self {
      case .exited(let code): "exit \(code)"
      case .signalled(let signal): "signal \(signal)"
      }
    }
  }

  package let processID: pid_t
  private let end = Locked<End?>(nil)

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - path: absolute, or a name that is looked up on PATH.
  ///   - arguments: without the program's name.
  ///   - environment: added to this process's own; nil takes a variable away.
  ///   - folder: the current folder of the program; nil: this process's own.
  ///   - input: the descriptor that becomes standard input; nil: /dev/null.
  ///   - output: the descriptor that becomes standard output; nil: /dev/null.
  ///   - error: the descriptor that becomes standard error; nil: /dev/null.
  ///   - deathSignal: what it gets when this process dies.
  /// - Throws: `TestSupportError` if it cannot be started. A name that is not on PATH is no such
  ///   case: the end is then exit 127.
  package init(
    _ path: String,
    _ arguments: [String],
    environment: [String: String?] = [:],
    folder: String? = nil,
    input: Int32? = nil,
    output: Int32? = nil,
    error: Int32? = nil,
    deathSignal: String = "KILL"
  ) throws {
    let setpriv = try Tool.setpriv.required()
    if path.contains("/"), access(path, X_OK) != 0 {
      throw TestSupportError.system("start of \(path)", errno)
    }
    let words =
      [setpriv, "--pdeathsig", deathSignal, "--", "/bin/sh", "-c", Self.starter, "sh"]
      + ["\(getpid())", folder ?? "", path] + arguments
    var variables = ProcessInfo.processInfo.environment
    for (name, value) in environment { variables[name] = value }
    let environment = variables.map { "\($0)=\($1)" }
    let started = SpawnThread.shared.run {
      Self.spawn(words, environment: environment, descriptors: [input, output, error])
    }
    guard started.code == 0 else { throw TestSupportError.system("start of \(path)", started.code) }
    processID = started.processID
  }

  deinit {
    stop(grace: .zero)
  }

  /// Sends a signal to the process, unless it has ended.
  package func send(_ signal: Int32) {
    end.with { if $0 == nil { kill(processID, signal) } }
  }

  /// Waits for the end.
  ///
  /// Blocks the thread: not for the cooperative pool, see `ended`.
  @discardableResult
  package func wait() -> End {
    // Waits without reaping, so that `send` never meets the number of another process.
    var info = siginfo_t()
    while waitid(P_PID, id_t(processID), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    return reap() ?? .exited(-1)
  }

  /// Waits for the end on a thread of its own.
  package func ended() async -> End {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: self.wait()) }
    }
  }

  /// Whether it runs still.
  package var isRunning: Bool { reap() == nil }

  /// Asks it to end, and kills it when it has not after `grace`.
  package func stop(grace: Duration = .seconds(5)) {
    send(SIGTERM)
    let limit = ContinuousClock.now + grace
    while isRunning {
      if ContinuousClock.now >= limit {
        send(SIGKILL)
        wait()
        return
      }
      usleep(2_000)
    }
  }

  /// Whether no process of that number runs: there is none, or only its remains.
  ///
  /// A process whose parent has died waits for the init process to reap it, which may take long.
  package static func isGone(_ processID: pid_t) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8) else {
      return true
    }
    // The state stands behind the name, which may hold anything; see proc_pid_stat(5).
    let state = stat.suffix(from: stat.lastIndex(of: ")") ?? stat.startIndex).dropFirst(2).first
    return state == "Z" || state == "X"
  }

  /// The end, if there is one by now.
  private func reap() -> End? {
    end.with { end in
      if end != nil { return end }
      var info = siginfo_t()
      let flags = WEXITED | WNOWAIT | WNOHANG
      guard waitid(P_PID, id_t(processID), &info, flags) == 0, info.si_signo == SIGCHLD else {
        return nil
      }
      // Before the process is reaped its number cannot be another group's.
      kill(-processID, SIGKILL)
      var status: Int32 = 0
      guard waitpid(processID, &status, 0) == processID else { return nil }
      // As the macros WIFSIGNALED and WEXITSTATUS of wait(2), which Swift does not import.
      let signal = status & 0x7f
      end = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
      return end
    }
  }

  /// What becomes the program: it ends if this process died before the signal was asked for.
  private static let starter = #"""
    [ "$PPID" = "$1" ] || exit 127
    [ -z "$2" ] || cd -- "$2" || exit 127
    shift 2
    exec "$@"
    """#

  /// Starts a program with three descriptors and no other.
  ///
  /// The corresponding C function is `posix_spawn`.
  private static func spawn(
    _ words: [String],
    environment: [String],
    descriptors: [Int32?]
  ) -> (processID: pid_t, code: Int32) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in descriptors.enumerated() {
      if let descriptor {
        posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
      } else {
        posix_spawn_file_actions_addopen(&actions, Int32(number), "/dev/null", O_RDWR, 0)
      }
    }
    // Whatever is open here would stay open there, such as a connection that a test closes.
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
      guard let number = Int32(name), number > 2 else { continue }
      posix_spawn_file_actions_addclose(&actions, number)
    }

    // A child begins with the signals as a shell gives them, whatever this process has set.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP)
    )

    let arguments = words.map { strdup($0) } + [nil]
    let variables = environment.map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var processID: pid_t = 0
    let code = posix_spawn(&processID, words[0], &actions, &attributes, arguments, variables)
    return (processID, code)
  }
}
