internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// Files that a run has left that was ended in the middle: they have names of ours, which tell when they were begun.
///
/// A directory is looked through at most once an hour, since large ones take their time.
struct Leftovers {
  private let files: FTPFiles
  private let age: Int64?

  private static let pause = 3600.0

  /// Files.
  ///
  /// - Parameters:
  ///   - files: The files of the server.
  ///   - age: How old they must be, in seconds; nil: they stay, however old they are.
  init(_ files: FTPFiles, _ age: Int64?) {
    self.files = files
    self.age = age
  }

  /// Removes those beside a file, or in a directory.
  ///
  /// What goes wrong is logged: what the call is for is done.
  func remove(beside path: RemotePath, isTree: Bool) async {
    guard let age, files.scope.failure == nil else { return }
    let isFolder = isTree || path.bytes.last == UInt8(ascii: "/")
    guard let folder = isFolder ? path.tidied : path.parent else { return }
    let session = files.session
    if let last = session.swept[folder], Loop.now() - last < Leftovers.pause { return }
    if session.swept.count > 1000 { session.swept.removeAll() }
    session.swept[folder] = Loop.now()
    do throws(DriverError) {
      let listing = FTPListing(files, folder, "")
      listing.begin()
      var found: [RemotePath] = []
      while let part = try await listing.next() {
        for entry in part.entries where entry.kind == .file {
          guard let name = TemporaryName(recognizing: entry.path.name),
            name.isOlder(than: age, now: LocalFiles.time())
          else { continue }
          found.append(entry.path)
        }
      }
      for path in found {
        try await files.removeFile(path, "")
        session.warn("\(path.text) on \(files.host) was removed: an earlier run had left it")
      }
    } catch {
      session.warn(
        "\(folder.text) on \(files.host) was not looked through for files that were left: \(error.message)"
      )
    }
  }
}
