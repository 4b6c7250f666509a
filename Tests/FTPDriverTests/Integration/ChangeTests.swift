import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Changes on an FTP server", .requiresFTPServers, .requiresLogins, .showingServerLogs)
struct ChangeTests {
  @Test(
    "give files other names, over others only where that is wanted",
    arguments: FTPServerKind.mixed
  )
  func rename(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    try sides.write([1], to: "one")
    try sides.write([2], to: "two")
    try sides.write([3], to: "folder/three")
    func rename(_ name: String, _ new: String) -> ValueMap {
      ["path": sides.at(name), "new_path": sides.at(new)]
    }
    let taken = try await sides.host.failure("rename", rename("one", "two"))
    #expect(taken.code == .conflict && taken.pointer?.description == "/new_path", "\(taken)")
    #expect(try sides.read("one") == [1] && sides.read("two") == [2])
    var over = rename("one", "two")
    over["overwrite"] = true
    try await sides.host.run("rename", over)
    #expect(try sides.names() == ["folder", "two"] && sides.read("two") == [1])
    try await sides.host.run("rename", rename("two", "folder/two"))
    try await sides.host.run("rename", rename("folder", "other"))
    #expect(try sides.names("other") == ["three", "two"])
    let missing = try await sides.host.failure("rename", rename("missing", "new"))
    #expect(missing.code == .notFound && missing.message.contains("missing"), "\(missing)")
  }

  @Test(
    "make directories, with those on the way where that is wanted",
    arguments: FTPServerKind.mixed
  )
  func mkdir(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    let deep: ValueMap = ["path": sides.at("a/b/c"), "parents": true]
    #expect(try await sides.host.run("mkdir", deep)["created"] == true)
    #expect(try sides.names("a/b") == ["c"])
    #expect(try await sides.host.run("mkdir", deep)["created"] == false)
    let taken = try await sides.host.failure("mkdir", ["path": sides.at("a")])
    #expect(taken.pointer?.description == "/path" && taken.message.contains("/a"), "\(taken)")
    let missing = try await sides.host.failure("mkdir", ["path": sides.at("x/y")])
    #expect(missing.pointer?.description == "/path", "\(missing)")
    try sides.write("x", to: "file")
    let file = try await sides.host.failure("mkdir", ["path": sides.at("file/y"), "parents": true])
    #expect(file.pointer?.description == "/path", "\(file)")
    #expect(try sides.names() == ["a", "file"])
  }

  @Test("remove files, and trees without following links", arguments: FTPServerKind.mixed)
  func remove(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    for number in 0..<20 { try sides.write("x", to: "tree/\(number % 4)/\(number)") }
    try sides.write("x", to: "tree/.hidden/.file")
    try sides.write("kept", to: "outside/kept")
    symlink("../outside/kept", sides.there("tree/file"))
    symlink("../outside", sides.there("tree/folder"))
    symlink("nowhere", sides.there("tree/broken"))
    symlink(".", sides.there("tree/0/loop"))
    let full = try await sides.host.failure("rmdir", ["path": sides.at("tree")])
    #expect(full.pointer?.description == "/path" && full.outputs["removed"] == 0, "\(full)")
    let all = try await sides.host.run("rmdir", ["path": sides.at("tree"), "recursive": true])
    #expect(all["removed"] == .int(20 + 4 + 2 + 4 + 1))
    #expect(try sides.names() == ["outside"] && sides.names("outside") == ["kept"])
    let gone: ValueMap = ["path": sides.at("tree")]
    #expect(try await sides.host.failure("rmdir", gone).code == .notFound)
    let ignored: ValueMap = ["path": sides.at("tree"), "ignore_missing": true]
    #expect(try await sides.host.run("rmdir", ignored)["removed"] == 0)
    let file: ValueMap = ["path": sides.at("outside/kept")]
    #expect(try await sides.host.run("delete", file)["removed"] == 1)
    let missing = try await sides.host.failure("delete", file)
    #expect(missing.code == .notFound && missing.pointer?.description == "/path", "\(missing)")
    let again: ValueMap = ["path": sides.at("outside/kept"), "ignore_missing": true]
    #expect(try await sides.host.run("delete", again)["removed"] == 0)
    for base in ["", ".", "/", "a/.."] {
      let error = try await sides.host.failure("rmdir", ["path": .string(base), "recursive": true])
      #expect(error.code == .invalidInput, "\(base): \(error)")
    }
  }

  @Test("set modes and times", arguments: FTPServerKind.mixed)
  func attributes(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    try sides.write("x", to: "file name", mode: 0o644)
    try await sides.host.run("chmod", ["path": sides.at("file name"), "mode": "0604"])
    #expect(try sides.mode("file name") == 0o604)
    let time: ValueMap = [
      "path": sides.at("file name"), "modified": "2020-09-13T14:26:40+02:00",
    ]
    try await sides.host.run("set_mtime", time)
    #expect(try sides.time("file name") == 1_600_000_000)
    let missing = try await sides.host.failure(
      "chmod",
      ["path": sides.at("missing"), "mode": "600"]
    )
    #expect(missing.pointer?.description == "/path", "\(missing)")
    let none = try await sides.host.failure(
      "set_mtime",
      ["path": sides.at("missing"), "modified": "2020-01-01T00:00:00Z"]
    )
    #expect(none.pointer?.description == "/path" && none.code != .unsupported, "\(none)")
    let text = try await sides.host.failure(
      "set_mtime",
      ["path": sides.at("file name"), "modified": "yesterday"]
    )
    #expect(text.code == .invalidInput && text.pointer?.description == "/modified")
  }
}
