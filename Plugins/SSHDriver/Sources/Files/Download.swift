internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// Reads a file of the server with many requests in flight, and hands over its bytes in order.
///
/// On the loop.
final class Download {
  private let file: RemoteFile
  private let sink: any ByteSink
  /// Is told of bytes that were taken.
  private let moved: (Int) -> Void
  private var pipeline: SFTPReadPipeline
  private let done = Waiting<Bool>()
  private var failure: DriverError?
  private var isHeld = false

  /// A download.
  ///
  /// - Parameters:
  ///   - file: The file, which is open.
  ///   - size: How long it is said to be.
  ///   - offset: From where on.
  ///   - end: Where nobody wants more; nil: all there is.
  ///   - memory: How many bytes are on their way at once.
  ///   - sink: Where they go.
  ///   - moved: Is told of bytes that were taken.
  init(
    _ file: RemoteFile,
    size: UInt64?,
    from offset: UInt64,
    upTo end: UInt64? = nil,
    memory: Int,
    to sink: any ByteSink,
    moved: @escaping (Int) -> Void
  ) {
    self.file = file
    self.sink = sink
    self.moved = moved
    var window = SFTPReadPipeline.Window()
    window.length = file.files.client.limits.readLength
    window.memory = max(memory, window.length)
    pipeline = SFTPReadPipeline(from: offset, to: end, expected: size, window: window)
  }

  /// Reads it to its end.
  ///
  /// - Throws: Why it cannot be read, or that the sink takes no more.
  /// - Returns: Where it ends, and whether that is where it was said to.
  func run() async throws(DriverError) -> (end: UInt64, change: SFTPReadPipeline.Change) {
    goOn()
    _ = try await done.value(file.files.scope)
    if let failure { throw failure }
    if let status = pipeline.failure {
      throw file.files.error(.status(status), .read, file.path, "")
    }
    try await sink.finish(file.files.scope)
    return (pipeline.delivered, pipeline.change)
  }

  private func goOn() {
    guard failure == nil, file.files.scope.failure == nil else { return }
    do throws(DriverError) {
      while !isHeld, let data = pipeline.nextData() {
        let hasRoom = try sink.take(data)
        moved(data.count)
        if hasRoom { continue }
        isHeld = true
        try sink.whenRoom { [weak self] in
          self?.isHeld = false
          self?.goOn()
        }
      }
    } catch {
      fail(error)
      return
    }
    while let request = pipeline.nextRequest() {
      file.submit {
        .read($0, offset: request.offset, length: UInt32(request.length))
      } _: { [self] result in
        take(result, request.offset)
      }
    }
    if !isHeld, pipeline.isFinished { done.finish(.success(true)) }
  }

  private func take(_ result: Result<SFTPResponse, DriverError>, _ offset: UInt64) {
    guard failure == nil else { return }
    do throws(SFTPFault) {
      switch result {
      case .success(.data(let data)): try pipeline.receive(data, at: offset)
      case .success(.status(let status)): try pipeline.receive(status, at: offset)
      case .success(let answer): return fail(file.files.error(answer, .read, file.path, ""))
      case .failure(let error): return fail(error)
      }
    } catch {
      return fail(DriverError(.malformed, "cannot read \(file.path.text): \(error)"))
    }
    goOn()
  }

  private func fail(_ error: DriverError) {
    failure = error
    done.finish(.success(false))
  }
}
