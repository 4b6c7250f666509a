package import DriverKit
internal import Glibc

/// The isolation of all that belongs to one loop: tasks that it begins run on the loop's thread and nowhere else.
///
/// What it isolates is not `Sendable` and has no locks. Functions that are called back by the loop are in it too.
package actor LoopActor {
  private nonisolated let executor: LoopExecutor

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  package init(_ executor: LoopExecutor) { self.executor = executor }

  /// Begins a task; on the loop's thread.
  package nonisolated func begin(_ body: @escaping () async -> Void) {
    // Not sent anywhere: the task runs on the thread that this is called on.
    nonisolated(unsafe) let body = body
    // With the preference, also what is between two isolated steps stays on the thread; else the runtime would start
    // threads of its own for it.
    Task(executorPreference: executor) { unsafe await self.run(body) }
  }

  private func run(_ body: () async -> Void) async { await body() }
}

/// Runs the steps of tasks on a loop: soon, in their order, and never inside of something else.
package final class LoopExecutor: SerialExecutor, TaskExecutor {
  private let poster: Poster
  private let thread = pthread_self()

  /// An executor; on the loop's thread.
  package init(_ loop: Loop) { poster = loop.poster }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    poster.post { [self] in
      unsafe job.runSynchronously(on: asUnownedSerialExecutor())
    }
  }

  package func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    unsafe UnownedTaskExecutor(ordinary: self)
  }

  package func checkIsolated() {
    precondition(pthread_equal(thread, pthread_self()) != 0, "this is not the loop's thread")
  }
}
