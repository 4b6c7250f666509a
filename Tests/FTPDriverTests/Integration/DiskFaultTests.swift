import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("A server that has no room, or lets nobody write", .requiresLogins, .requiresFTPServers)
struct DiskFaultTests {
  private static func isPlainLogin(_ key: FTPServerKind.Key) -> Bool {
    key.mode == .off && key.kind != .pyftpdlib
  }

  /// The names in a folder as a server sees it.
  private func names(_ server: any FTPServerWithLogins, _ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: server.path(path))
  }

  @Test("says that its disk is full, and what was written is removed")
  func fullDisk() async throws {
    let servers: [any FTPServerWithLogins] = [try await VSFTPDServer(), try await ProFTPDServer()]
    for server in servers {
      let sides = try FTPSides(server)
      try sides.folder.write(FTPSides.bytes(3 << 20), to: "big")
      let disk = VSFTPDServer.smallDisk
      try await sides.host.run("put", ["path": .string(disk + "/small"), "content": "12"])
      for path in [disk + "/big", disk + "/small"] {
        let inputs: ValueMap = ["path": .string(path), "local_path": sides.here("big")]
        let error = try await sides.host.failure("put", inputs)
        // Where more was on its way than the server has read, its reply is lost.
        let states = ["disk_full", "failure", "connection_lost"]
        #expect(states.contains(error.vendorState ?? ""), "\(error)")
        #expect(error.message.contains("disk is full"), "\(error)")
        #expect(error.outputs["failed"] == 1 && error.status != nil, "\(error)")
      }
      try await eventually("nothing of it is left") { try names(server, disk) == ["small"] }
      let small = try await sides.host.run("get", ["path": .string(disk + "/small")])
      #expect(small["content"] == "12")
    }
  }

  @Test("says that a file may not be so large, and nothing is left")
  func quota() async throws {
    var options = ProFTPDServer.Options()
    options.maxFileBytes = 100_000
    try await withProFTPD(options) { server in
      let sides = try FTPSides(server)
      try sides.folder.write(FTPSides.bytes(1 << 20), to: "big")
      let inputs: ValueMap = ["path": sides.at("big"), "local_path": sides.here("big")]
      let error = try await sides.host.failure("put", inputs)
      let isTold = error.message.contains("size of files")
      #expect(isTold && error.outputs["failed"] == 1, "\(error)")
      #expect(try sides.names().isEmpty)
      #expect(
        try await sides.host.run("put", ["path": sides.at("a"), "content": "1"])["bytes"] == 1
      )
    }
  }

  /// pyftpdlib is not among them: it runs as this process does, who may write anywhere.
  @Test("says that a folder may not be written", arguments: FTPServerKind.all.filter(isPlainLogin))
  func forbidden(_ key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    try sides.write([1], to: "closed/file")
    #expect(chown(sides.there("closed"), 0, 0) == 0 && chmod(sides.there("closed"), 0o755) == 0)
    #expect(chown(sides.there("closed/file"), 0, 0) == 0)
    #expect(chmod(sides.there("closed/file"), 0o644) == 0)
    for (action, inputs): (String, ValueMap) in [
      ("put", ["path": sides.at("closed/new"), "content": "1"]),
      ("put", ["path": sides.at("closed/file"), "content": "1"]),
      ("append", ["path": sides.at("closed/file"), "content": "1"]),
      ("delete", ["path": sides.at("closed/file")]),
      ("mkdir", ["path": sides.at("closed/folder")]),
      ("rename", ["path": sides.at("closed/file"), "new_path": sides.at("closed/other")]),
    ] {
      let error = try await sides.host.failure(action, inputs)
      let states = ["permission_denied", "failure", "name_refused"]
      #expect(states.contains(error.vendorState ?? ""), "\(action): \(error)")
      #expect(!error.message.contains("may be left"), "\(action): \(error)")
    }
    #expect(try sides.names("closed") == ["file"] && sides.read("closed/file") == [1])
  }

  @Test("has a file that is larger than max_content, which is not kept here")
  func maximumContent() async throws {
    let sides = try FTPSides(try await FTPServerKind.vsftpd.shared(.off))
    try sides.write(FTPSides.bytes(100_000), to: "a")
    let error = try await sides.host.failure("get", ["path": sides.at("a"), "max_content": 99_999])
    #expect(error.code == .tooLarge && error.pointer?.description == "/max_content", "\(error)")
    let well = try await sides.host.run("get", ["path": sides.at("a"), "max_content": 100_000])
    #expect(well["bytes"] == 100_000)
    // A server that has more than it tells.
    let scripted = try ScriptedSides(
      [
        .on("SIZE", .reply("213 3")),
        .on(
          "RETR",
          .reply("150 Here"),
          .send(FTPSides.bytes(100_000)),
          .closeData,
          .reply("226 Done")
        ),
      ]
    )
    let more = try await scripted.host.failure("get", ["path": "/a", "max_content": 1000])
    #expect(more.code == .tooLarge && more.pointer?.description == "/max_content", "\(more)")
  }
}
