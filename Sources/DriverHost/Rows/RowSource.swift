import DriverABI
import Glibc

/// A driver's stream of rows, as the host holds it.
///
/// Pulled by one thread at a time, never on a loop, because a driver may wait in it. It survives its
/// call: then it answers that it was cancelled, whatever the driver would do. A consumer that waits is answered as
/// soon as the call is asked to stop, also where the driver does not come out of its stream.
@safe
final class RowSource: @unchecked Sendable {
  // `@unchecked` because everything mutable is guarded by `monitor`, save the stream's own calls, which
  // `isBusy` keeps to one thread at a time.

  /// How far the driver's stream has come.
  private enum Progress {
    case open, complete, failed
  }

  /// The name under which the driver handed it over.
  let name: String
  private let call: UInt64
  private let slot: CallSlot
  private let threads: ThreadPool
  private let monitor = Monitor()
  private let stream: UnsafeMutablePointer<ArrowArrayStream>
  private var columns: [ArrowField]?
  private var progress = Progress.open
  /// Whether a thread is inside the stream, or will be.
  private var isBusy = false
  /// Whether the stream is to be released, or was.
  private var isReleased = false
  /// Whether the call was asked to stop or has ended: no consumer gets anything any more.
  private var isOver = false
  /// Whether the consumer let go of rows that there still were.
  private var isRefused = false
  /// Answers the consumer that waits.
  private var answer: (() -> Void)?
  /// Why the driver's stream broke off.
  private var fault: HostError?
  /// Hears that there is nothing left to wait for.
  private var listener: (@Sendable () -> Void)?

