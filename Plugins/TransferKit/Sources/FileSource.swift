package import DriverKit
internal import LoopKit

/// Bytes of a file of this machine, which are read beside the loop and ahead of whoever takes them.
///
/// On the loop.
package final class FileSource: ByteSource {
  private let file: LocalFile
  private let loop: Loop
  /// Up to where it was asked for.
  private var offset: UInt64
  /// How long the file was when it was opened.
  private let size: UInt64
  /// What was read and not taken, in order.
  private var parts: [ArraySlice<UInt8>] = []
  private var isReading = false
  private var isOver = false
  private var failure: DriverError?
  private var told: (() -> Void)?

  /// How much is read at once.
  private let length: UInt64
  /// How many such parts are there at most.
  private static let most = 3
  /// Up to which size, in bytes, a file is read by the same work that opens it.
  private static let smallSize: Int64 = 64 << 10

  /// A file.
  ///
  /// - Parameters:
  ///   - file: The file, which is open.
  ///   - offset: From where on.
  ///   - size: How long it is said to be; nil: nobody knows.
  ///   - piece: How many bytes are taken at once.
  ///   - all: What `FileSource.all(of:size:)` has read of it, from its beginning on; nil: nothing.
  ///   - loop: The loop.
  package init(
    _ file: LocalFile,
    from offset: UInt64,
    size: Int64?,
    piece: Int,
    all: [UInt8]? = nil,
    _ loop: Loop
  ) {
    self.file = file
    self.offset = offset
    self.size = UInt64(max(0, size ?? 0))
    self.loop = loop
    if let all, offset == 0 {
      self.offset = UInt64(all.count)
      if !all.isEmpty { parts = [all[...]] }
      // One that has grown meanwhile is read on.
      isOver = UInt64(all.count) <= self.size
    }
    // So that no piece is put together from two parts.
    length = UInt64(max(1, (512 << 10) / max(1, piece)) * max(1, piece))
  }

  /// All of a file, where it is so small that to read it is not worth a turn of its own.
  ///
  /// It may wait for a disk.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - size: How long it is said to be; nil: nobody knows.
  /// - Throws: Why it cannot be read.
  /// - Returns: Its bytes, and one more where it has grown; nil: it is not small.
  package static func all(of file: LocalFile, size: Int64?) throws(DriverError) -> [UInt8]? {
    guard let size, 0...smallSize ~= size else { return nil }
    return try file.read(at: 0, Int(size) + 1)
  }

  package func next(_ count: Int) throws(DriverError) -> BytePiece {
    defer { readAhead() }
    guard let first = parts.first else {
      if let failure { throw failure }
      return isOver ? .end : .again
    }
    if first.count <= count {
      parts.removeFirst()
      return .bytes(first)
    }
    parts[0] = first.dropFirst(count)
    return .bytes(first.prefix(count))
  }

  package func whenMore(_ body: @escaping () -> Void) throws(DriverError) {
    if parts.isEmpty, !isOver, failure == nil { told = body } else { body() }
  }

  private func readAhead() {
    guard !isReading, !isOver, failure == nil, parts.count < FileSource.most else { return }
    let (file, start) = (file, offset)
    // A byte more than there should be tells that it grew, and that it ends there, in one look.
    let length = Int(start <= size ? min(self.length, size - start + 1) : self.length)
    isReading = true
    do throws(DriverError) {
      try Background.begin(.disk, loop) {
        Result { () throws(DriverError) in try file.read(at: start, length) }
      } then: { [self] (result: Result<[UInt8], DriverError>) in
        take(result, length)
      }
    } catch {
      isReading = false
      failure = error
    }
  }

  private func take(_ result: Result<[UInt8], DriverError>, _ length: Int) {
    isReading = false
    do throws(DriverError) {
      let bytes = try result.get()
      offset += UInt64(bytes.count)
      if !bytes.isEmpty { parts.append(bytes[...]) }
      // It is read until there is nothing more.
      isOver = bytes.count < length
    } catch {
      failure = error
    }
    readAhead()
    let body = told
    told = nil
    body?()
  }
}
