internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// Writes a file of the server with many requests in flight.
///
/// On the loop.
final class Upload {
  private let file: RemoteFile
  private let source: any ByteSource
  /// Is told of bytes that are written.
  private let moved: (Int) -> Void
  private let length: Int
  private var pipeline: SFTPWritePipeline
  private let done = Waiting<Bool>()
  private var failure: DriverError?
  /// What was read and not sent.
  private var rest: ArraySlice<UInt8> = []
  private var isOver = false
  private var isAwaited = false

  /// An upload.
  ///
  /// - Parameters:
  ///   - file: The file, which is open.
  ///   - offset: From where on.
  ///   - memory: How many bytes are on their way at once.
  ///   - source: Where they come from.
  ///   - moved: Is told of bytes that are written.
  init(
    _ file: RemoteFile,
    from offset: UInt64,
    memory: Int,
    of source: any ByteSource,
    moved: @escaping (Int) -> Void
  ) {
    self.file = file
    self.source = source
    self.moved = moved
    var window = SFTPWritePipeline.Window()
    length = file.files.client.limits.writeLength
    window.length = length
    window.requests = min(max(memory / length, 1), 64)
    pipeline = SFTPWritePipeline(from: offset, window: window)
  }

  /// Up to where all is written.
  var acknowledged: UInt64 { pipeline.acknowledged }

  /// Whether the server has refused a part, behind which others may be written.
  var wasRefused: Bool { pipeline.failure != nil }

  /// Writes all that comes.
  ///
  /// - Throws: Why it cannot be written, or why the source has failed.
  /// - Returns: Where the file ends.
  func run() async throws(DriverError) -> UInt64 {
    goOn()
    _ = try await done.value(file.files.scope)
    if let failure { throw failure }
    if let status = pipeline.failure {
      throw file.files.error(.status(status), .write, file.path, "")
    }
    return pipeline.position
  }

  private func goOn() {
    guard failure == nil, file.files.scope.failure == nil else { return }
    do throws(DriverError) {
      repeat { try fill() } while send()
    } catch {
      fail(error)
      return
    }
    if pipeline.isFinished { done.finish(.success(true)) }
  }

  /// Reads as much as one request has, if there is as much.
  private func fill() throws(DriverError) {
    while !isOver, !isAwaited, rest.count < length {
      switch try source.next(length - rest.count) {
      case .bytes(let bytes): if rest.isEmpty { rest = bytes } else { rest += bytes }
      case .end: isOver = true
      case .again:
        isAwaited = true
        try source.whenMore { [weak self] in
          self?.isAwaited = false
          self?.goOn()
        }
      }
    }
  }

  /// How many bytes of all calls may wait for the server: what is behind them is answered late.
  private static let mostUnwritten = 1 << 20

  private func send() -> Bool {
    // The answer to what is in flight goes on with it.
    guard pipeline.requestsInFlight == 0 || file.files.client.unwritten <= Upload.mostUnwritten
    else { return false }
    guard let request = pipeline.nextRequest(available: rest.count, isLast: isOver) else {
      return false
    }
    let data = rest.prefix(request.length)
    rest = rest.dropFirst(request.length)
    file.submit {
      .write($0, offset: request.offset, data: data)
    } _: { [self] result in
      take(result, request)
    }
    return true
  }

  private func take(
    _ result: Result<SFTPResponse, DriverError>,
    _ request: SFTPWritePipeline.Request
  ) {
    guard failure == nil else { return }
    do throws(SFTPFault) {
      switch result {
      case .success(.status(let status)):
        try pipeline.receive(status, at: request.offset)
        if status.isOK { moved(request.length) }
      case .success(let answer): return fail(file.files.error(answer, .write, file.path, ""))
      case .failure(let error): return fail(error)
      }
    } catch {
      return fail(DriverError(.malformed, "cannot write \(file.path.text): \(error)"))
    }
    goOn()
  }

  private func fail(_ error: DriverError) {
    failure = error
    done.finish(.success(false))
  }
}
