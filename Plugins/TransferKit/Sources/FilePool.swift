package import DriverKit
package import LoopKit

/// Something that is done beside other things of the same call.
package protocol PoolTask {
  /// Does it.
  func run() async
}

/// Tasks of one call that go on at once, a bounded number of them.
///
/// On the loop.
package final class FilePool {
  private let actor: LoopActor
  private let loop: Loop
  private let limit: Int
  private var running = 0
  private var waiting: Waiting<Bool>?

  /// A pool.
  ///
  /// - Parameters:
  ///   - loop: The loop.
  ///   - actor: What they run on.
  ///   - limit: How many go on at once.
  package init(_ loop: Loop, _ actor: LoopActor, _ limit: Int) {
    self.loop = loop
    self.limit = limit
    self.actor = actor
  }

  /// Begins a task as soon as there is room for it.
  ///
  /// - Parameters:
  ///   - task: The task, which sees for itself that it ends with the scope.
  ///   - scope: How long room is waited for.
  /// - Throws: Why the scope has ended; the task is not begun then.
  package func add(_ task: any PoolTask, _ scope: Scope) async throws(DriverError) {
    try await wait(until: limit - 1, scope)
    try scope.check()
    begin(task)
  }

  private func begin(_ task: any PoolTask) {
    running += 1
    // No more than a call: what else is in such a closure does not run on the loop (Swift 6.3.1).
    actor.begin { await self.carryOut(task) }
  }

  private func carryOut(_ task: any PoolTask) async {
    await task.run()
    running -= 1
    waiting?.finish(.success(true))
  }

  /// Waits until all tasks have ended, also where the call is to stop: they clean up after themselves.
  package func drain() async {
    // A scope without an end: nothing is thrown.
    try? await wait(until: 0, Scope(loop))
  }

  private func wait(until count: Int, _ scope: Scope) async throws(DriverError) {
    while running > count {
      let waiting = Waiting<Bool>()
      self.waiting = waiting
      _ = try await waiting.value(scope)
    }
  }
}
