import DriverHost

/// Items as they come, read on a thread of its own so that waiting for a slow pipe holds nothing else up.
///
/// None is read before it is asked for. Where the task that waits for one is cancelled, nothing is waited for any more.
final class ItemFeed: AsyncSequence, AsyncIteratorProtocol, @unchecked Sendable {
  typealias Element = FanOut.Given

  // `@unchecked` because one thread at a time uses it: who asks for an item waits for it before it asks again.
  private let source: ItemSource
  private let host: Host
  private let isStopped = Lock(false)
  /// Why no thread could be had.
  private var noThread: HostError?

  /// - Parameters:
  ///   - source: What gives the items; nobody else uses it from now on.
  ///   - host: Has the threads.
  init(_ source: ItemSource, on host: Host) {
    self.source = source
    self.host = host
  }

  /// Why there are no more items, where that is not their end; to be asked after the last one.
  var failure: HostError? { noThread ?? source.failure }

  func makeAsyncIterator() -> ItemFeed { self }

  /// The next item; nil at the end.
  func next() async -> FanOut.Given? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { (item: CheckedContinuation<FanOut.Given?, Never>) in
        do throws(HostError) {
          try host.runOnThread { [self] in
            item.resume(returning: isStopped.withLock { $0 } ? nil : source.next())
          }
        } catch {
          noThread = error
          item.resume(returning: nil)
        }
      }
    } onCancel: {
      source.hurry()
    }
  }

  func next(isolation actor: isolated (any Actor)?) async throws(Never) -> FanOut.Given? {
    await next()
  }

  /// Gives no more items, also those that are there.
  ///
  /// Any thread.
  func stop() {
    isStopped.withLock { $0 = true }
    source.hurry()
  }
}
