import DriverHost
import Glibc

/// Bytes of a file or of standard input as they come.
///
/// One thread at a time, save `hurry`.
final class ByteSource {
  /// What messages call it.
  let name: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  /// Ends the wait for bytes that are not there yet.
  private let interrupt: Interrupt
  /// Whether nobody waits for bytes of it.
  private let isFile: Bool
  /// Whether there would have been more to wait for: what was read last may be cut off.
  private(set) var isCutOff = false

  /// Opens a file; `-` is standard input.
  init(_ path: String) throws(HostError) {
    name = Files.name(path)
    interrupt = try Interrupt()
    descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Files.failure(path, errno) }
    isFile = DescriptorKind(of: descriptor) == .file
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  /// From now on waits for nothing: of a pipe comes what has been read of it, of a file all.
  ///
  /// Any thread.
  func hurry() { interrupt.trigger() }

  /// Leaves a byte order mark in front out, where editors and spreadsheets put it.
  func skipMark() throws(HostError) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    // A pipe may bring it in pieces.
    while buffer.count < mark.count, mark.starts(with: buffer), !isAtEnd {
      let start = buffer
      try fill()
      buffer = start + buffer
    }
    if buffer.starts(with: mark) { position = mark.count }
  }

  /// The next byte without taking it; nil at the end.
  func peek() throws(HostError) -> UInt8? {
    if position == buffer.count { try fill() }
    return position < buffer.count ? buffer[position] : nil
  }

  /// Takes the next byte; nil at the end.
  func next() throws(HostError) -> UInt8? {
    guard let byte = try peek() else { return nil }
    position += 1
    return byte
  }

  /// Takes a line without its end; nil at the end.
  func line() throws(HostError) -> [UInt8]? {
    guard try peek() != nil else { return nil }
    var line: [UInt8] = []
    while let byte = try next(), byte != UInt8(ascii: "\n") {
      line.append(byte)
      guard line.count <= ByteSource.limit else {
        throw HostError(
          .tooLarge,
          stage: .input,
          "\(name) has a line of more than \(ByteSource.limit >> 20) MiB, which is the limit for an item"
        )
      }
    }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    return line
  }

  /// Takes all that there is.
  func rest() throws(HostError) -> [UInt8] {
    var bytes: [UInt8] = []
    while try peek() != nil {
      bytes += buffer[position...]
      position = buffer.count
      guard bytes.count <= ByteSource.limit else {
        throw HostError(
          .tooLarge,
          stage: .input,
          "\(name) is larger than \(ByteSource.limit >> 20) MiB, which is the limit for a list; NDJSON and CSV may have any size"
        )
      }
    }
    return bytes
  }

  /// How many bytes there are at most of a line, a field or a list.
  static let limit = 64 << 20

  /// Reads what comes next; leaves nothing where there is nothing more.
  private func fill() throws(HostError) {
    buffer = []
    position = 0
    guard !isAtEnd else { return }
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      guard isFile || interrupt.wait(for: descriptor, Int32(POLLIN)) else {
        isAtEnd = true
        isCutOff = true
        return
      }
      let count = unsafe read(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        throw Files.failure(name, errno)
      }
      isAtEnd = count == 0
      buffer = Array(chunk[..<count])
      return
    }
  }
}
