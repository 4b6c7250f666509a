import Foundation

/// The user of servers that refuse to be root.
///
/// Where this process is root they are `nobody`, in this process's own group, which may read what
/// they need of their folder. Otherwise they are this process's own user.
enum ServerUser {
  /// The mode of a file that such a server reads.
  static let readable = 0o640
  /// The mode of a file or folder that it writes to.
  static let writable = 0o660

  private static var isRoot: Bool { geteuid() == 0 }

  /// A folder that such a server can enter and write to, with an empty log of it.
  static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    if isRoot, chmod(folder.path, 0o770) != 0 { throw TestSupportError.system("chmod", errno) }
    // It opens its log by name, which must be there already: root would make one for itself alone.
    try folder.write("", to: ServerProcess.logName, mode: writable)
    return folder
  }

  /// The words of a command line that runs `words` as that user.
  static func command(_ words: [String]) throws -> [String] {
    guard isRoot else { return words }
    // The kernel forgets the death signal when the user changes: it is asked for once more.
    return [
      try Tool.setpriv.required(), "--reuid", "nobody", "--regid", "\(getegid())",
      "--clear-groups", "--pdeathsig", "TERM", "--",
    ] + words
  }
}