  /// Moves a stream out of what the driver passed.
  init(
    moving source: UnsafeMutablePointer<ArrowArrayStream>,
    name: String,
    call: UInt64,
    slot: CallSlot,
    threads: ThreadPool
  ) {
    self.name = name
    self.call = call
    self.slot = slot
    self.threads = threads
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: source.pointee)
    unsafe source.pointee.release = nil
  }

  deinit { unsafe stream.deallocate() }

  // MARK: - The consumer's side

  /// The columns.
  func schema() async throws(HostError) -> [ArrowField] {
    try await pull { source throws(HostError) in try source.readSchema() }
  }

  /// The next rows; nil at the end.
  func next() async throws(HostError) -> RecordBatch? {
    try await pull { source throws(HostError) in try source.readNext() }
  }

  /// All rows that there still are, into a format, on one thread.
  func forEachBatch(_ writing: RowWriting) async throws(HostError) {
    try await pull { source throws(HostError) in
      try writing.begin(try source.readSchema())
      while let batch = try source.readNext() {
        try writing.write(batch)
        if source.isStopped { throw RowSource.cancelled }
      }
      try writing.end()
    }
  }

  private var isStopped: Bool {
    monitor.lock()
    defer { monitor.unlock() }
    return isOver
  }

  /// The consumer wants no more rows: the stream goes back to its driver, which then ends the call.
  ///
  /// Once; later calls do nothing.
  func consumerLetGo() {
    monitor.lock()
    if !isReleased, !isOver, progress == .open { isRefused = true }
    release()
  }

  /// Hears once, on any thread, that the consumer has let go of the rows or that their call is over; at once if that
  /// is so.
  func whenOver(_ listener: @escaping @Sendable () -> Void) {
    monitor.lock()
    let isOver = isReleased || self.isOver
    if !isOver { self.listener = listener }
    monitor.unlock()
    if isOver { listener() }
  }

  /// Whether the rows ended before their end, and not by the consumer's doing.
  var hasBrokenOff: Bool {
    monitor.lock()
    defer { monitor.unlock() }
    return progress == .failed || isOver
  }

  /// Why the driver's stream broke off; nil where it has not.
  ///
  /// Whoever has read it may have kept that to himself.
  var breakOff: HostError? {
    monitor.lock()
    defer { monitor.unlock() }
    return fault
  }

  // MARK: - The call's side

  /// The call was asked to stop, has ended or was given up: the stream goes back to its driver as soon as
  /// no thread is inside it.
  func stop() {
    monitor.lock()
    isOver = true
    let answer = self.answer
    self.answer = nil
    release()
    answer?()
  }

  /// With the monitor locked; unlocks it.
  private func release() {
    let isFirst = !isReleased
    isReleased = true
    // Whoever is inside the stream gives it back when it comes out.
    let mustRelease = isFirst && !isBusy
    if mustRelease { isBusy = true }
    let listener = self.listener
    self.listener = nil
    monitor.unlock()
    defer { listener?() }
    guard mustRelease else { return }
    do {
      try threads.submit { [self] _ in releaseStream() }
    } catch {
      // Better here than never: the driver waits for it.
      releaseStream()
    }
  }

  // MARK: - In the stream

  /// Runs something that may wait on a thread of the host's, and waits for it, or for the end of the call.
  private func pull<Result: Sendable>(
    _ body: @escaping @Sendable (RowSource) throws(HostError) -> Result
  ) async throws(HostError) -> Result {
    let result = unsafe await withUnsafeContinuation {
      (continuation: UnsafeContinuation<Swift.Result<Result, HostError>, Never>) in
      pull(body) { unsafe continuation.resume(returning: $0) }
    }
    // What the other thread has made is seen here in any case; the thread sanitizer sees it because of this, since
    // a continuation that was resumed before it was waited for tells it nothing.
    monitor.lock()
    monitor.unlock()
    return try result.get()
  }

  /// Runs something that may wait on a thread of the host's, and tells what came of it, or of the end of the call.
  func pull<Result: Sendable>(
    _ body: @escaping @Sendable (RowSource) throws(HostError) -> Result,
    _ tell: @escaping @Sendable (Swift.Result<Result, HostError>) -> Void
  ) {
    if let refusal = begin({ tell(.failure(RowSource.cancelled)) }) {
      tell(.failure(refusal))
      return
    }
    do throws(HostError) {
      try threads.submit { [self] worker in
        slot.pullBegins(call, on: worker)
        let result = Swift.Result { () throws(HostError) in try body(self) }
        if case .failure(let error) = result, error.code == .internal {
          slot.rowsAreRefused(call, error)
        }
        slot.pullEnded(call)
        if end() { tell(result) }
      }
    } catch {
      if end() { tell(.failure(error)) }
    }
  }

  /// Why there can be no pull now; nil if there can: then `end` follows.
  private func begin(_ answer: @escaping () -> Void) -> HostError? {
    monitor.lock()
    defer { monitor.unlock() }
    if isReleased || isOver { return RowSource.cancelled }
    if isBusy {
      return HostError(
        .internal,
        stage: .call,
        "the rows `\(name)` are being read by another task already: one at a time"
      )
    }
    isBusy = true
    self.answer = answer
    return nil
  }

  /// Leaves the stream; whether the consumer still waits for an answer.
  private func end() -> Bool {
    monitor.lock()
    let isWaitedFor = answer != nil
    answer = nil
    let mustRelease = isReleased
    isBusy = mustRelease
    monitor.unlock()
    if mustRelease { releaseStream() }
    return isWaitedFor
  }

  private func readSchema() throws(HostError) -> [ArrowField] {
    if let columns { return columns }
    return try readDriversSchema().columns
  }

  /// The schema as the driver has it, with all that it says beside the columns.
  func readDriversSchema() throws(HostError) -> DriversSchema {
    guard let get = unsafe stream.pointee.get_schema else {
      throw ArrowSchemaReader.refusal("the stream has no get_schema")
    }
    var schema = unsafe ArrowSchema()
    let status = unsafe get(stream, &schema)
    guard status == 0 else { throw failure(status) }
    let read = unsafe try DriversSchema(moving: &schema)
    columns = read.columns
    return read
  }

  func readNext() throws(HostError) -> RecordBatch? {
    if progress == .complete { return nil }
    let columns = try readSchema()
    guard let next = unsafe stream.pointee.get_next else {
      throw ArrowSchemaReader.refusal("the stream has no get_next")
    }
    var array = unsafe ArrowArray()
    let status = unsafe next(stream, &array)
    guard status == 0 else { throw failure(status) }
    guard unsafe array.release != nil else {
      monitor.lock()
      progress = .complete
      monitor.unlock()
      return nil
    }
    return unsafe try RecordBatch(moving: &array, columns: columns)
  }

  /// By the one thread that is inside the stream.
  private func releaseStream() {
    monitor.lock()
    let isRefused = self.isRefused
    let isCutOff = progress == .open || fault?.code == .cancelled
    monitor.unlock()
    slot.rowsWillBeReleased(call, isRefused: isRefused, isCutOff: isCutOff)
    unsafe stream.pointee.release?(stream)
    unsafe stream.pointee.release = nil
    slot.rowsWereReleased(call, isRefused: isRefused)
  }

  private func failure(_ status: Int32) -> HostError {
    let error = error(for: status)
    monitor.lock()
    progress = .failed
    fault = error
    monitor.unlock()
    return error
  }

  private func error(for status: Int32) -> HostError {
    if status == ECANCELED { return RowSource.cancelled }
    let text = unsafe stream.pointee.get_last_error.flatMap { last in
      unsafe last(stream).map { unsafe String(cString: $0) }
    }
    var error = HostError(
      .remoteFailure,
      stage: .call,
      "the rows broke off: \(text ?? systemMessage(status))"
    )
    error.vendorCode = Int64(status)
    return error
  }

  private static var cancelled: HostError {
    HostError(.cancelled, stage: .call, "the rows were cancelled before their end")
  }
}
