import DriverHost
import Foundation
import TestSupport
import Testing

/// Servers that take data connections only with the TLS session of their control connection.
///
/// libcurl alone fails here with TLS 1.3, for up to all of the files (curl issue 4654).
@Suite(
  "TLS sessions of an FTP server",
  .requiresFTPServers,
  .requiresLogins,
  .showingServerLogs
)
struct SessionReuseTests {
  private static let kinds = [FTPServerKind.vsftpd, .proftpd]

  @Test("are gone on with by 60 files each way", arguments: kinds, [false, true])
  func many(kind: FTPServerKind, hasTLS13: Bool) async throws {
    var encryption = FTPEncryption.explicit
    encryption.allowsTLS13 = hasTLS13
    let server = try await kind.start(encryption)
    defer { server.stop() }
    let sides = try FTPSides(server)
    for number in 0..<60 { try sides.folder.write("\(number)", to: "tree/\(number)") }
    var inputs: ValueMap = [
      "path": sides.at("tree"), "local_path": sides.here("tree"), "recursive": true, "parallel": 8,
    ]
    let put = try await sides.host.run("put", inputs)
    #expect(put["transferred"] == 60 && put["failed"] == 0)
    inputs["local_path"] = sides.here("back")
    let get = try await sides.host.run("get", inputs)
    #expect(get["transferred"] == 60 && get["failed"] == 0)
    for number in 0..<60 {
      #expect(try sides.folder.text("back/\(number)") == "\(number)")
      #expect(try sides.read("tree/\(number)") == Array("\(number)".utf8))
    }
  }

  @Test("are gone on with by 60 calls at once", arguments: kinds, [false, true])
  func calls(kind: FTPServerKind, hasTLS13: Bool) async throws {
    var encryption = FTPEncryption.explicit
    encryption.allowsTLS13 = hasTLS13
    let server = try await kind.start(encryption)
    defer { server.stop() }
    let sides = try FTPSides(server)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<60 {
        group.addTask {
          let text = Value.string("\(number)")
          try await sides.host.run("put", ["path": sides.at("\(number)"), "content": text])
          let got = try await sides.host.run("get", ["path": sides.at("\(number)")])
          #expect(got["content"] == text)
        }
      }
      try await group.waitForAll()
    }
    #expect(try sides.names().count == 60)
  }

  @Test("are missed where they are not gone on with, which the error says", arguments: kinds)
  func missed(kind: FTPServerKind) async throws {
    let server = try await kind.shared(.explicit)
    let tls = try FTPHost.tls(server, ["session_reuse": false])
    let sides = try FTPSides(server, ["tls": .map(tls)])
    try sides.write("x", to: "file")
    let actions: [(String, ValueMap)] = [
      ("list", ["path": sides.at()]), ("get", ["path": sides.at("file")]),
      ("put", ["path": sides.at("new"), "content": "x"]),
      (
        "put",
        ["path": sides.at("new"), "content": .string(String(repeating: "x", count: 1 << 20))]
      ),
    ]
    for (action, inputs) in actions {
      let error = try await sides.host.failure(action, inputs)
      #expect(error.message.contains("session"), "\(action): \(error)")
      #expect(error.code != .tls || error.pointer != nil, "\(action): \(error)")
    }
    let names = try sides.names()
    #expect(names == ["file"])
  }
}
