import DriverABI
import DriverHost

/// Streams of rows of one call that wait to be pulled.
final class RowQueue: @unchecked Sendable {
  // `@unchecked` because everything is reached only under the executor's lock.
  private let executor: CallExecutor
  private var streams: [ExportedStream] = []
  private var isClosed = false

  init(_ executor: CallExecutor) { self.executor = executor }

  /// Adds a stream; lets go of it where nobody will take it.
  func put(_ stream: ExportedStream) {
    let isTaken = executor.change {
      if !isClosed { streams.append(stream) }
      return !isClosed
    }
    if !isTaken { stream.release() }
  }

  /// The next stream, whose release is the caller's affair; with the executor locked.
  func takeLocked() -> ExportedStream? { streams.isEmpty ? nil : streams.removeFirst() }

  /// The call has ended: what is left is of no use.
  func close() { abandon() }

  /// Nobody takes any more.
  func abandon() {
    let left = executor.change {
      isClosed = true
      defer { streams = [] }
      return streams
    }
    for stream in left { stream.release() }
  }
}

/// A stream of rows by the Arrow C stream interface, and the name that it came under.
@safe
final class ExportedStream: @unchecked Sendable {
  // `@unchecked` because one thread at a time has it.
  let name: String
  let stream: UnsafeMutablePointer<ArrowArrayStream>

  /// Exports rows; `whenOver` hears once that they were released or their call is over.
  init(_ rows: RowStream, whenOver: @escaping @Sendable () -> Void) {
    name = rows.name
    unsafe stream = .allocate(capacity: 1)
    unsafe rows.export(to: stream, whenOver: whenOver)
  }

  deinit { unsafe stream.deallocate() }

  /// Moves the stream out, to somebody who releases it.
  func move(to target: UnsafeMutablePointer<ArrowArrayStream>) {
    unsafe target.initialize(to: stream.pointee)
    unsafe stream.pointee.release = nil
  }

  /// Lets go of the stream, unless somebody has moved it out.
  func release() {
    if let release = unsafe stream.pointee.release { unsafe release(stream) }
  }
}
