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
  private var isReleased = false
  /// Threads that are inside the listener of any execution.
  private static let inside = Lock<[pthread_t]>([])

  /// Replaces the listener, which runs in here if the end has come; nil takes it back.
  ///
  /// The earlier one is not running when this returns, unless the caller is inside a listener: two that take one
  /// another back would wait for one another for ever.
  func set(_ listener: (@Sendable () -> Void)?) { set(listener, isLast: false) }

  /// Takes the listener back for good: one that another thread is about to set will not run.
  func release() { set(nil, isLast: true) }

  private func set(_ listener: (@Sendable () -> Void)?, isLast: Bool) {
    monitor.lock()
    if isLast { isReleased = true }
    // What is waited for may take its time: meanwhile nothing else must begin.
    self.listener = nil
    let mayWait = !EndListener.inside.withLock { $0.contains(pthread_self()) }
    while mayWait, !running.isEmpty { monitor.wait() }
    self.listener = isReleased ? nil : listener
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
    EndListener.inside.withLock { $0.append(pthread_self()) }
    listener()
    EndListener.inside.withLock { inside in
      if let place = inside.lastIndex(of: pthread_self()) { inside.remove(at: place) }
    }
    monitor.lock()
    if let place = running.lastIndex(of: pthread_self()) { running.remove(at: place) }
    monitor.broadcast()
  }
}
