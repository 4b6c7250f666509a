import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Transfers of files", .requiresLogins, .requires(.sshd))
struct TransferTests: FileMovingTests {
  let sides: FileSides

  init() async throws { sides = try FileSides(try await SSHServer.shared) }

  @Test("bring 64 MiB there and back unchanged, with mode and time", .timeLimit(.minutes(3)))
  func roundTrip() async throws {
    let content = bytes(1 << 20)
    let path = folder.file("big")
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    let handle = try #require(FileHandle(forWritingAtPath: path))
    for part in 0..<64 {
      try handle.write(contentsOf: Data(content.map { $0 ^ UInt8(part) }))
    }
    try handle.close()
    chmod(path, 0o640)
    let date = Date(timeIntervalSince1970: 1_700_000_000)
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    let put = try await host.run("put", ["local_path": here("big"), "path": at("big")])
    #expect(put["transferred"] == 1 && put["bytes"] == 67_108_864 && put["path"] == at("big"))
    #expect(try files.mode("big") == 0o640)
    let get = try await host.run("get", ["path": at("big"), "local_path": here("back")])
    #expect(get["transferred"] == 1 && get["bytes"] == 67_108_864)
    #expect(FileManager.default.contentsEqual(atPath: path, andPath: folder.file("back")))
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("back"))
    #expect(attributes[.modificationDate] as? Date == date)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
    try noTemporaries()
  }

  @Test("bring trees there and back, with names that are no text", .timeLimit(.minutes(3)))
  func trees() async throws {
    let names = (0..<300).map { "tree/\($0 % 7)/file-\($0)" }
    for name in names { try folder.write(bytes(Int.random(in: 0..<9000)), to: name) }
    let odd: [CChar] =
      Array(folder.path.utf8CString.dropLast()) + "/tree/\u{1}".utf8CString.dropLast()
      + [-1, -2, 0]
    let descriptor = Descriptor(open(odd, O_CREAT | O_WRONLY, 0o644))
    descriptor.write([7])
    let seen = Locked<[Value]>([])
    let put = try await host.run(
      "put",
      ["local_path": here("tree"), "path": at("tree"), "recursive": true]
    ) { options in
      options.outputs["files"] = .values { value in seen.with { $0.append(value) } }
    }
    #expect(put["transferred"] == 301 && put["created"] == 7 && put["failed"] == 0)
    #expect(seen.with { $0.count } == 308)
    let get = try await host.run(
      "get",
      ["path": at("tree"), "local_path": here("back"), "recursive": true, "parallel": 16]
    )
    #expect(get["transferred"] == 301 && get["bytes"] == put["bytes"])
    try await Command.check("/usr/bin/diff", ["-r", folder.file("tree"), folder.file("back")])
    let filtered = try await host.run(
      "get",
      [
        "path": at("tree"), "local_path": here("some"), "pattern": "3/*-1*",
        "parents": true,
      ]
    )
    let expected = names.filter { $0.hasPrefix("tree/3/file-1") }.count
    #expect(filtered["transferred"] == .int(Int64(expected)))
    try noTemporaries()
  }

  @Test("hand over what is in a file, and take it, without a file here")
  func content() async throws {
    let put = try await host.run("put", ["content": "größe\n", "path": at("text"), "mode": "0600"])
    #expect(put["bytes"] == 8)
    #expect(try files.mode("text") == 0o600)
    #expect(try await host.run("get", ["path": at("text")])["content"] == "größe\n")
    let content = bytes(3 << 20)
    try await host.run("put", ["path": at("piped")]) { options in
      options.sources["content"] = .bytes(content)
    }
    #expect(try files.read("piped") == content)
    let got = Locked<[UInt8]>([])
    let streamed = try await host.run("get", ["path": at("piped")]) { options in
      options.outputs["content"] = .bytes { bytes in got.with { $0 += bytes } }
    }
    #expect(got.with { $0 } == content && streamed["bytes"] == .int(Int64(content.count)))
    let long = try await host.failure("get", ["path": at("piped"), "max_content": 1000])
    #expect(long.code == .tooLarge)
    let nothing = try await host.failure("put", ["path": at("x")])
    #expect(nothing.code == .invalidInput && nothing.pointer?.description == "/local_path")
    #expect(try await host.run("get", ["path": "/proc/self/limits"])["content"].stringValue != "")
  }

  @Test("do what is asked for where there already is a file")
  func conflicts() async throws {
    try folder.write("new", to: "file")
    let old = Date(timeIntervalSince1970: 1_700_000_000)
    try FileManager.default.setAttributes(
      [.modificationDate: old],
      ofItemAtPath: folder.file("file")
    )
    func put(_ policy: String) async throws -> ConnectionResult {
      try files.write(Array("old one".utf8), to: "file")
      return try await host.run(
        "put",
        ["local_path": here("file"), "path": at("file"), "conflict": .string(policy)]
      )
    }
    #expect(try await put("skip")["skipped"] == 1)
    #expect(try files.read("file") == Array("old one".utf8))
    let renamed = try await put("rename")
    #expect(renamed["path"] == at("file-1") && renamed["transferred"] == 1)
    #expect(try files.read("file-1") == Array("new".utf8))
    #expect(try await put("rename")["path"] == at("file-2"))
    let error = try await host.failure(
      "put",
      ["local_path": here("file"), "path": at("file"), "conflict": "error"]
    )
    #expect(error.code == .conflict && error.pointer?.description == "/conflict")
    #expect(error.outputs["failed"] == 1)
    #expect(try await put("newer")["skipped"] == 1)
    #expect(try await put("overwrite")["transferred"] == 1)
    #expect(try files.read("file") == Array("new".utf8))
    try folder.write("local", to: "there")
    let get = try await host.run(
      "get",
      ["path": at("file"), "local_path": here("there"), "conflict": "rename"]
    )
    #expect(get["path"] == here("there-1"))
    #expect(try folder.text("there-1") == "new" && folder.text("there") == "local")
    try files.folder("folder")
    let folderError = try await host.failure(
      "put",
      ["local_path": here("file"), "path": at("folder")]
    )
    #expect(folderError.message.contains("/"))
    let into = try await host.run("put", ["local_path": here("file"), "path": at("folder/")])
    #expect(into["path"] == at("folder/file"))
    try noTemporaries()
  }

  @Test("only tell what would be done in a dry run")
  func dryRun() async throws {
    try folder.write("1", to: "tree/a")
    try folder.write("22", to: "tree/b/c")
    let put = try await host.run(
      "put",
      ["local_path": here("tree"), "path": at("tree"), "recursive": true, "dry_run": true]
    )
    #expect(put["transferred"] == 2 && put["created"] == 1 && put["bytes"] == 3)
    let one = try await host.run(
      "put",
      ["local_path": here("tree/a"), "path": at("a"), "dry_run": true]
    )
    #expect(one["transferred"] == 1)
    #expect(try files.names().isEmpty)
  }

  @Test("of many calls go on at once in one session", .timeLimit(.minutes(2)))
  func atOnce() async throws {
    let content = bytes(1 << 20)
    try files.write(content, to: "shared")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<24 {
        group.addTask {
          let name = "got-\(index)"
          try await host.run("get", ["path": at("shared"), "local_path": here(name)])
          try await host.run("put", ["local_path": here(name), "path": at(name)])
          _ = try await host.run("list", ["path": at("")])
        }
      }
      try await group.waitForAll()
    }
    for index in 0..<24 { #expect(try files.read("got-\(index)") == content) }
    #expect(try server.connections(of: .tester).count <= 64)
    try await eventually("handles closed") { try files.openFiles() == 0 }
  }

  @Test("bring links that stay in the tree, where they are asked for")
  func links() async throws {
    try folder.write("1", to: "tree/file")
    let manager = FileManager.default
    try manager.createSymbolicLink(
      atPath: folder.file("tree/good"),
      withDestinationPath: "file"
    )
    let skipped = try await host.run(
      "put",
      ["local_path": here("tree"), "path": at("one"), "recursive": true]
    )
    #expect(skipped["skipped"] == 1 && skipped["transferred"] == 1)
    let copied = try await host.run(
      "put",
      ["local_path": here("tree"), "path": at("two"), "recursive": true, "links": "copy"]
    )
    #expect(copied["created"] == 1)
    #expect(try manager.destinationOfSymbolicLink(atPath: files.here("two/good")) == "file")
    try manager.createSymbolicLink(
      atPath: folder.file("tree/bad"),
      withDestinationPath: "/etc/passwd"
    )
    let error = try await host.failure(
      "put",
      ["local_path": here("tree"), "path": at("three"), "recursive": true, "links": "copy"]
    )
    #expect(error.message.contains("leads out of the tree"))
  }
}
