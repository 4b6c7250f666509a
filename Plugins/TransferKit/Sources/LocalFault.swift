package import DriverKit
package import FileKit
internal import Glibc

extension SystemError {
  /// The error of a call that it comes to.
  ///
  /// - Parameters:
  ///   - what: What could not be done.
  ///   - path: With which file of this machine.
  ///   - pointer: The input that named it.
  /// - Returns: The error, whose `vendorState` has the code of the file.
  package func error(_ what: String, _ path: RemotePath, _ pointer: String = "/local_path")
    -> DriverError
  {
    var error = DriverError(
      fileCode,
      "cannot \(what) \(path.text) on this machine: \(self)",
      pointer: pointer
    )
    error.vendorCode = Int64(number)
    return error
  }

  private var fileCode: FileErrorCode {
    switch number {
    case ENOENT: .notFound
    case EACCES, EPERM, EROFS: .permissionDenied
    case EEXIST: .alreadyExists
    case EISDIR: .isDirectory
    case ENOTDIR, ELOOP: .kindDiffers
    case ENOTEMPTY: .notEmpty
    case ENAMETOOLONG, EILSEQ: .nameRefused
    case ENOSPC: .diskFull
    case EDQUOT: .quotaExceeded
    default: .failure
    }
  }
}
