package import DriverKit

/// As long as something may take: it ends when a call is stopped, or when a time of its own is up.
///
/// On the loop. Whoever waits looks at it and is told by it, so that no wait is without an end.
package final class Scope {
  /// Why what goes on is to end; nil: it may go on.
  package private(set) var failure: DriverError?
  /// The loop that it is of.
  package let loop: Loop
  private let parent: Scope?
  private var registration = 0
  private var timer: LoopTimer?
  private var listeners: [Int: () -> Void] = [:]
  private var lastID = 0

  /// A scope.
  ///
  /// - Parameters:
  ///   - loop: The loop.
  ///   - parent: Ends with that, if not before; nil: with nothing else.
  package init(_ loop: Loop, in parent: Scope? = nil) {
    self.loop = loop
    self.parent = parent
    failure = parent?.failure
    registration =
      parent?.onEnd { [weak self] in
        if let self, let failure = self.parent?.failure { end(failure) }
      } ?? 0
  }

  deinit { parent?.forget(registration) }

  /// Gives it a time, from now on.
  ///
  /// - Parameters:
  ///   - seconds: How long it may take.
  ///   - error: Why it ends then.
  /// - Throws: That the loop takes no timers any more.
  package func limit(_ seconds: Double, _ error: DriverError) throws(DriverError) {
    let timer = loop.timer { [weak self] in self?.end(error) }
    try timer.arm(afterNanoseconds: UInt64(max(0, seconds) * 1e9))
    self.timer = timer
  }

  /// Has a time begin anew.
  package func renew(_ seconds: Double) {
    // A loop that takes no timers any more has come to its end.
    try? timer?.arm(afterNanoseconds: UInt64(max(0, seconds) * 1e9))
  }

  /// Stops its time until it begins anew.
  package func pause() { timer?.disarm() }

  /// Takes its time back.
  package func unlimit() { timer = nil }

  /// Ends it: the first reason counts.
  package func end(_ error: DriverError) {
    guard failure == nil else { return }
    failure = error
    timer = nil
    let told = listeners
    listeners = [:]
    for (_, body) in told.sorted(by: { $0.key < $1.key }) { body() }
  }

  /// Looks whether things may go on.
  ///
  /// - Throws: Why not.
  package func check() throws(DriverError) { if let failure { throw failure } }

  /// Has a function run when the scope ends; never inside of this.
  ///
  /// - Returns: What `forget` takes; 0: the scope has ended.
  package func onEnd(_ body: @escaping () -> Void) -> Int {
    guard failure == nil else { return 0 }
    lastID += 1
    listeners[lastID] = body
    return lastID
  }

  /// Takes a function back.
  package func forget(_ id: Int) { listeners[id] = nil }
}
