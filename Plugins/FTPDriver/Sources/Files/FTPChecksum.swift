internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// Checksums of files, as the server makes them.
struct FTPChecksum {
  let files: FTPFiles

  /// The checksum of a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - algorithm: How it is made; nil: the best way that there is.
  ///   - pointer: The input that named the file.
  /// - Throws: That the server has none, or cannot read the file.
  /// - Returns: The checksum.
  func value(
    _ path: RemotePath,
    _ algorithm: FileChecksum.Algorithm?,
    _ pointer: String
  ) async throws(DriverError) -> FileChecksum {
    let all = files.server.features.checksums
    guard let way = all.first(where: { algorithm == nil || $0.algorithm == algorithm }) else {
      let names = all.map(\.algorithm.rawValue).joined(separator: ", ")
      throw DriverError(
        .unsupported,
        all.isEmpty
          ? "\(files.host) makes no checksums: it has neither HASH nor XSHA256, XMD5 or the like"
          : "\(files.host) makes no \(algorithm?.rawValue ?? ""): it has \(names)",
        pointer: "/algorithm"
      )
    }
    let wire = try files.wire(path, pointer)
    var commands: [[UInt8]] = []
    // Which one is chosen is the connection's own, and another one may have been chosen on it before.
    if case .hash(_, let name, _) = way { commands.append(Array("OPTS HASH \(name)".utf8)) }
    commands.append(Array("\(way.verb) ".utf8) + wire)
    let replies = try await files.send(commands, .checksum, path, pointer)
    do throws(AnswerFault) {
      return try way.checksum(replies[replies.count - 1], path: wire)
    } catch {
      throw DriverError(.malformed, "\(files.host): \(error)", pointer: pointer)
    }
  }

  /// Compares a file of the server with one of this machine.
  ///
  /// - Parameters:
  ///   - path: The file of the server.
  ///   - local: The one of this machine.
  ///   - pointer: The input that named the file of the server.
  /// - Throws: That they differ.
  /// - Returns: Why they were not compared; nil: they were.
  func compare(
    _ path: RemotePath,
    with local: RemotePath,
    _ pointer: String
  ) async throws(DriverError) -> String? {
    guard let way = files.server.features.checksums.first else {
      return "the server makes no checksums: sizes were compared"
    }
    let theirs = try await value(path, way.algorithm, pointer)
    let ours = try await LocalChecksum(files).make(way.algorithm, of: local)
    if ours.bytes == theirs.bytes { return nil }
    throw DriverError(
      .verification,
      "the \(way.algorithm.rawValue) of \(path.text) on \(files.host) is \(theirs.hexadecimal), and that of the file on this machine \(ours.hexadecimal)",
      pointer: "/verify"
    )
  }
}
