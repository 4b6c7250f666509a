internal import DriverABI
internal import Glibc

/// Rows of a producer as an Arrow C stream, which the host owns.
@safe
final class ExportedStream {
  private let call: Call
  private let fields: [RowField]
  private let producer: any RowProducer
  private var failure: DriverError?
  private var isAtEnd = false
  /// What the failure says, as the interface wants it.
  private var message: UnsafeMutablePointer<CChar>?

  init(_ call: Call, _ fields: [RowField], _ producer: any RowProducer) {
    self.call = call
    self.fields = fields
    self.producer = producer
  }

  deinit { unsafe free(message) }

  /// Gives the host the stream.
  func hand(over name: String) throws(DriverError) {
    let context = unsafe Unmanaged.passRetained(self)
    var stream = unsafe ArrowArrayStream(
      get_schema: { stream, out in unsafe ExportedStream.of(stream).schema(out) },
      get_next: { stream, out in unsafe ExportedStream.of(stream).next(out) },
      get_last_error: { stream in unsafe UnsafePointer(ExportedStream.of(stream).message) },
      release: { stream in unsafe ExportedStream.release(stream) },
      private_data: context.toOpaque()
    )
    do throws(DriverError) {
      try unsafe call.rows(name, &stream)
    } catch {
      // Still ours, and nobody has looked at it.
      unsafe context.release()
      throw error
    }
  }

  private static func of(_ stream: UnsafeMutablePointer<ArrowArrayStream>?) -> ExportedStream {
    guard let context = unsafe stream?.pointee.private_data else {
      preconditionFailure("a stream of rows was used after its release")
    }
    return unsafe Unmanaged<ExportedStream>.fromOpaque(context).takeUnretainedValue()
  }

  private static func release(_ stream: UnsafeMutablePointer<ArrowArrayStream>?) {
    guard let stream = unsafe stream, let context = unsafe stream.pointee.private_data else {
      return
    }
    let exported = unsafe Unmanaged<ExportedStream>.fromOpaque(context).takeRetainedValue()
    unsafe stream.pointee.private_data = nil
    unsafe stream.pointee.release = nil
    exported.producer.close(exported.call, exported.failure)
  }

  private func schema(_ out: UnsafeMutablePointer<ArrowSchema>?) -> Int32 {
    guard let out = unsafe out else { return EINVAL }
    unsafe out.initialize(to: ArrowSchema(fields))
    return 0
  }

  private func next(_ out: UnsafeMutablePointer<ArrowArray>?) -> Int32 {
    guard let out = unsafe out else { return EINVAL }
    unsafe out.initialize(to: ArrowArray())
    if let failure { return number(of: failure) }
    if isAtEnd { return 0 }
    do throws(DriverError) {
      guard let batch = try producer.next() else {
        isAtEnd = true
        return 0
      }
      precondition(batch.columns.count == fields.count, "a batch has other columns than its schema")
      unsafe out.initialize(to: ArrowArray(batch, fields.map(\.type)))
      return 0
    } catch {
      failure = error
      unsafe message = unsafe strdup(error.message)
      return number(of: error)
    }
  }

  private func number(of error: DriverError) -> Int32 {
    error.code == .cancelled ? ECANCELED : EIO
  }
}
