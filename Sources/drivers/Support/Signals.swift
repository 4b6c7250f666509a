import Glibc
import Synchronization

/// Turns Ctrl-C, TERM and HUP into the cancellation of what runs.
///
/// The first signal asks the connection to stop, on the remote side too; the second ends the process.
final class Signals: Sendable {
  /// The signal that came first; 0: none.
  private let received = Atomic<Int32>(0)

  /// Blocks the signals in every thread that is made from now on, and waits for them on one of its own.
  ///
  /// - Parameter onFirst: Runs once, on that thread.
  init(onFirst: @escaping @Sendable () -> Void) {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&set, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    let waited = set
    HelperThread.start { [self] in
      var set = waited
      while true {
        var signal: Int32 = 0
        guard unsafe sigwait(&set, &signal) == 0 else { continue }
        let isFirst =
          received.compareExchange(expected: 0, desired: signal, ordering: .relaxed).exchanged
        if isFirst { onFirst() } else { _exit(128 + signal) }
      }
    }
  }

  /// The exit code that the shell expects after a signal: 130, 143 or 129; nil if none came.
  var exitCode: Int32? {
    let signal = received.load(ordering: .relaxed)
    return signal == 0 ? nil : 128 + signal
  }
}
