package import DriverKit

/// Work that takes too long for a loop: what the disk holds up, and what takes the processor for long.
///
/// A few threads for each process, which are there while there is work and for a moment behind it.
package enum Background {
  /// What waits for a disk.
  private static let disk = WorkerThreads(4)
  /// What waits for another machine, as long as that likes: none is to wait for all others.
  private static let network = WorkerThreads(256)
  /// What keeps a processor busy, such as the many rounds of a passphrase: no file is to wait for that.
  private static let processor = WorkerThreads(2)

  /// What some work waits for.
  package enum Kind {
    case disk, network, processor

    fileprivate var threads: WorkerThreads {
      switch self {
      case .disk: Background.disk
      case .network: Background.network
      case .processor: Background.processor
      }
    }
  }

  /// Does some work beside the loop, and waits for it on the loop.
  ///
  /// - Parameters:
  ///   - kind: What the work waits for.
  ///   - loop: The loop.
  ///   - scope: How long it is waited for; it is done all the same.
  ///   - body: The work.
  /// - Throws: That there is no thread, or why the scope has ended.
  /// - Returns: What the work answers.
  package static func run<Answer: Sendable>(
    _ kind: Kind,
    _ loop: Loop,
    _ scope: Scope,
    _ body: @escaping @Sendable () -> Answer
  ) async throws(DriverError) -> Answer {
    let waiting = Waiting<Answer>()
    try begin(kind, loop, body) { waiting.finish(.success($0)) }
    return try await waiting.value(scope)
  }

  /// Does some work beside the loop.
  ///
  /// - Parameters:
  ///   - kind: What the work waits for.
  ///   - loop: The loop.
  ///   - body: The work.
  ///   - then: Is told on the loop what it answers.
  /// - Throws: That there is no thread.
  package static func begin<Answer: Sendable>(
    _ kind: Kind,
    _ loop: Loop,
    _ body: @escaping @Sendable () -> Answer,
    then: @escaping (Answer) -> Void
  ) throws(DriverError) {
    let poster = loop.poster
    // Touched on the loop alone: what is posted runs there.
    nonisolated(unsafe) let told = then
    let isTaken = kind.threads.add {
      let answer = body()
      poster.post { unsafe told(answer) }
    }
    guard isTaken else {
      throw DriverError(.unavailable, "there is no thread left", isRetryable: true)
    }
  }
}
