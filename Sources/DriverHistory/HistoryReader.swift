internal import DriverHost

/// The thread that reads a history, over a connection of its own, which no writer waits for.
///
/// It is started by the first who reads.
final class HistoryReader: @unchecked Sendable {
  // `@unchecked` because what changes is reached only inside `monitor`.
  typealias Job = @Sendable (Session) -> Void

  /// What the thread keeps between two reads.
  final class Session {
    let file: HistoryFile
    private var store: HistoryReadStore?

    init(_ file: HistoryFile) { self.file = file }

    /// Reads, over a connection that is opened where there is none.
    func read<Result>(
      _ body: (HistoryReadStore) throws(HostError) -> Result
    ) throws(HostError) -> Result {
      let store = try openStore()
      do throws(HostError) {
        return try body(store)
      } catch {
        // The next who reads begins anew: the file may have been put right, or replaced.
        self.store = nil
        throw error
      }
    }

    private func openStore() throws(HostError) -> HistoryReadStore {
      if let store { return store }
      let store = try HistoryReadStore(file)
      self.store = store
      return store
    }
  }

  private let file: HistoryFile
  private let monitor = Monitor()
  private var jobs: [Job] = []
  private var isStarted = false
  private var isClosed = false
  private var isEnded = false
  private var closers: [CheckedContinuation<Void, Never>] = []

  init(_ file: HistoryFile) { self.file = file }

  /// Has the thread read something.
  ///
  /// - Throws: Why it could not be read.
  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (HistoryReadStore) throws(HostError) -> Answer
  ) async throws(HostError) -> Answer {
    let result: Result<Answer, HostError> = await withCheckedContinuation { continuation in
      let job: Job = { session in
        continuation.resume(
          returning: Result { () throws(HostError) in try session.read(body) }
        )
      }
      do throws(HostError) {
        try add(job)
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
    return try result.get()
  }

  private func add(_ job: @escaping Job) throws(HostError) {
    monitor.lock()
    defer { monitor.unlock() }
    guard !isClosed else { throw SQLiteHistory.closed }
    if !isStarted {
      try Thread.start(name: "dh-history-read") { [self] in run() }
      isStarted = true
    }
    jobs.append(job)
    monitor.signal()
  }

  private func run() {
    work()
    // The file is closed by now.
    monitor.lock()
    isEnded = true
    let waiting = closers
    closers = []
    monitor.unlock()
    for waiter in waiting { waiter.resume() }
  }

  private func work() {
    let session = Session(file)
    while let job = next() { job(session) }
  }

  private func next() -> Job? {
    monitor.lock()
    defer { monitor.unlock() }
    while jobs.isEmpty {
      if isClosed { return nil }
      monitor.wait()
    }
    return jobs.removeFirst()
  }

  /// Takes no more, and waits until all that was asked for has been read and the thread has ended.
  func close() async {
    await withCheckedContinuation { waiter in
      monitor.lock()
      isClosed = true
      let isWaiting = isStarted && !isEnded
      if isWaiting { closers.append(waiter) }
      monitor.signal()
      monitor.unlock()
      if !isWaiting { waiter.resume() }
    }
  }

  /// Takes no more: nobody is there who could wait.
  func abandon() {
    monitor.lock()
    isClosed = true
    monitor.signal()
    monitor.unlock()
  }
}
