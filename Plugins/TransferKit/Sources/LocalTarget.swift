package import DriverKit
package import FileKit

/// Files that come to this machine, whichever way they come.
extension FileGetter {
  package var targets: any DirectoryLister { LocalLister(files: files) }

  package func target(_ path: RemotePath, followsLink: Bool) async throws(DriverError) -> FileEntry?
  {
    try await files.onDisk { () throws(DriverError) in
      try LocalFiles.entry(path, followsLink: followsLink)
    }
  }

  package func makeDirectory(
    _ path: RemotePath,
    mode: UInt32?,
    withParents: Bool
  ) async throws(DriverError) {
    try await files.onDisk { () throws(DriverError) in
      try LocalFiles.makeDirectory(path, withParents: withParents, mode: mode ?? 0o777)
    }
  }

  package func removeFile(
    _ path: RemotePath,
    in root: RemotePath
  ) async throws(DriverError) {
    // Waited for to its end: whether it is gone then is told, and not guessed.
    try await files.onDiskToTheEnd { () throws(DriverError) in
      try LocalFiles.remove(path, in: root, isDirectory: false)
    }
  }

  package func removeDirectory(
    _ path: RemotePath,
    in root: RemotePath
  ) async throws(DriverError) {
    try await files.onDiskToTheEnd { () throws(DriverError) in
      try LocalFiles.remove(path, in: root, isDirectory: true)
    }
  }
}
