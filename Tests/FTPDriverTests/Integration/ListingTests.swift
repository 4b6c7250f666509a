import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Files on an FTP server", .requiresFTPServers, .requiresLogins, .showingServerLogs)
struct ListingTests {
  /// 2020-09-13T12:26:40Z: so old that lists in the form of Unix tell the day alone.
  private let old = 1_600_000_000

  @Test("are listed with what the server tells of them", arguments: FTPServerKind.all)
  func fields(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    try sides.write([1, 2, 3], to: "größe.bin", mode: 0o640, time: old)
    try sides.write([], to: ".dot")
    try sides.server.addFolder(sides.path + "/folder")
    symlink("größe.bin", sides.there("link"))
    let named = try await sides.entries()
    #expect(Set(named.keys) == ["größe.bin", ".dot", "folder", "link"])
    let file = try #require(named["größe.bin"])
    #expect(file["type"] == "file" && file["size"] == 3)
    #expect(file["path"] == sides.at("größe.bin"))
    let day = key.kind == .vsftpd
    #expect(file["modified"] == (day ? "2020-09-13T00:00:00Z" : "2020-09-13T12:26:40Z"))
    // pyftpdlib tells of modes and owners only in lists without facts.
    if key.kind != .pyftpdlib {
      let owner = key.kind == .proftpd ? sides.server.user : "\(sides.server.userID)"
      #expect(file["permissions"] == "0640" && file["owner"] == .string(owner))
    }
    #expect(named["folder"]?["type"] == "directory" && named[".dot"]?["size"] == 0)
    // It follows links where it tells facts.
    let follows = key.kind == .pyftpdlib
    #expect(named["link"]?["type"] == (follows ? "file" : "symlink"))
    if key.kind == .vsftpd { #expect(named["link"]?["link_target"] == "größe.bin") }
  }

  @Test("are found by patterns, and in whole trees", arguments: FTPServerKind.mixed)
  func patterns(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    for name in ["1.csv", "2.txt", "a/3.csv", "a/b/4.csv", ".hidden/5.csv", "a[1]/6.csv"] {
      try sides.write("x", to: name)
    }
    #expect(try await sides.paths(["pattern": "*.csv"]) == ["1.csv"])
    #expect(
      try await sides.paths(["pattern": "**/*.csv"])
        == ["1.csv", "a/3.csv", "a/b/4.csv", "a[1]/6.csv"]
    )
    #expect(try await sides.paths(["pattern": "a?1?/*"]) == ["a[1]/6.csv"])
    #expect(try await sides.paths(["pattern": "**/[34].csv"]) == ["a/3.csv", "a/b/4.csv"])
    #expect(try await sides.paths(["pattern": "**/*.csv", "hidden": true]).count == 5)
    #expect(try await sides.paths(["recursive": true]).count == 10)
    #expect(try await sides.paths(["pattern": "../*"]).isEmpty)
    let escape = try await sides.host.failure("list", ["path": sides.at(), "pattern": "/etc/*"])
    #expect(escape.code == .invalidInput && escape.pointer?.description == "/pattern")
  }

  @Test("are listed by the thousand, together or one after another")
  func many() async throws {
    let sides = try FTPSides(try await FTPServerKind.vsftpd.shared())
    let names = Set((0..<3000).map { "file-\($0)" })
    for name in names { close(open(sides.there(name), O_CREAT | O_WRONLY, 0o644)) }
    #expect(Set(try await sides.entries().keys) == names)
    let seen = Locked<Set<String>>([])
    let streamed = try await sides.host.run("list", ["path": sides.at()]) { options in
      options.outputs["entries"] = .values { value in
        seen.with { _ = $0.insert(value["name"].stringValue ?? "") }
      }
    }
    #expect(seen.with { $0 } == names && streamed["count"] == 3000)
    let error = try await sides.host.failure("list", ["path": sides.at(), "max_entries": 100])
    #expect(error.code == .tooLarge && error.pointer?.description == "/max_entries")
  }

  @Test("tell what they are", arguments: FTPServerKind.mixed)
  func stats(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    try sides.write([1, 2, 3, 4], to: "file", mode: 0o604, time: old)
    try sides.server.addFolder(sides.path + "/folder")
    let file = try await sides.host.run("stats", ["path": sides.at("file")])
    #expect(file["type"] == "file" && file["size"] == 4 && file["name"] == "file")
    #expect(file["modified"].stringValue?.hasPrefix("2020-09-13T") ?? false)
    if key.kind != .pyftpdlib { #expect(file["permissions"] == "0604") }
    let folder = try await sides.host.run("stats", ["path": sides.at("folder")])
    #expect(folder["type"] == "directory")
    let one = try await sides.host.run("list", ["path": sides.at("file")])
    #expect(one["count"] == 1)
    for action in ["stats", "list", "get"] {
      let error = try await sides.host.failure(action, ["path": sides.at("missing")])
      #expect(error.code == .notFound && error.pointer?.description == "/path", "\(error)")
      #expect(error.message.contains("missing"))
    }
  }

  @Test("are there or not, also when others have removed them", arguments: FTPServerKind.all)
  func exists(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared, ["max_connections": 1])
    try sides.write("x", to: "folder/file")
    func exists(_ name: String) async throws -> Value {
      let result = try await sides.host.run("exists", ["path": sides.at(name)])
      return result["exists"] == true ? result["type"] : result["exists"]
    }
    #expect(try await exists("folder") == "directory")
    #expect(try await exists("folder/file") == "file")
    #expect(try await exists("folder/other") == false)
    #expect(try await exists("other/file") == false)
    let listed = try await sides.host.run("list", ["path": sides.at("folder")])
    #expect(listed["count"] == 1)
    // The connection is in that directory now.
    try FileManager.default.removeItem(atPath: sides.there("folder"))
    #expect(try await exists("folder") == false)
    #expect(try await exists("folder/file") == false)
    let error = try await sides.host.failure("list", ["path": sides.at("folder")])
    #expect(error.code == .notFound, "\(error)")
    #expect(try await exists("") == "directory")
  }
}
