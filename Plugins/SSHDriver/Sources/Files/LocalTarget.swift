internal import DriverKit
internal import FileKit

/// Files that come to this machine, whichever way they come.
extension FileGetter {
  var targets: any DirectoryLister { LocalLister(files: files) }

  func target(_ path: RemotePath, followsLink: Bool) async throws(DriverError) -> FileEntry? {
    try await files.onDisk { () throws(DriverError) in
      try LocalFiles.entry(path, followsLink: followsLink)
    }
  }

  func makeDirectory(
    _ path: RemotePath,
    mode: UInt32?,
    withParents: Bool
  ) async throws(DriverError) {
    try await files.onDisk { () throws(DriverError) in
      try LocalFiles.makeDirectory(path, withParents: withParents, mode: mode ?? 0o777)
    }
  }
}

/// Files that come or go by scp.
extension FileMover where Files == SCPFiles {
  func makeLink(
    _ path: RemotePath,
    to target: RemotePath,
    overwrites: Bool
  ) async throws(DriverError) {
    throw DriverError(.unsupported, "SCP has no symbolic links", pointer: "/links")
  }
}
