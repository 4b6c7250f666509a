import Glibc

/// Other programs that a command runs or becomes; they are looked for along PATH.
@safe
enum Program {
  /// Runs a program to its end, with nothing to read and nowhere to write.
  ///
  /// - Parameter arguments: Its name and its arguments.
  /// - Returns: Its exit code, 128 and the signal's number where one ended it; nil where it cannot be run.
  static func exitCode(of arguments: [String]) -> Int32? {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
    for descriptor in STDIN_FILENO...STDERR_FILENO {
      unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var process = pid_t()
    let status = unsafe withArguments(arguments) { words in
      guard let name = unsafe words[0] else { return EINVAL }
      return unsafe posix_spawnp(&process, name, &actions, nil, words, environ)
    }
    guard status == 0 else { return nil }
    var state: Int32 = 0
    while unsafe waitpid(process, &state, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    let signal = state & 0x7F
    return signal == 0 ? state >> 8 & 0xFF : 128 + signal
  }

  /// Sets a variable for programs that are begun from here on.
  static func setEnvironment(_ name: String, _ value: String) { unsafe setenv(name, value, 1) }

  /// Becomes another program; returns only where that fails.
  ///
  /// What this program changed of the signals is changed back, since a program that is begun keeps what is ignored.
  ///
  /// - Parameter arguments: Its name and its arguments.
  /// - Returns: The system's number for what went wrong.
  static func replace(by arguments: [String]) -> Int32 {
    signal(SIGPIPE, SIG_DFL)
    return unsafe withArguments(arguments) { words in
      if let name = unsafe words[0] { unsafe execvp(name, words) }
      return errno
    }
  }

  /// Calls `body` with the words as C has them, ended by NULL.
  private static func withArguments<Result>(
    _ arguments: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var words: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
    unsafe words.append(nil)
    defer { unsafe words.forEach { unsafe free($0) } }
    return unsafe words.withUnsafeBufferPointer { buffer in
      // There is the NULL in it at least, and only an empty buffer has no address.
      guard let base = buffer.baseAddress else { fatalError("an array with a NULL has an address") }
      return unsafe body(base)
    }
  }
}
