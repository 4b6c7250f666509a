package import DriverKit
package import FileKit

/// Files that come from a server to this machine, by some protocol.
///
/// On the loop.
package protocol FileGetter: FileMover {
  /// What is known of a file of the server; of a link it is what that leads to.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - pointer: The input that named it.
  /// - Throws: Why nothing is known.
  /// - Returns: The entry.
  func source(_ path: RemotePath, _ pointer: String) async throws(DriverError) -> FileEntry

  /// Hands over what is in a file, in place of a file here.
  ///
  /// - Parameters:
  ///   - source: The file.
  ///   - sink: Where it goes.
  ///   - pointer: The input that named the file.
  ///   - moved: Is told of bytes that were taken.
  /// - Throws: Why it does not come, or that the sink takes no more.
  /// - Returns: How many bytes it had.
  func hand(
    _ source: FileEntry,
    to sink: any ByteSink,
    _ pointer: String,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> UInt64
}

extension FileGetter {
  package func source(again path: RemotePath) async throws(DriverError) -> FileEntry? {
    do throws(DriverError) {
      return try await source(path, "")
    } catch {
      if error.fileCode == .notFound { return nil }
      throw error
    }
  }
}

/// Files that go from this machine to a server, by some protocol.
///
/// On the loop.
package protocol FilePutter: FileMover {
  /// Transfers what comes from the call, in place of a file of this machine.
  ///
  /// - Parameters:
  ///   - task: The file that is made of it, whose source has no time.
  ///   - input: What comes.
  ///   - length: How many bytes that are; nil: that is not known.
  ///   - moved: Is told of bytes that were taken.
  /// - Throws: Why it cannot be made; nothing is left of it then, or the error says what.
  /// - Returns: Where it is.
  func copy(
    _ task: FileTask,
    from input: CallInput,
    length: UInt64?,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy
}

extension FilePutter {
  package func source(again path: RemotePath) async throws(DriverError) -> FileEntry? {
    try await files.onDisk { () throws(DriverError) in
      try LocalFiles.entry(path, followsLink: true)
    }
  }
}
