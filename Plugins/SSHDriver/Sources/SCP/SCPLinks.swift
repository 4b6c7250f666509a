internal import DriverKit
internal import FileKit
internal import TransferKit

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
