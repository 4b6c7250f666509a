import DriverABI
import Glibc

/// A driver's stream of rows, as the host holds it.
///
/// Pulled by one thread at a time, never on a loop, because a driver may wait in it. It survives its
/// call: then it answers that it was cancelled, whatever the driver would do.
@safe
final class RowSource: @unchecked Sendable {
  // `@unchecked` because everything mutable is guarded by `monitor`, save the stream's own calls, which
  // `isPulling` keeps to one thread at a time.

  /// The name under which the driver handed it over.
  let name: String
  private let call: UInt64
  private weak var slot: CallSlot?
  private let monitor = Monitor()
  private let stream: UnsafeMutablePointer<ArrowArrayStream>
  private var columns: [ArrowField]?
  private var isPulling = false
  private var isReleased = false
  private var isOver = false
  private var isAtEnd = false

  /// Moves a stream out of what the driver passed.
  init(
    moving source: UnsafeMutablePointer<ArrowArrayStream>,
    name: String,
    call: UInt64,
    slot: CallSlot
  ) {
    self.name = name
    self.call = call
    self.slot = slot
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: source.pointee)
    unsafe source.pointee.release = nil
  }

  deinit {
    release()
    unsafe stream.deallocate()
  }

  /// The columns.
  ///
  /// May wait.
  func schema() throws(HostError) -> [ArrowField] {
    try pull { () throws(HostError) in try schemaWhilePulling() }
  }

  /// The next rows; nil at the end.
  ///
  /// May wait.
  func next() throws(HostError) -> RecordBatch? {
    try pull { () throws(HostError) in
      let columns = try schemaWhilePulling()
      guard let next = unsafe stream.pointee.get_next else {
        throw ArrowSchemaReader.refusal("the stream has no get_next")
      }
      var array = unsafe ArrowArray()
      let status = unsafe next(stream, &array)
      guard status == 0 else { throw failure(status) }
      guard unsafe array.release != nil else {
        isAtEnd = true
        return nil
      }
      return unsafe try RecordBatch(moving: &array, columns: columns)
    }
  }

  /// Gives the stream back to its driver, which then ends the call.
  ///
  /// Once; later calls do nothing.
  func release() {
    monitor.lock()
    guard !isReleased else {
      monitor.unlock()
      return
    }
    isReleased = true
    let mustWait = isPulling
    monitor.unlock()
    // Whoever is inside the stream gives it back when it comes out.
    if !mustWait { releaseStream() }
  }

  /// The call has ended, or was given up: the stream is not touched for the consumer any more.
  func callEnded() {
    monitor.lock()
    isOver = true
    monitor.unlock()
    release()
  }

  private func pull<Result>(
    _ body: () throws(HostError) -> Result
  ) throws(HostError) -> Result {
    monitor.lock()
    while isPulling { monitor.wait() }
    guard !isReleased, !isOver else {
      monitor.unlock()
      throw failure(ECANCELED)
    }
    isPulling = true
    monitor.unlock()
    defer {
      monitor.lock()
      isPulling = false
      monitor.broadcast()
      let mustRelease = isReleased
      monitor.unlock()
      if mustRelease { releaseStream() }
    }
    return try body()
  }

  private func schemaWhilePulling() throws(HostError) -> [ArrowField] {
    if let columns { return columns }
    guard let get = unsafe stream.pointee.get_schema else {
      throw ArrowSchemaReader.refusal("the stream has no get_schema")
    }
    var schema = unsafe ArrowSchema()
    let status = unsafe get(stream, &schema)
    guard status == 0 else { throw failure(status) }
    defer { unsafe schema.release?(&schema) }
    let columns = unsafe try ArrowSchemaReader.columns(of: unsafe schema)
    self.columns = columns
    return columns
  }

  private func releaseStream() {
    let slot = self.slot
    let isComplete = isAtEnd
    slot?.rowsReleased(call, isComplete: isComplete, phase: .before)
    unsafe stream.pointee.release?(stream)
    unsafe stream.pointee.release = nil
    slot?.rowsReleased(call, isComplete: isComplete, phase: .after)
  }

  private func failure(_ status: Int32) -> HostError {
    if status == ECANCELED {
      return HostError(.cancelled, stage: .call, "the rows were cancelled before their end")
    }
    let text: String? =
      isOver
      ? nil
      : unsafe stream.pointee.get_last_error.flatMap { last in
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
}
