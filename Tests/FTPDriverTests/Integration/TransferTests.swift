import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Transfers with an FTP server", .requiresFTPServers, .requiresLogins, .showingServerLogs)
struct TransferTests {
  @Test("move files of any size, with their modes and times", arguments: FTPServerKind.all)
  func files(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    for size in [0, 700_000] {
      let bytes = FTPSides.bytes(size)
      let source = try sides.folder.write(bytes, to: "source", mode: 0o640)
      try FTPSides.setTime(source, 1_600_000_000 + size)
      let put = try await sides.host.run(
        "put",
        ["path": sides.at("there \(size)"), "local_path": sides.here("source")]
      )
      #expect(put["transferred"] == 1 && put["bytes"] == .int(Int64(size)))
      #expect(try sides.read("there \(size)") == bytes)
      #expect(try sides.mode("there \(size)") == 0o640)
      #expect(try sides.time("there \(size)") == 1_600_000_000 + size)
      let get = try await sides.host.run(
        "get",
        ["path": sides.at("there \(size)"), "local_path": sides.here("back"), "mode": "0604"]
      )
      #expect(get["transferred"] == 1 && get["bytes"] == .int(Int64(size)))
      #expect(get["path"] == sides.here("back"))
      #expect(try sides.folder.read("back") == bytes)
      #expect(try FTPSides.status(sides.folder.file("back")).st_mode & 0o777 == 0o604)
    }
    try sides.noTemporaries()
  }

  @Test("move large files, and tell how far they are", arguments: FTPServerKind.allCases)
  func large(kind: FTPServerKind) async throws {
    let sides = try FTPSides(try await kind.shared(.explicit))
    let bytes = FTPSides.bytes(20 << 20)
    try sides.folder.write(bytes, to: "source")
    let told = Locked<[UInt64]>([])
    let put: ValueMap = ["path": sides.at("large"), "local_path": sides.here("source")]
    try await sides.host.run("put", put) { options in
      options.onProgress = { progress in told.with { $0.append(progress.done) } }
    }
    #expect(try sides.read("large") == bytes)
    let steps = told.with { $0 }
    #expect(steps.last == 20 << 20 && steps == steps.sorted())
    let get: ValueMap = ["path": sides.at("large"), "local_path": sides.here("back")]
    try await sides.host.run("get", get)
    #expect(try sides.folder.read("back") == bytes)
  }

  @Test("hand over what is in files, by outputs and channels", arguments: FTPServerKind.mixed)
  func content(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    let path: ValueMap = ["path": sides.at("file")]
    let content = String(repeating: "zeile\r\nline\n", count: 5000)
    for action in ["put", "copy_file_from_engine"] {
      var inputs = path
      inputs["content"] = .string(content)
      let put = try await sides.host.run(action, inputs)
      #expect(put["transferred"] == 1 && put["bytes"] == .int(Int64(content.utf8.count)))
    }
    #expect(try sides.read("file") == Array(content.utf8))
    for action in ["get", "copy_file_to_engine"] {
      #expect(try await sides.host.run(action, path)["content"] == .string(content))
    }
    var limited = path
    limited["max_content"] = 100
    let error = try await sides.host.failure("get", limited)
    #expect(error.code == .tooLarge && error.pointer?.description == "/max_content")
    let bytes = FTPSides.bytes(1 << 20)
    try await sides.host.run("put", ["path": sides.at("channel")]) { options in
      options.sources["content"] = .bytes(bytes)
    }
    #expect(try sides.read("channel") == bytes)
    let got = Locked<[UInt8]>([])
    try await sides.host.run("get", ["path": sides.at("channel")]) { options in
      options.outputs["content"] = .bytes { part in got.with { $0 += part } }
    }
    #expect(got.with { $0 } == bytes)
    let empty = try await sides.host.run("put", ["path": sides.at("empty"), "content": ""])
    #expect(try empty["bytes"] == 0 && sides.read("empty").isEmpty)
    #expect(try await sides.host.run("get", ["path": sides.at("empty")])["content"] == "")
    try sides.noTemporaries()
  }

