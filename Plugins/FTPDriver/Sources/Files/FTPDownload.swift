internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// Reads a file of the server, and makes sure that all of it has come.
///
/// On the loop.
struct FTPDownload {
  let files: FTPFiles
  let path: RemotePath
  let pointer: String
  /// From where on.
  let offset: UInt64
  /// How many bytes from there on are only compared, and not told of.
  let skipped: Int
  /// How long it is said to be; nil: nobody knows.
  let size: UInt64?
  let verifies: Bool

  /// Reads it to its end.
  ///
  /// - Parameters:
  ///   - sink: Where it goes.
  ///   - moved: Is told of bytes that were taken.
  /// - Throws: Why it cannot be read, or that not all of it has come.
  /// - Returns: Where it ends, and what a person should know.
  func run(
    to sink: any ByteSink,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> (end: UInt64, note: String?) {
    let counter = ByteCount()
    var request = FTPRequest(
      .read(path: try files.wire(path, pointer), offset: offset, sink: sink),
      .read,
      path,
      pointer
    )
    request.isRepeatable = true
    let skipped = UInt64(skipped)
    request.moved = { bytes in
      let before = max(counter.value, skipped)
      counter.value += UInt64(bytes)
      if counter.value > before { moved(Int(counter.value - before)) }
    }
    var note: String?
    do throws(DriverError) {
      _ = try await files.run(request)
    } catch {
      guard let why = try await isWhole(offset + counter.value, error) else { throw error }
      note = why
    }
    try await sink.finish(files.scope)
    let end = offset + counter.value
    guard verifies, let size, end != size else { return (end, note) }
    throw DriverError(
      .changed,
      "\(path.text) on \(files.host) had \(size) bytes, and \(end) have come: it was cut on the way, or somebody writes it. Try again when nobody does",
      pointer: "/verify"
    )
  }

  /// Whether all has come although the server has not confirmed it: routers forget a control connection that is idle
  /// while the data goes, and some servers end the one for data without a word.
  ///
  /// - Returns: What a person should know; nil: it has not.
  private func isWhole(
    _ end: UInt64,
    _ error: DriverError
  ) async throws(DriverError) -> String? {
    guard [.connectionLost, .timeout].contains(error.fileCode), files.scope.failure == nil, end > 0,
      size == nil || size == end
    else { return nil }
    guard let now = try? await files.size(path, pointer), UInt64(now) == end else { return nil }
    return "the server did not confirm the transfer; its size was asked for on another connection"
  }
}

/// How many bytes were moved.
final class ByteCount {
  var value: UInt64 = 0
}
