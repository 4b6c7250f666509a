import DriverHost
import Glibc

/// The one function that hears of the end of an execution, and how it is taken back.
final class EndListener: @unchecked Sendable {
  // `@unchecked` because everything is reached only between lock and unlock of `monitor`.
  private let monitor = Monitor()
  private var listener: (@Sendable () -> Void)?
  /// Threads that are inside a listener: more than one where a listener sets another one.
  private var running: [pthread_t] = []
  private var hasEnded = false

  /// Replaces the listener, which runs in here if the end has come; nil takes it back.
  ///
  /// The earlier one is not running when this returns, unless it is the caller.
  func set(_ listener: (@Sendable () -> Void)?) {
    monitor.lock()
    // What is waited for may take its time: meanwhile nothing else must begin.
    self.listener = nil
    while running.contains(where: { $0 != pthread_self() }) { monitor.wait() }
    self.listener = listener
    if hasEnded { run() }
    monitor.unlock()
  }

  /// The end has come.
  func fire() {
    monitor.lock()
    hasEnded = true
    run()
    monitor.unlock()
  }

  /// With the monitor locked.
  private func run() {
    guard let listener else { return }
    self.listener = nil
    running.append(pthread_self())
    monitor.unlock()
    listener()
    monitor.lock()
    if let place = running.lastIndex(of: pthread_self()) { running.remove(at: place) }
    monitor.broadcast()
  }
}