  @Test("move trees in both directions", arguments: FTPServerKind.mixed)
  func trees(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    for number in 0..<12 {
      try sides.folder.folder("tree/\(number % 3)/empty")
      try sides.folder.write("\(number)", to: "tree/\(number % 3)/file \(number)")
    }
    try sides.folder.write("hidden", to: "tree/.hidden")
    let put = try await sides.host.run(
      "put",
      [
        "path": sides.at("a/tree"), "local_path": sides.here("tree"), "recursive": true,
        "parents": true,
      ]
    )
    #expect(put["transferred"] == 13 && put["failed"] == 0, "\(put["files"])")
    #expect(try sides.names("a/tree") == [".hidden", "0", "1", "2"])
    #expect(try sides.names("a/tree/0/empty").isEmpty)
    let get = try await sides.host.run(
      "get",
      ["path": sides.at("a/tree"), "local_path": sides.here("back"), "recursive": true]
    )
    #expect(get["transferred"] == 13 && get["failed"] == 0)
    for number in 0..<12 {
      #expect(try sides.folder.text("back/\(number % 3)/file \(number)") == "\(number)")
    }
    let some: ValueMap = [
      "path": sides.at("a/tree"), "local_path": sides.here("some"), "pattern": "**/*1?",
    ]
    #expect(try await sides.host.run("mget", some)["transferred"] == 2)
    let many: ValueMap = [
      "path": sides.at("many"), "local_path": sides.here("tree"), "pattern": "[12]/file*",
    ]
    #expect(try await sides.host.run("mput", many)["transferred"] == 8)
    #expect(try sides.names("many") == ["1", "2"])
    let flat: ValueMap = ["path": sides.at("a/tree"), "local_path": sides.here("no")]
    #expect(try await sides.host.failure("get", flat).pointer?.description == "/recursive")
    try sides.noTemporaries()
  }

  @Test("do with files that are there what they are told", arguments: FTPServerKind.allCases)
  func conflicts(kind: FTPServerKind) async throws {
    let sides = try FTPSides(try await kind.shared())
    let source = try sides.folder.write("new", to: "source")
    try FTPSides.setTime(source, 1_600_000_000)
    func put(_ conflict: String, _ name: String = "file") -> ValueMap {
      ["path": sides.at(name), "local_path": sides.here("source"), "conflict": .string(conflict)]
    }
    try sides.write("old", to: "file")
    #expect(try await sides.host.run("put", put("skip"))["skipped"] == 1)
    let taken = try await sides.host.failure("put", put("error"))
    #expect(taken.code == .conflict && taken.pointer?.description == "/conflict", "\(taken)")
    #expect(try await sides.host.run("put", put("newer"))["skipped"] == 1)
    #expect(try String(decoding: sides.read("file"), as: UTF8.self) == "old")
    let renamed = try await sides.host.run("put", put("rename"))
    let name = try #require(renamed["path"].stringValue?.split(separator: "/").last)
    #expect(try name != "file" && sides.read(String(name)) == Array("new".utf8))
    try FTPSides.setTime(sides.there("file"), 1_500_000_000)
    #expect(try await sides.host.run("put", put("newer"))["transferred"] == 1)
    #expect(try sides.read("file") == Array("new".utf8))
    var dry = put("overwrite", "dry")
    dry["dry_run"] = true
    #expect(try await sides.host.run("put", dry)["transferred"] == 1)
    #expect(try !sides.names().contains("dry"))
    let deep = try await sides.host.failure("put", put("overwrite", "x/y/file"))
    #expect(deep.pointer?.description == "/path", "\(deep)")
    var parents = put("overwrite", "x/y/file")
    parents["parents"] = true
    try await sides.host.run("put", parents)
    #expect(try sides.read("x/y/file") == Array("new".utf8))
    let folder = try await sides.host.failure("put", put("overwrite", "x"))
    #expect(folder.code == .conflict, "\(folder)")
    try await sides.host.run("put", put("overwrite", "x/"))
    #expect(try sides.names("x") == ["source", "y"])
    try sides.noTemporaries()
  }

  @Test("add to files, which are made where they are not there", arguments: FTPServerKind.mixed)
  func append(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    let path: ValueMap = ["path": sides.at("log")]
    var text = path
    text["content"] = "one\n"
    #expect(try await sides.host.run("append", text)["size"] == 4)
    let local = try sides.folder.write("two\n", to: "local")
    var file = path
    file["local_path"] = .string(local)
    let added = try await sides.host.run("append", file)
    #expect(added["size"] == 8 && added["bytes"] == 4)
    try await sides.host.run("append", path) { options in
      options.sources["content"] = .bytes(Array("three\n".utf8))
    }
    #expect(try String(decoding: sides.read("log"), as: UTF8.self) == "one\ntwo\nthree\n")
    let nothing = try await sides.host.failure("append", path)
    #expect(nothing.code == .invalidInput && nothing.pointer?.description == "/local_path")
  }
}
