package import DriverABI
import Glibc

extension RowStream {
  /// Hands the rows on by the Arrow C stream interface: schema and arrays are the driver's own, without a copy.
  ///
  /// What is so made may be read on any one thread at a time and released at any time, also after the call's end, and
  /// then answers that it was cancelled. The call stays in flight until the release.
  ///
  /// - Parameters:
  ///   - target: What is filled in; nothing that it held is released.
  ///   - whenOver: Hears once, on any thread, that the stream was released or that the call is over.
  package func export(
    to target: UnsafeMutablePointer<ArrowArrayStream>,
    whenOver: @escaping @Sendable () -> Void
  ) {
    let exported = unsafe Unmanaged.passRetained(ExportedRows(source))
    unsafe target.initialize(
      to: ArrowArrayStream(
        get_schema: { stream, out in unsafe ExportedRows.of(stream).schema(out) },
        get_next: { stream, out in unsafe ExportedRows.of(stream).next(out) },
        get_last_error: { stream in unsafe ExportedRows.of(stream).lastError },
        release: { stream in unsafe ExportedRows.release(stream) },
        private_data: exported.toOpaque()
      )
    )
    source.whenOver(whenOver)
  }
}

/// Rows as the consumer of an Arrow stream has them.
@safe
private final class ExportedRows {
  private let source: RowSource
  /// In which process it was made.
  private let forkDepth = Fork.depth.current
  /// What the last failure was, as the interface wants it: valid until the next call.
  private(set) var lastError: UnsafePointer<CChar>?

  init(_ source: RowSource) { self.source = source }

  deinit { unsafe free(UnsafeMutablePointer(mutating: lastError)) }

  static func of(_ stream: UnsafeMutablePointer<ArrowArrayStream>?) -> ExportedRows {
    guard let context = unsafe stream?.pointee.private_data else {
      preconditionFailure("a stream was used after its release")
    }
    return unsafe Unmanaged<ExportedRows>.fromOpaque(context).takeUnretainedValue()
  }

  static func release(_ stream: UnsafeMutablePointer<ArrowArrayStream>?) {
    guard let stream = unsafe stream, let context = unsafe stream.pointee.private_data else {
      return
    }
    let rows = unsafe Unmanaged<ExportedRows>.fromOpaque(context).takeRetainedValue()
    unsafe stream.pointee.private_data = nil
    unsafe stream.pointee.release = nil
    if rows.isForked {
      // The rows, their threads and the connection that they come from are the parent's: nothing of them ends here.
      _ = unsafe Unmanaged.passRetained(rows)
    } else {
      rows.source.consumerLetGo()
    }
  }

  func schema(_ out: UnsafeMutablePointer<ArrowSchema>?) -> Int32 {
    guard let out = unsafe out else { return EINVAL }
    switch pull({ source throws(HostError) in try source.readDriversSchema() }) {
    case .success(let schema):
      unsafe schema.move(to: out)
      return 0
    case .failure(let error): return failure(error)
    }
  }

  func next(_ out: UnsafeMutablePointer<ArrowArray>?) -> Int32 {
    guard let out = unsafe out else { return EINVAL }
    switch pull({ source throws(HostError) in try source.readNext() }) {
    case .success(let batch?):
      unsafe batch.moveArray(to: out)
      return 0
    case .success(nil):
      unsafe out.initialize(to: ArrowArray())
      return 0
    case .failure(let error): return failure(error)
    }
  }

  /// Whether this process came from fork(2) since.
  private var isForked: Bool { forkDepth != Fork.depth.current }

  private func failure(_ error: HostError) -> Int32 {
    unsafe free(UnsafeMutablePointer(mutating: lastError))
    unsafe lastError = unsafe UnsafePointer(strdup(error.message))
    if error.code == .cancelled { return ECANCELED }
    if let number = error.vendorCode.flatMap(Int32.init(exactly:)), number > 0 { return number }
    return EPROTO
  }

  /// Waits on this thread for what a thread of the host's finds out.
  private func pull<Success: Sendable>(
    _ body: @escaping @Sendable (RowSource) throws(HostError) -> Success
  ) -> Result<Success, HostError> {
    if isForked {
      var error = Fork.error
      error.code = .cancelled
      return .failure(error)
    }
    let answer = Answer<Success>()
    source.pull(body) { answer.give($0) }
    return answer.wait()
  }
}

/// What one thread waits for and another one gives.
private final class Answer<Success: Sendable>: @unchecked Sendable {
  // `@unchecked` because `result` is reached only between lock and unlock of `monitor`.
  private let monitor = Monitor()
  private var result: Result<Success, HostError>?

  func give(_ result: Result<Success, HostError>) {
    monitor.lock()
    self.result = result
    monitor.signal()
    monitor.unlock()
  }

  func wait() -> Result<Success, HostError> {
    monitor.lock()
    defer { monitor.unlock() }
    while true {
      if let result { return result }
      monitor.wait()
    }
  }
}

extension RecordBatch {
  /// Hands the array on; by whoever has the only reference, which is of no use afterwards.
  fileprivate func moveArray(to target: UnsafeMutablePointer<ArrowArray>) {
    unsafe target.initialize(to: array.move())
    unsafe array.initialize(to: ArrowArray())
  }
}
