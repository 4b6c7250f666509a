internal import DriverKit
internal import Glibc

/// Work that takes too long for a loop: keys that are to be decrypted, files that are to be written for good.
///
/// One thread for each process, which is there while there is work.
@safe
final class Background: @unchecked Sendable {
  // `@unchecked` because what changes is looked at under the mutex.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var jobs: [@Sendable () -> Void] = []
  private var isRunning = false

  static let shared = Background()

  private init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(mutex, nil)
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Does some work on the thread, and waits for it on the loop.
  ///
  /// - Parameters:
  ///   - loop: The loop.
  ///   - scope: How long it is waited for; it is done all the same.
  ///   - body: The work.
  /// - Throws: That there is no thread, or why the scope has ended.
  /// - Returns: What the work answers.
  static func run<Answer: Sendable>(
    _ loop: Loop,
    _ scope: Scope,
    _ body: @escaping @Sendable () -> Answer
  ) async throws(DriverError) -> Answer {
    let waiting = Waiting<Answer>()
    let poster = loop.poster
    // Touched on the loop alone: what is posted runs there.
    nonisolated(unsafe) let told = waiting
    let isTaken = shared.add {
      let answer = body()
      poster.post { unsafe told.finish(.success(answer)) }
    }
    guard isTaken else {
      throw DriverError(.unavailable, "there is no thread left", isRetryable: true)
    }
    return try await waiting.value(scope)
  }

  private func add(_ job: @escaping @Sendable () -> Void) -> Bool {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    jobs.append(job)
    if isRunning { return true }
    isRunning = Background.start()
    if !isRunning { jobs.removeLast() }
    return isRunning
  }

  private static func start() -> Bool {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { unsafe pthread_attr_destroy(&attributes) }
    return unsafe pthread_create(
      &thread,
      &attributes,
      { _ in
        while let job = Background.shared.next() { job() }
        return nil
      },
      nil
    ) == 0
  }

  private func next() -> (@Sendable () -> Void)? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    guard !jobs.isEmpty else {
      isRunning = false
      return nil
    }
    return jobs.removeFirst()
  }
}
