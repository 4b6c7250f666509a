import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Files on a server", .requiresLogins, .requires(.sshd))
struct FileTests {
  @Test("are listed with what is known of them")
  func list() async throws {
    let server = try await SSHServer.shared
    let files = try ServerFiles(server)
    let host = try SSHHost(server)
    try files.write([1, 2, 3], to: "größe.bin", mode: 0o640)
    try files.folder("folder")
    try FileManager.default.createSymbolicLink(
      atPath: files.here("link"),
      withDestinationPath: "größe.bin"
    )
    let result = try await host.run("list", ["path": .string(files.there())])
    let entries = try #require(result["entries"].listValue)
    let named = Dictionary(
      uniqueKeysWithValues: entries.map { ($0["name"].stringValue ?? "", $0) }
    )
    #expect(named.count == 3 && result["count"] == 3)
    let file = try #require(named["größe.bin"])
    #expect(file["type"] == "file" && file["size"] == 3 && file["permissions"] == "0640")
    #expect(file["owner"] == "tester" && file["group"] == "tester")
    #expect(file["path"] == .string(files.there("größe.bin")))
    #expect(file["modified"].stringValue?.hasSuffix("Z") ?? false)
    #expect(named["folder"]?["type"] == "directory")
    #expect(named["link"]?["type"] == "symlink" && named["link"]?["link_target"] == "größe.bin")
    let one = try await host.run("list", ["path": .string(files.there("größe.bin"))])
    #expect(one["count"] == 1)
  }

  @Test("are listed by the thousand, together or one after another", .timeLimit(.minutes(2)))
  func listMany() async throws {
    let server = try await SSHServer.shared
    let files = try ServerFiles(server)
    let host = try SSHHost(server)
    let names = (0..<5000).map { "file-\($0)" }
    for name in names { close(open(files.here(name), O_CREAT | O_WRONLY, 0o644)) }
    let result = try await host.run("list", ["path": .string(files.there())])
    let listed = try #require(result["entries"].listValue).compactMap { $0["name"].stringValue }
    #expect(listed.count == 5000 && Set(listed) == Set(names))
    let seen = Locked<Set<String>>([])
    let streamed = try await host.run("list", ["path": .string(files.there())]) { options in
      options.outputs["entries"] = .values { value in
        seen.with { _ = $0.insert(value["name"].stringValue ?? "") }
      }
    }
    #expect(seen.with { $0 } == Set(names) && streamed["count"] == 5000)
    let error = try await host.failure(
      "list",
      ["path": .string(files.there()), "max_entries": 100]
    )
    #expect(error.code == .tooLarge && error.pointer?.description == "/max_entries")
    try await eventually("handles closed") { try files.openFiles() == 0 }
  }

  @Test("are found by patterns, and in whole trees")
  func patterns() async throws {
    let server = try await SSHServer.shared
    let files = try ServerFiles(server)
    let host = try SSHHost(server)
    for name in ["a", "a/b", ".hidden"] { try files.folder(name) }
    for name in ["1.csv", "2.txt", "a/3.csv", "a/b/4.csv", ".hidden/5.csv"] {
      try files.write([0], to: name)
    }
    func paths(_ more: ValueMap) async throws -> Set<String> {
      var inputs: ValueMap = ["path": .string(files.there())]
      for (name, value) in more { inputs[name] = value }
      let entries = try await host.run("list", inputs)["entries"].listValue ?? []
      return Set(
        entries.map { String(($0["path"].stringValue ?? "").dropFirst(files.path.count + 1)) }
      )
    }
    #expect(try await paths(["pattern": "*.csv"]) == ["1.csv"])
    #expect(try await paths(["pattern": "**/*.csv"]) == ["1.csv", "a/3.csv", "a/b/4.csv"])
    #expect(try await paths(["pattern": "**/*.csv", "hidden": true]).count == 4)
    #expect(try await paths(["recursive": true]).count == 8)
  }

