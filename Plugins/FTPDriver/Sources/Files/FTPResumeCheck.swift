internal import DriverKit
internal import FileKit
internal import Glibc
internal import LoopKit
internal import TransferKit

/// Whether the part of a file that is there is the beginning of the one that is gone on with.
///
/// What stands in front of the offset is compared: two files of different contents hardly have that in common, and to
/// compare all would be to transfer all.
struct FTPResumeCheck {
  private let files: FTPFiles
  private let local: RemotePath
  /// Where what is compared begins.
  let start: UInt64
  /// What the file on this machine has there.
  let bytes: [UInt8]

  private static let length: UInt64 = 32 << 10

  /// Reads what is compared from the file on this machine.
  ///
  /// - Parameters:
  ///   - files: The files of the server.
  ///   - local: The file on this machine.
  ///   - offset: How long the part is, of whichever of both.
  /// - Throws: Why it cannot be read.
  init(_ files: FTPFiles, local: RemotePath, offset: UInt64) async throws(DriverError) {
    self.files = files
    self.local = local
    let start = offset - min(offset, FTPResumeCheck.length)
    self.start = start
    bytes = try await files.onDisk { () throws(DriverError) in
      try LocalFile(local, O_RDONLY).read(at: start, Int(offset - start))
    }
  }

  /// Compares it with a file of the server that ends at the offset.
  ///
  /// - Throws: That they differ, or why it cannot be read.
  func run(remote: RemotePath, _ pointer: String) async throws(DriverError) {
    let sink = ComparedSink(self, MemorySink(0, differs))
    var request = FTPRequest(
      .read(path: try files.wire(remote, pointer), offset: start, sink: sink),
      .read,
      remote,
      pointer
    )
    request.isRepeatable = true
    _ = try await files.run(request)
    guard sink.isComplete else { throw differs }
  }

  /// The error of files that differ.
  var differs: DriverError {
    DriverError(
      .changed,
      "what is there is not the beginning of the file that is to be gone on with (\(local.text) on this machine): remove it, or set conflict to overwrite",
      pointer: "/conflict"
    )
  }
}

/// Compares what comes first, and lets the rest through.
final class ComparedSink: ByteSink {
  private let check: FTPResumeCheck
  private let sink: any ByteSink
  private var compared = 0

  init(_ check: FTPResumeCheck, _ sink: any ByteSink) {
    self.check = check
    self.sink = sink
  }

  /// Whether all that was to be compared has come.
  var isComplete: Bool { compared == check.bytes.count }

  func take(_ bytes: ArraySlice<UInt8>) throws(DriverError) -> Bool {
    let head = bytes.prefix(check.bytes.count - compared)
    guard head.elementsEqual(check.bytes[compared..<(compared + head.count)]) else {
      throw check.differs
    }
    compared += head.count
    let rest = bytes.dropFirst(head.count)
    return rest.isEmpty ? true : try sink.take(rest)
  }

  func whenRoom(_ body: @escaping () -> Void) throws(DriverError) { try sink.whenRoom(body) }

  func finish(_ scope: Scope) async throws(DriverError) { try await sink.finish(scope) }
}
