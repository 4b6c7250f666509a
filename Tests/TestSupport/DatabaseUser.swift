import Foundation

/// The user of a database server, who owns its folder.
///
/// Where this process is root it is the one that the server's package has made: such servers refuse
/// to be root. Otherwise it is this process's own user.
struct DatabaseUser: Sendable {
  static let mariaDB = DatabaseUser(name: "mysql")
  static let postgreSQL = DatabaseUser(name: "postgres")

  /// Its name, which is its group's name too.
  private let name: String

  private var isOther: Bool { geteuid() == 0 }

  /// A folder of that user, which nobody else but root can enter.
  func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try own(folder.path)
    return folder
  }

  /// Writes a file for that user into a folder, and returns its path.
  @discardableResult
  func write(_ text: String, to name: String, in folder: TemporaryFolder) throws -> String {
    let path = try folder.write(text, to: name)
    try own(path)
    return path
  }

  /// The words of a command line that runs `words` as that user.
  ///
  /// - Parameters:
  ///   - words: the path of a program, and its arguments.
  ///   - deathSignal: what it gets when this process dies.
  /// - Throws: `TestSupportError` where setpriv is not installed.
  /// - Returns: words for a program that becomes that one: its process id stays.
  func command(_ words: [String], deathSignal: String = "KILL") throws -> [String] {
    guard isOther else { return words }
    // The kernel forgets the death signal when the user changes: it is asked for once more.
    return [
      try Tool.setpriv.required(), "--reuid", name, "--regid", name, "--clear-groups",
      "--pdeathsig", deathSignal, "--",
    ] + words
  }

  /// Runs a program that must succeed as that user, in a folder that it can enter.
  func check(_ words: [String], in folder: TemporaryFolder) async throws {
    let command = try command(words)
    try await Command.check(
      command[0],
      Array(command.dropFirst()),
      environment: Self.environment(folder),
      folder: folder.path
    )
  }

  /// What servers and clients find in their environment: English messages, and no file of a home.
  static func environment(_ folder: TemporaryFolder) -> [String: String?] {
    ["HOME": folder.path, "LC_ALL": "C.UTF-8", "TMPDIR": folder.path, "TZ": "UTC"]
  }

  private func own(_ path: String) throws {
    guard isOther else { return }
    try FileManager.default.setAttributes(
      [.ownerAccountName: name, .groupOwnerAccountName: name],
      ofItemAtPath: path
    )
  }
}
