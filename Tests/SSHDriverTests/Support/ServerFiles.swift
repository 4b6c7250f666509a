import DriverHost
import Foundation
import TestSupport

/// Files of a server as the test sees them, in a folder of its own in the home of `tester`.
struct ServerFiles {
  /// The folder as the server sees it.
  let path: String
  let server: SSHServer

  /// Makes the folder.
  init(_ server: SSHServer, _ user: LoginUser = .tester) throws {
    self.server = server
    path = user.home + "/files-\(UInt32.random(in: 0 ... .max))"
    let here = server.path(path)
    try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: false)
    try own(here, user)
  }

  private func own(_ path: String, _ user: LoginUser) throws {
    let number = try server.userID(of: user)
    guard chown(path, uid_t(number), gid_t(number)) == 0 else {
      throw TestSupportError.system("chown", errno)
    }
  }

  /// The path of a file as this process sees it.
  func here(_ name: String = "") -> String { server.path(path + (name.isEmpty ? "" : "/" + name)) }

  /// The path of a file as the server sees it.
  func there(_ name: String = "") -> String { path + (name.isEmpty ? "" : "/" + name) }

  /// Writes a file of the user's.
  func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o644) throws {
    let path = here(name)
    try Data(bytes).write(to: URL(filePath: path))
    chmod(path, mode)
    try own(path, .tester)
  }

  /// Makes a folder of the user's.
  func folder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: here(name), withIntermediateDirectories: false)
    try own(here(name), .tester)
  }

  /// The bytes of a file.
  func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: here(name))))
  }

  /// The names in a folder, in order, with hidden ones.
  func names(_ name: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: here(name)).sorted()
  }

  /// The mode of a file.
  func mode(_ name: String) throws -> mode_t {
    var status = stat()
    guard lstat(here(name), &status) == 0 else { throw TestSupportError.system("lstat", errno) }
    return status.st_mode & 0o7777
  }

  /// How many files of this folder the server has open: handles of SFTP.
  func openFiles() throws -> Int {
    try server.connections(of: .tester).reduce(0) { count, process in
      let folder = "/proc/\(process.processID)/fd"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return count
        + names.count {
          let target = try? FileManager.default.destinationOfSymbolicLink(
            atPath: folder + "/" + $0
          )
          return target?.contains(path.split(separator: "/").last ?? "") ?? false
        }
    }
  }
}
