import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("What an FTP server can do", .requiresFTPServers, .requiresLogins, .showingServerLogs)
struct AnalysisTests {
  @Test("is told, with the certificate that it shows", arguments: FTPServerKind.all)
  func features(key: FTPServerKind.Key) async throws {
    let server = try await key.shared
    let told = try await FTPHost(server).run("features")
    let features = (told["features"].listValue ?? []).compactMap(\.stringValue)
    #expect(features.contains("SIZE") && features.contains { $0.hasPrefix("REST") }, "\(features)")
    #expect(told["greeting"].stringValue?.isEmpty == false)
    #expect(told["system"].stringValue?.hasPrefix("UNIX") == true)
    let home = key.kind == .proftpd || key.kind == .vsftpd ? "/home/\(server.user)" : "/"
    #expect(told["home"] == .string(home))
    let sums = (told["checksums"].listValue ?? []).compactMap(\.stringValue)
    #expect(sums.contains("sha256") == (key.kind == .proftpd), "\(sums)")
    let subject = told["certificate"]["subject"].stringValue
    #expect((subject?.contains("driver host test") ?? false) == (key.mode != .off), "\(told)")
  }

  @Test("is tried step by step, and leaves nothing", arguments: FTPServerKind.mixed)
  func test(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    func steps(_ inputs: ValueMap, _ host: FTPHost) async throws -> [String] {
      let list = try await host.run("test", inputs)["steps"].listValue ?? []
      return list.map { "\($0["name"].stringValue ?? "") \($0["outcome"].stringValue ?? "")" }
    }
    let read = try await steps([:], sides.host)
    #expect(read.last == "list passed", "\(read)")
    let write = try await steps(["write_folder": sides.at()], sides.host)
    #expect(write.suffix(2) == ["write passed", "remove passed"], "\(write)")
    let missing = try await steps(["write_folder": sides.at("missing")], sides.host)
    #expect(missing.contains("list failed"), "\(missing)")
    #expect(try sides.names().isEmpty)
    // Pure-FTPd waits for some seconds after a wrong password.
    guard key.kind != .pureFTPD else { return }
    let wrong = try FTPHost(
      sides.server,
      ["authentication": FTPHost.login(sides.server.user, "wrong")]
    )
    let refused = try await steps(["write_folder": sides.at()], wrong)
    #expect(refused.contains("log in failed"), "\(refused)")
    #expect(refused.suffix(3) == ["list skipped", "write skipped", "remove skipped"])
  }

  @Test(
    "of checksums is used where it has any, and missed where not",
    arguments: FTPServerKind.mixed
  )
  func checksum(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    try sides.write("abc", to: "a file")
    guard key.kind == .proftpd else {
      let error = try await sides.host.failure("checksum", ["path": sides.at("a file")])
      #expect(error.code == .unsupported && error.message.contains("HASH"), "\(error)")
      return
    }
    let known = [
      "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "sha1": "a9993e364706816aba3e25717850c26c9cd0d89d",
      "md5": "900150983cd24fb0d6963f7d28e17f72", "crc32": "352441c2",
    ]
    for (name, sum) in known {
      let told = try await sides.host.run(
        "checksum",
        ["path": sides.at("a file"), "algorithm": .string(name)]
      )
      #expect(told["checksum"] == .string(sum) && told["algorithm"] == .string(name))
    }
    let missing = try await sides.host.failure("checksum", ["path": sides.at("missing")])
    #expect(missing.code == .notFound && missing.pointer?.description == "/path", "\(missing)")
    try sides.folder.write(FTPSides.bytes(100_000), to: "big")
    for (action, local) in [("put", "big"), ("get", "back")] {
      let result = try await sides.host.run(
        action,
        ["path": sides.at("big"), "local_path": sides.here(local), "verify": "checksum"]
      )
      #expect(result["transferred"] == 1 && result["files"].listValue?.first?["message"] == .null)
    }
    #expect(sides.server.log.contains("HASH") || sides.server.log.contains("XSHA"))
  }

  @Test("is asked for by commands as they are", arguments: FTPServerKind.mixed)
  func quote(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    let result = try await sides.host.run(
      "quote",
      ["commands": [.string("CWD \(sides.path)"), "MKD neu-größe", "PWD", "NOOP"]]
    )
    let replies = try #require(result["replies"].listValue)
    #expect(replies.map { $0["code"] } == [250, 257, 257, 200], "\(replies)")
    #expect(replies[2]["text"].stringValue?.contains(sides.path) ?? false)
    #expect(try sides.names() == ["neu-größe"])
    // The next call begins where the login does.
    let there = try await sides.host.run("exists", ["path": sides.at("neu-größe")])
    #expect(there["type"] == "directory")
    let error = try await sides.host.failure(
      "quote",
      ["commands": ["NOOP", "RMD missing-folder", "NOOP"]]
    )
    #expect(error.pointer?.description == "/commands/1", "\(error)")
    #expect(error.outputs["replies"]?.listValue?.count == 2)
    for command in ["RETR a", "stor a", "PASV", "QUIT", "", "*NOOP", "NOOP\r\nDELE x"] {
      let refused = try await sides.host.failure(
        "quote",
        ["commands": ["NOOP", .string(command)]]
      )
      #expect(refused.code == .invalidInput, "\(command): \(refused)")
      #expect(refused.pointer?.description == "/commands/1")
    }
  }
}
