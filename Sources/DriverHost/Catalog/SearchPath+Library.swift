import CLoader

extension SearchPath {
  /// The path that the host uses where it is a library of somebody else's program.
  ///
  /// The folders or files named by the caller; the library's own folder, for a build that was not installed, and
  /// `drivers` in it if it is there, for one that was; then the standard path without the folder of the running program, which is
  /// another project's.
  ///
  /// - Parameters:
  ///   - driverPaths: What the caller names.
  ///   - address: Something in the library.
  /// - Returns: The path.
  package static func standard(
    driverPaths: [String],
    besideLibraryOf address: UnsafeRawPointer
  ) -> SearchPath {
    var path = standard(
      driverPaths: driverPaths,
      environment: Environment.process,
      executableFolder: nil
    )
    guard let folder = unsafe libraryFolder(of: address) else { return path }
    // In a build something else may have the name of the folder.
    let installed = Folder.path(of: "drivers", in: folder)
    if FileStatus.ofFile(installed)?.kind == .folder {
      path.entries.insert(Entry(path: installed, origin: .system), at: driverPaths.count)
    }
    path.entries.insert(Entry(path: folder, origin: .library), at: driverPaths.count)
    return path
  }

  private static func libraryFolder(of address: UnsafeRawPointer) -> String? {
    guard let name = unsafe cloader_file_of(address) else { return nil }
    return (try? Folder.resolved(unsafe String(cString: name))).map(Folder.parent(of:))
  }
}
