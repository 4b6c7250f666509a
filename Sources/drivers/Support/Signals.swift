import DriverHost
import Glibc

/// Turns Ctrl-C, TERM and HUP into the cancellation of what runs.
///
/// The first signal asks the connection to stop, on the remote side too; the second ends the
/// process. A signal that was ignored when the program began stays so, which is what nohup(1) and
/// shells that start a program in the background rely on.
final class Signals: Sendable {
  private struct State {
    /// The signal that came first; 0: none.
    var received: Int32 = 0
    /// What it is to cancel.
    var action: (@Sendable () -> Void)?
  }

  private let state = Lock(State())

  /// Where the handler writes the signal's number; a handler may do little else (signal-safety(7)).
  ///
  /// Set once, before the first handler is installed.
  nonisolated(unsafe) private static var pipe: (reader: Int32, writer: Int32) = (-1, -1)

  /// Handles the signals from now on.
  init() {
    var ends: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else { return }
    // Programs that a driver starts have no use for it.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    unsafe Signals.pipe = (ends[0], ends[1])
    do {
      try Thread.start(name: "dh-signals") { [self] in
        while let signal = Signals.next() { take(signal) }
      }
    } catch {
      // Without a thread that listens the signals do what they do by default.
      return
    }
    for signal in [SIGINT, SIGTERM, SIGHUP] { Signals.handle(signal) }
  }

  /// Sets what the first signal cancels: at once, if it has come already.
  ///
  /// - Parameter action: Runs once, on any thread.
  func onFirst(_ action: @escaping @Sendable () -> Void) {
    let hasCome = state.withLock { state in
      if state.received == 0 { state.action = action }
      return state.received != 0
    }
    if hasCome { action() }
  }

  private func take(_ signal: Int32) {
    let (isFirst, action) = state.withLock { state in
      let isFirst = state.received == 0
      if isFirst { state.received = signal }
      return (isFirst, state.action)
    }
    if isFirst { action?() } else { _exit(128 + signal) }
  }

  /// The exit code that the shell expects after a signal: 130, 143 or 129; nil if none came.
  var exitCode: Int32? {
    let signal = state.withLock { $0.received }
    return signal == 0 ? nil : 128 + signal
  }

  private static func handle(_ signal: Int32) {
    var action = sigaction()
    unsafe sigaction(signal, nil, &action)
    // SIG_IGN is the address 1.
    let isIgnored = unsafe unsafeBitCast(action.__sigaction_handler, to: Int.self) == 1
    if isIgnored { return }
    var handling = sigaction()
    unsafe handling.__sigaction_handler.sa_handler = { number in
      var byte = UInt8(truncatingIfNeeded: number)
      unsafe write(Signals.pipe.writer, &byte, 1)
    }
    handling.sa_flags = SA_RESTART
    unsafe sigaction(signal, &handling, nil)
  }

  private static func next() -> Int32? {
    var byte: UInt8 = 0
    while true {
      let count = unsafe read(pipe.reader, &byte, 1)
      if count == 1 { return Int32(byte) }
      if count == 0 || errno != EINTR { return nil }
    }
  }
}
