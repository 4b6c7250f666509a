package import DriverHost
import Glibc

/// A program that is run to its end, with what it wrote.
package struct ChildProcess {
  /// How it ended.
  package enum End: Equatable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
    /// It took too long and was ended.
    case timedOut
  }

  /// The descriptors that are read: standard output, standard error, and 3 for what it reports.
  package static let reportDescriptor: Int32 = 3
  private static let descriptors = [STDOUT_FILENO, STDERR_FILENO, reportDescriptor]
  /// What is kept of each; more is read and dropped, so that the program does not wait for a
  /// reader.
  private static let limit = 1 << 20

  package let end: End
  package let output: String
  package let errors: String
  package let report: String

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - arguments: Without the program's name.
  ///   - environment: What stands before this process's own, and so wins.
  ///   - time: After this it is ended.
  /// - Throws: `HostError` where it cannot be started.
  package init(
    _ path: String,
    _ arguments: [String],
    environment: [String],
    within time: Duration
  ) throws(HostError) {
    var pipes: [Pipe] = []
    for _ in ChildProcess.descriptors { pipes.append(try Pipe()) }
    defer { for pipe in pipes { pipe.close() } }
    let child = try ChildProcess.spawn(
      path,
      arguments,
      environment,
      zip(pipes, ChildProcess.descriptors).map { ($0.writer, $1) },
      isLeader: true
    )
    for pipe in pipes { pipe.closeWriter() }
    let deadline = MonotonicTime.now.advanced(by: time)
    var texts = [[UInt8]](repeating: [], count: pipes.count)
    let isComplete = ChildProcess.collect(pipes, of: child, until: deadline, &texts)
    end = ChildProcess.wait(for: child, isComplete ? deadline : .now)
    // What it has started and left: a process of it would hold the pipes, and go on.
    kill(-child, SIGKILL)
    let strings = texts.map { String(decoding: $0, as: UTF8.self) }
    (output, errors, report) = (strings[0], strings[1], strings[2])
  }

  /// Starts a program; its standard input is empty unless it is given.
  ///
  /// - Parameters:
  ///   - path: Where it is, or its name, which is looked for in `PATH`.
  ///   - arguments: Without the program's name.
  ///   - environment: What stands before this process's own, and so wins.
  ///   - descriptors: Descriptors of this process, each with the number that it has there.
  ///   - isLeader: Whether it begins a process group.
  /// - Throws: `HostError` where it cannot be started.
  /// - Returns: The process's id.
  static func spawn(
    _ path: String,
    _ arguments: [String],
    _ environment: [String],
    _ descriptors: [(own: Int32, theirs: Int32)],
    isLeader: Bool
  ) throws(HostError) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for (own, theirs) in descriptors {
      unsafe posix_spawn_file_actions_adddup2(&actions, own, theirs)
    }
    var words = unsafe ([path] + arguments).map { unsafe strdup($0) }
    var settings = unsafe environment.map { unsafe strdup($0) }
    defer { unsafe (words + settings).forEach { unsafe free($0) } }
    unsafe words.append(nil)
    var own = unsafe environ
    while let setting = unsafe own.pointee {
      unsafe settings.append(strdup(setting))
      unsafe own += 1
    }
    unsafe settings.append(nil)
    // A group of its own: what it starts ends with it.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
    if isLeader {
      unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
      unsafe posix_spawnattr_setpgroup(&attributes, 0)
    }
    var child: pid_t = 0
    let status = unsafe posix_spawnp(&child, path, &actions, &attributes, words, settings)
    guard status == 0 else {
      throw HostError(
        .unavailable,
        stage: .driver,
        "\(path) cannot be started: \(systemMessage(status))"
      )
    }
    return child
  }

  /// Reads all pipes to their ends, or to the end of the program, whose own children may keep them open; false
  /// where the time was up before.
  private static func collect(
    _ pipes: [Pipe],
    of child: pid_t,
    until deadline: MonotonicTime,
    _ texts: inout [[UInt8]]
  ) -> Bool {
    var entries = pipes.map { pollfd(fd: $0.reader, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while entries.contains(where: { $0.fd >= 0 }) {
      let left = deadline.nanoseconds - MonotonicTime.now.nanoseconds
      guard left > 0 else { return false }
      let patience = min(Int32(left / 1_000_000) + 1, 100)
      let ready = unsafe poll(&entries, nfds_t(entries.count), patience)
      if ready == 0, hasEnded(child) { return true }
      guard ready > 0 else { continue }
      for index in entries.indices where entries[index].fd >= 0 && entries[index].revents != 0 {
        let count = unsafe read(entries[index].fd, &buffer, buffer.count)
        if count > 0 {
          texts[index] += buffer[..<min(count, limit - texts[index].count)]
        } else if count == 0 || errno != EINTR {
          // poll passes over negative descriptors.
          entries[index].fd = -1
        }
      }
    }
    return true
  }

  /// Whether a program has ended, which can still be waited for.
  private static func hasEnded(_ child: pid_t) -> Bool {
    var info = unsafe siginfo_t()
    let options = WEXITED | WNOHANG | WNOWAIT
    guard unsafe waitid(P_PID, id_t(child), &info, options) == 0 else { return true }
    return unsafe info.si_signo == SIGCHLD
  }

  /// Waits for the end, and ends the program when its time is up.
  private static func wait(for child: pid_t, _ deadline: MonotonicTime) -> End {
    var status: Int32 = 0
    while true {
      let result = unsafe waitpid(child, &status, WNOHANG)
      if result == child { break }
      if MonotonicTime.now >= deadline {
        kill(child, SIGKILL)
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        return .timedOut
      }
      // It has closed its pipes, so it is about to end.
      usleep(1000)
    }
    // WIFSIGNALED, WTERMSIG and WEXITSTATUS, which are macros in C.
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
  }
}

/// Two ends of a pipe.
private final class Pipe {
  let reader: Int32
  private(set) var writer: Int32

  /// The corresponding C function is `pipe`.
  init() throws(HostError) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      throw HostError(
        .unavailable,
        stage: .driver,
        "no pipe can be made: \(systemMessage(errno))"
      )
    }
    (reader, writer) = (ends[0], ends[1])
    // The child gets copies that stay open; these do not.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  func closeWriter() {
    guard writer >= 0 else { return }
    Glibc.close(writer)
    writer = -1
  }

  func close() {
    closeWriter()
    Glibc.close(reader)
  }
}