  @Test("tell what they are, and links where they lead to")
  func stat() async throws {
    let server = try await SSHServer.shared
    let files = try ServerFiles(server)
    let host = try SSHHost(server)
    try files.write(Array("abc".utf8), to: "file", mode: 0o600)
    try await host.run("symlink", ["path": .string(files.there("link")), "link_target": "file"])
    let file = try await host.run("stat", ["path": .string(files.there("link"))])
    #expect(file["type"] == "file" && file["size"] == 3 && file["link_target"] == "file")
    #expect(file["real_path"] == .string(files.there("file")))
    let link = try await host.run(
      "stat",
      ["path": .string(files.there("link")), "follow_links": false]
    )
    #expect(link["type"] == "symlink")
    let error = try await host.failure("stat", ["path": .string(files.there("missing"))])
    #expect(error.code == .notFound && error.pointer?.description == "/path")
    #expect(error.message.contains("missing"))
  }

  @Test("are renamed, removed, and given modes and folders")
  func changes() async throws {
    let server = try await SSHServer.shared
    let files = try ServerFiles(server)
    let host = try SSHHost(server)
    func at(_ name: String) -> Value { .string(files.there(name)) }
    let made = try await host.run("mkdir", ["path": at("a/b/c"), "parents": true, "mode": "0711"])
    #expect(made["created"] == 3)
    #expect(try files.mode("a/b/c") == 0o711)
    #expect(try await host.run("mkdir", ["path": at("a/b"), "parents": true])["created"] == 0)
    #expect(try await host.failure("mkdir", ["path": at("a")]).code == .conflict)
    #expect(try await host.failure("mkdir", ["path": at("x/y")]).code == .notFound)
    try files.write([1], to: "one")
    try files.write([2], to: "two")
    let taken = try await host.failure("rename", ["path": at("one"), "new_path": at("two")])
    #expect(taken.code == .conflict && taken.pointer?.description == "/new_path")
    try await host.run("rename", ["path": at("one"), "new_path": at("two"), "overwrite": true])
    #expect(try files.read("two") == [1])
    try await host.run("chmod", ["path": at("two"), "mode": "0604"])
    #expect(try files.mode("two") == 0o604)
    try await host.run("symlink", ["path": at("a/link"), "link_target": "../two"])
    try await host.run(
      "symlink",
      ["path": at("a/link"), "link_target": "../b", "overwrite": true]
    )
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: files.here("a/link"))
    #expect(target == "../b")
    for index in 0..<200 { try files.write([3], to: "a/b/\(index)") }
    let full = try await host.failure("remove", ["path": at("a")])
    #expect(full.code == .conflict && full.message.contains("recursive"))
    #expect(full.outputs["removed"] == 0)
    let removed = try await host.run("remove", ["path": at("a"), "recursive": true])
    #expect(removed["removed"] == 204)
    try await host.run("remove", ["path": at("two")])
    #expect(try files.names().isEmpty)
    #expect(try await host.failure("remove", ["path": at("two")]).code == .notFound)
    try await host.run("remove", ["path": at("two"), "ignore_missing": true])
    try await eventually("handles closed") { try files.openFiles() == 0 }
  }

  @Test("of others are refused with the reason")
  func denied() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let error = try await host.failure("list", ["path": "/root"])
    #expect(error.code == .forbidden && error.message.contains("/root"))
    let removal = try await host.failure("remove", ["path": "/etc/passwd"])
    #expect(removal.code == .forbidden || removal.code == .remoteFailure)
  }

  @Test("are not there where the server has no SFTP, which the error says")
  func noSFTP() async throws {
    var options = SSHServer.Options()
    options.sftp = .none
    try await withSSHServer(options) { server in
      let host = try SSHHost(server)
      let error = try await host.failure("stat", ["path": "."])
      #expect(error.code == .unsupported && error.message.contains("Subsystem sftp"))
      #expect(try await host.command("echo still here")["stdout"] == "still here\n")
    }
  }

  @Test("are served beside programs where the server allows one channel only")
  func oneChannel() async throws {
    var options = SSHServer.Options()
    options.maxSessions = 1
    try await withSSHServer(options) { server in
      let host = try SSHHost(server)
      for _ in 0..<3 {
        #expect(try await host.run("stat", ["path": "."])["type"] == "directory")
        #expect(try await host.command("echo program")["stdout"] == "program\n")
      }
    }
  }
}
