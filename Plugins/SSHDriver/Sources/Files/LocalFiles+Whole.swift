internal import DriverKit
internal import FileKit

extension LocalFiles {
  /// Waits beside the loop until the names in a directory are on the disk.
  static func sync(directoryOf path: RemotePath, _ files: any FilePlace) async throws(DriverError) {
    try await Background.run(files.loop, files.scope) { sync(directoryOf: path) }
  }

  /// Removes a file that is not whole.
  ///
  /// - Returns: The error, which says where that file is if it cannot be removed.
  static func discarded(_ path: RemotePath, _ reason: DriverError) -> DriverError {
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
