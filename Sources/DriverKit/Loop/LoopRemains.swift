/// What other threads want done on a loop while its instance is being ended, when the host takes no posts any more.
///
/// It is done at the end of `destroy`, on the loop: what belongs to the loop is freed there and nowhere else.
final class LoopRemains: @unchecked Sendable {
  // `@unchecked` because everything is reached only under the lock.

  /// Something that is done on the loop, or let go of unheard.
  private struct Remain {
    let run: () -> Void
    let drop: () -> Void
  }

  /// After so many turns what goes on posting to itself is let go of.
  private static let turns = 100
  /// More than this is not kept: an instance may never be ended, where a call is left inside it.
  private static let limit = 100_000

  private let lock = SpinLock()
  private var all: [Remain] = []
  private var isOver = false

  /// Keeps something for the end of `destroy`; lets go of it where that has been, or where too much is kept.
  ///
  /// - Parameters:
  ///   - run: Does it, on the loop.
  ///   - drop: Lets go of what it holds: on this thread, or on the loop.
  func keep(_ run: @escaping () -> Void, orDrop drop: @escaping () -> Void) {
    let isKept = lock.withLock {
      let isTaken = !isOver && all.count < LoopRemains.limit
      if isTaken { all.append(Remain(run: run, drop: drop)) }
      return isTaken
    }
    if !isKept { drop() }
  }

  /// Does what was kept, and what that leads to: once, on the loop, when the driver is gone.
  func clear() {
    for _ in 0..<LoopRemains.turns {
      let some = take(isLast: false)
      if some.isEmpty { break }
      for remain in some { remain.run() }
    }
    for remain in take(isLast: true) { remain.drop() }
  }

  private func take(isLast: Bool) -> [Remain] {
    lock.withLock {
      defer { all = [] }
      if isLast { isOver = true }
      return all
    }
  }
}
