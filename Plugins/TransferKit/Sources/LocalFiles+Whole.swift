package import DriverKit
package import FileKit

extension LocalFiles {
  /// Removes a file that is not whole, beside the loop and also after the call's end.
  ///
  /// - Returns: The error, which says where that file is if it cannot be removed.
  package static func discarded(
    _ path: RemotePath,
    _ files: any FilePlace,
    _ reason: DriverError
  ) async -> DriverError {
    do throws(DriverError) {
      return try await files.onDiskToTheEnd { discarded(path, reason) }
    } catch let second {
      var error = reason
      error.message += "; \(path.text) may be left: \(second.message)"
      return error
    }
  }

  /// Removes a file that is not whole.
  ///
  /// - Returns: The error, which says where that file is if it cannot be removed.
  package static func discarded(_ path: RemotePath, _ reason: DriverError) -> DriverError {
    var error = reason
    do throws(DriverError) {
      try remove(path)
    } catch let second {
      // It has its name already, or somebody else was faster.
      if second.fileCode != .notFound {
        error.message += "; \(path.text) is left: \(second.message)"
      }
    }
    return error
  }
}
