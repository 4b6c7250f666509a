internal import DriverKit
internal import FileKit
internal import Glibc
internal import TransferKit

/// Whether the part of a file that is there is the beginning of the one that is gone on with.
///
/// On the loop. What stands in front of the offset is compared byte by byte, as far back as one request reaches on any
/// server: two files of different contents hardly have that in common, and to compare all would be to transfer all.
struct ResumeCheck {
  let files: RemoteFiles
  /// The file on the server, and the one on this machine.
  let remote: RemotePath
  let local: RemotePath
  /// Which of them is the part.
  let part: RemotePath
  /// How long it is.
  let offset: UInt64

  private static let length: UInt64 = 32 << 10

  /// Compares them.
  ///
  /// - Throws: That they differ, or why they cannot be read.
  func run() async throws(DriverError) {
    guard offset > 0 else { return }
    let start = offset - min(offset, ResumeCheck.length)
    let (path, count) = (local, Int(offset - start))
    let ours = try await files.onDisk { () throws(DriverError) in
      try LocalFile(path, O_RDONLY).read(at: start, count)
    }
    guard try await theirs(start, count) == ours else {
      throw DriverError(
        .changed,
        "\(part.text) is not the beginning of the file that is to be gone on with: remove it, or set conflict to overwrite",
        pointer: "/conflict"
      )
    }
  }

  private func theirs(_ start: UInt64, _ count: Int) async throws(DriverError) -> [UInt8] {
    let file = try await RemoteFile.open(files, remote, .read)
    defer { file.closeLater() }
    let sink = MemorySink(
      count,
      DriverError(.protocolViolation, "\(files.host) has sent more than was asked for")
    )
    _ = try await Download(file, size: offset, from: start, upTo: offset, memory: count, to: sink) {
      _ in
    }.run()
    try await file.close()
    return sink.bytes
  }
}
