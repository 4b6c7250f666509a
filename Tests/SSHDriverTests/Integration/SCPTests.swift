import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "Files of a server without SFTP",
  .requiresLogins,
  .requires(.sshd),
  .timeLimit(.minutes(2))
)
struct SCPTests: FileMovingTests {
  let sides: FileSides

  init() async throws { sides = try FileSides(try await SFTPlessServer.shared) }

  @Test("come and go unchanged, with mode and time, whatever their names", .timeLimit(.minutes(3)))
  func roundTrip() async throws {
    let names = ["plain", "it's \"a\" name\nof $two `lines` \\n", "-rf", "größe *", "!x"]
    for name in names {
      try folder.write(bytes(name == "plain" ? 20 << 20 : 70_001), to: name)
      chmod(folder.file(name), 0o640)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)],
        ofItemAtPath: folder.file(name)
      )
      let put = try await run("put", ["local_path": here(name), "path": at(name)])
      #expect(put["transferred"] == 1 && put["path"] == at(name), "\(name)")
      #expect(try files.mode(name) == 0o640)
      let get = try await run("get", ["path": at(name), "local_path": here("back")])
      #expect(get["transferred"] == 1 && get["bytes"] == put["bytes"])
      #expect(
        FileManager.default.contentsEqual(atPath: folder.file(name), andPath: folder.file("back"))
      )
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("back"))
      #expect(attributes[.modificationDate] as? Date == Date(timeIntervalSince1970: 1_700_000_000))
      #expect(attributes[.posixPermissions] as? Int == 0o640)
    }
    #expect(try files.names() == names.sorted())
    try noTemporaries()
  }

  @Test("in a path that begins in the home, or with a sign of an option, are found")
  func relative() async throws {
    let name = "-p \(UInt32.random(in: 0 ... .max))"
    try await run("put", ["content": "1", "path": .string(name)])
    #expect(try await run("get", ["path": .string(name)])["content"] == "1")
  }

  @Test("are taken from a call and handed over to it", .timeLimit(.minutes(3)))
  func content() async throws {
    let put = try await run("put", ["content": "größe\n", "path": at("text"), "mode": "0600"])
    #expect(put["bytes"] == 8)
    #expect(try files.mode("text") == 0o600)
    #expect(try await run("get", ["path": at("text")])["content"] == "größe\n")
    let empty = try await run("put", ["content": "", "path": at("empty")])
    #expect(empty["transferred"] == 1 && empty["bytes"] == 0)
    #expect(try await run("get", ["path": at("empty")])["content"] == "")
    let content = bytes(3 << 20)
    try await run("put", ["path": at("piped")]) { $0.sources["content"] = .bytes(content) }
    #expect(try files.read("piped") == content)
    try await run("put", ["path": at("open")]) { options in
      let pieces = Locked(Array(repeating: Array(content.prefix(700)), count: 2000))
      options.sources["content"] = .handler { _ in
        pieces.with { $0.isEmpty ? [] : $0.removeFirst() }
      }
    }
    #expect(try files.read("open").count == 1_400_000)
    let got = Locked<[UInt8]>([])
    let streamed = try await run("get", ["path": at("piped")]) { options in
      options.outputs["content"] = .bytes { bytes in got.with { $0 += bytes } }
    }
    #expect(got.with { $0 } == content && streamed["bytes"] == .int(Int64(content.count)))
    let long = try await failure("get", ["path": at("piped"), "max_content": 1000])
    #expect(long.code == .tooLarge)
    try noTemporaries()
  }

  @Test("come and go in trees, with names that are no text", .timeLimit(.minutes(3)))
  func trees() async throws {
    let names = (0..<40).map { "tree/\($0 % 4)/file \($0)" }
    for name in names { try folder.write(bytes(Int.random(in: 0..<9000)), to: name) }
    try folder.write("hidden", to: "tree/.hidden/.x")
    let odd: [CChar] =
      Array(folder.path.utf8CString.dropLast()) + "/tree/\u{1}\n'".utf8CString.dropLast()
      + [-1, -2, 0]
    Descriptor(open(odd, O_CREAT | O_WRONLY, 0o644)).write([7])
    let seen = Locked<[Value]>([])
    let put = try await run(
      "put",
      ["local_path": here("tree"), "path": at("a/tree"), "recursive": true, "parents": true]
    ) { options in
      options.outputs["files"] = .values { value in seen.with { $0.append(value) } }
    }
    #expect(put["transferred"] == 42 && put["created"] == 5 && put["failed"] == 0)
    #expect(seen.with { $0.count } == 47)
    let get = try await run(
      "get",
      ["path": at("a/tree"), "local_path": here("back"), "recursive": true]
    )
    #expect(get["transferred"] == 42 && get["bytes"] == put["bytes"])
    try await Command.check("/usr/bin/diff", ["-r", folder.file("tree"), folder.file("back")])
    let filtered = try await run(
      "get",
      ["path": at("a/tree"), "local_path": here("some"), "pattern": "3/*1*"]
    )
    let expected = names.filter { $0.hasPrefix("tree/3/") && $0.dropFirst(11).contains("1") }
    #expect(filtered["transferred"] == .int(Int64(expected.count)))
    let again = try await run(
      "put",
      ["local_path": here("tree"), "path": at("a/tree"), "recursive": true, "conflict": "skip"]
    )
    #expect(again["skipped"] == 42 && again["transferred"] == 0)
    try noTemporaries()
  }

  @Test("are replaced, left or refused where there is one already")
  func conflicts() async throws {
    try folder.write("new", to: "file")
    func inputs(_ policy: String) throws -> ValueMap {
      try files.write(Array("old".utf8), to: "file", mode: 0o604)
      return ["local_path": here("file"), "path": at("file"), "conflict": .string(policy)]
    }
    #expect(try await run("put", inputs("skip"))["skipped"] == 1)
    let error = try await failure("put", inputs("error"))
    #expect(error.code == .conflict && error.pointer?.description == "/conflict", "\(error)")
    #expect(error.outputs["failed"] == 1)
    #expect(try files.read("file") == Array("old".utf8))
    let renamed = try await run("put", inputs("rename"))
    #expect(renamed["path"] == at("file-1"))
    var kept = try inputs("overwrite")
    kept["preserve"] = false
    #expect(try await run("put", kept)["transferred"] == 1)
    #expect(try files.read("file") == Array("new".utf8) && files.mode("file") == 0o604)
    let free = try await run(
      "put",
      ["local_path": here("file"), "path": at("free"), "conflict": "error"]
    )
    #expect(free["transferred"] == 1)
    try files.folder("folder")
    let isFolder = try await failure("put", ["local_path": here("file"), "path": at("folder")])
    #expect(isFolder.code == .conflict, "\(isFolder)")
    let into = try await run("put", ["local_path": here("file"), "path": at("folder/")])
    #expect(into["path"] == at("folder/file"))
    try FileManager.default.createSymbolicLink(
      atPath: files.here("link"),
      withDestinationPath: "folder"
    )
    let link = try await failure("put", ["local_path": here("file"), "path": at("link")])
    #expect(link.message.contains("directory"), "\(link)")
    #expect(try files.names("folder") == ["file"])
    try noTemporaries()
  }

  @Test("may come from slow sources and go to slow readers: the server is not to blame", .slow)
  func slowSides() async throws {
    let count = Locked(0)
    let put = try await run("put", ["path": at("slow"), "answer_timeout": 4]) { options in
      options.sources["content"] = .handler { _ in
        let number = count.with { value in
          value += 1
          return value
        }
        if number == 3 { sleep(6) }
        return number < 10 ? [UInt8](repeating: 1, count: 300_000) : []
      }
    }
    #expect(put["bytes"] == 2_700_000)
    try files.write([UInt8](repeating: 1, count: 50_000_000), to: "big")
    let got = Locked(0)
    try await run("get", ["path": at("big"), "answer_timeout": 4]) { options in
      options.outputs["content"] = .bytes { bytes in
        let isFirst = got.with { value in
          defer { value += bytes.count }
          return value == 0
        }
        if isFirst { sleep(6) }
      }
    }
    #expect(got.with { $0 } == 50_000_000)
  }
}
