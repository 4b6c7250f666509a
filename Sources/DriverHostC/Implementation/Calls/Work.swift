import DriverABI
import DriverHost

/// An execution or a fan-out, as a handle has it.
@safe
final class Work: @unchecked Sendable {
  // `@unchecked` because everything that changes is reached only under the executor's lock.

  /// How it ended.
  struct End: Sendable {
    var status: Int32
    /// A result, an error, or the summary of a fan-out.
    var answer: Answer
    var isFailure: Bool
  }

  /// What it is, and how it is begun and stopped.
  protocol Task: Sendable {
    /// The id of an execution; nil for a fan-out.
    var id: String? { get }

    /// Begins it, once; tells its end, once.
    func start(on executor: CallExecutor, _ tell: @escaping @Sendable (Work.End) -> Void)

    /// Asks it to stop, before its start or after it.
    func cancel()
  }

  private let task: any Task
  private let executor: CallExecutor
  private let gate: CallGate?
  private let listener = EndListener()
  /// Rows that nobody has taken yet; nil where they are not pulled.
  let rows: RowQueue?
  private var isStarted = false
  private var end: End?
  private let memory = ABIMemory()
  private var idPlace: dh_text_v1?

  init(_ task: any Task, _ executor: CallExecutor, gate: CallGate?, rows: RowQueue?) {
    self.task = task
    self.executor = executor
    self.gate = gate
    self.rows = rows
  }

  // The task holds it until the end, so nobody uses the executor any more.
  deinit { CallExecutor.put(executor) }

  var id: String? { task.id }

  /// The id as the engine reads it; nil for a fan-out.
  var idText: dh_text_v1? {
    unsafe executor.change {
      if let idPlace = unsafe idPlace { return unsafe idPlace }
      unsafe idPlace = unsafe task.id.map(memory.text)
      return unsafe idPlace
    }
  }

  /// A text that lives as long as this.
  func keep(_ text: String) -> dh_text_v1 { unsafe executor.change { unsafe memory.text(text) } }

  /// Where it is on its way, as the header numbers it.
  var status: Int32 {
    executor.change { end?.status ?? (isStarted ? 2 : 1) }
  }

  func start() { begin(isCancelled: false) }

  func cancel() { begin(isCancelled: true) }

  private func begin(isCancelled: Bool) {
    let isFirst = executor.change {
      defer { isStarted = true }
      return !isStarted
    }
    // One that is cancelled before its start must not run.
    if isCancelled { task.cancel() }
    if isFirst { task.start(on: executor) { [self] in hasEnded($0) } }
  }

  private func hasEnded(_ end: End) {
    guard let gate else { return tell(end) }
    gate.close { [self] in tell(end) }
  }

  private func tell(_ end: End) {
    executor.change { self.end = end }
    rows?.close()
    listener.fire()
  }

  /// Starts it if nobody has, and waits for its end; nil when the time is up.
  ///
  /// - Parameter timeout: In nanoseconds; below 0: for ever.
  /// - Returns: How it ended.
  func wait(_ timeout: Int64) -> End? {
    wait(timeout) { end != nil }
    return executor.change { end }
  }

  /// What came of a wait for rows.
  enum NextRows {
    case rows(ExportedStream)
    case ended, timedOut
  }

  /// The same for the next rows or the end.
  func nextRows(of rows: RowQueue, _ timeout: Int64) -> NextRows {
    var next: ExportedStream?
    // Taken in the wait itself: of several threads that wait one gets them, and the others go on waiting.
    let isOver = wait(timeout) {
      if next == nil { next = rows.takeLocked() }
      return next != nil || end != nil
    }
    if let next { return .rows(next) }
    return isOver ? .ended : .timedOut
  }

  @discardableResult
  private func wait(_ timeout: Int64, for isOver: () -> Bool) -> Bool {
    if timeout == 0 {
      start()
      return executor.change(isOver)
    }
    let deadline = timeout < 0 ? nil : MonotonicTime.now.advanced(by: .nanoseconds(timeout))
    return executor.wait(until: deadline, begin: start, for: isOver)
  }

  /// Hears of the end: see `EndListener`.
  func onEnd(_ listener: (@Sendable () -> Void)?) { self.listener.set(listener) }

  /// The handle is being released.
  func release() {
    listener.release()
    rows?.abandon()
  }
}
