import DriverHost
import Foundation
import TestSupport
import Testing

/// The two sides between which a test moves files: a folder of this machine, and one of a server.
struct FTPSides: Sendable {
  let folder: TemporaryFolder
  let server: any FTPServer
  let host: FTPHost
  /// The folder of the server, from the folder in which a session begins.
  let path: String

  /// New folders on both sides.
  ///
  /// - Parameters:
  ///   - server: The server.
  ///   - more: Further inputs of all calls.
  ///   - host: What has the driver; nil: a new one, straight to the server.
  /// - Throws: That they cannot be made.
  init(_ server: any FTPServer, _ more: ValueMap = [:], host: FTPHost? = nil) throws {
    folder = try TemporaryFolder()
    self.server = server
    self.host = try host ?? FTPHost(server, more)
    path = "test-\(UInt32.random(in: 0 ... .max))"
    try server.addFolder(path)
  }

  /// The path of a file of the server, as an input.
  func at(_ name: String = "") -> Value { .string(name.isEmpty ? path : path + "/" + name) }
  /// The path of a file of this machine, as an input.
  func here(_ name: String) -> Value { .string(folder.file(name)) }

  /// Where this process finds a file of the server.
  func there(_ name: String = "") -> String {
    server.root + "/" + path + (name.isEmpty ? "" : "/" + name)
  }

  /// Puts a file into the folder of the server.
  func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o644, time: Int? = nil) throws {
    let path = try server.addFile(path + "/" + name, bytes)
    chmod(path, mode)
    if let time { try FTPSides.setTime(path, time) }
  }

  /// Puts a text file there.
  func write(_ text: String, to name: String, mode: mode_t = 0o644) throws {
    try write(Array(text.utf8), to: name, mode: mode)
  }

  /// What is in a file of the server.
  func read(_ name: String) throws -> [UInt8] { try server.read(path + "/" + name) }

  /// The names in the folder of the server, in order.
  func names(_ name: String = "") throws -> [String] {
    try server.names(in: path + (name.isEmpty ? "" : "/" + name))
  }

  /// What anybody may do with a file of the server.
  func mode(_ name: String) throws -> mode_t { try FTPSides.status(there(name)).st_mode & 0o7777 }

  /// When a file of the server was changed, in seconds.
  func time(_ name: String) throws -> Int { try FTPSides.status(there(name)).st_mtim.tv_sec }

  /// What the system knows of a file, or of a link itself.
  static func status(_ path: String) throws -> stat {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw TestSupportError.system("lstat", errno) }
    return status
  }

  /// Sets when a file was changed, in seconds.
  static func setTime(_ path: String, _ time: Int) throws {
    let times = [timespec(tv_sec: time, tv_nsec: 0), timespec(tv_sec: time, tv_nsec: 0)]
    guard utimensat(AT_FDCWD, path, times, 0) == 0 else {
      throw TestSupportError.system("utimensat", errno)
    }
  }

  /// Bytes that do not repeat.
  static func bytes(_ count: Int) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    let words = (0..<(count + 7) / 8).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
    return words.withUnsafeBytes { Array($0.prefix(count)) }
  }

  /// Looks whether files under temporary names are left on either side.
  func noTemporaries(sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
    let left = try (names() + folder.names()).filter { $0.contains(".dh-") }
    #expect(left.isEmpty, sourceLocation: sourceLocation)
  }

  /// The entries that a listing has, by their names.
  func entries(_ inputs: ValueMap = [:]) async throws -> [String: Value] {
    var all: ValueMap = ["path": at()]
    for (name, value) in inputs { all[name] = value }
    let list = try await host.run("list", all)["entries"].listValue ?? []
    return Dictionary(
      list.map { ($0["name"].stringValue ?? "", $0) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// The paths that a listing has, from the folder of the test.
  func paths(_ inputs: ValueMap) async throws -> Set<String> {
    var all: ValueMap = ["path": at()]
    for (name, value) in inputs { all[name] = value }
    let list = try await host.run("list", all)["entries"].listValue ?? []
    return Set(list.map { String(($0["path"].stringValue ?? "").dropFirst(path.count + 1)) })
  }
}
