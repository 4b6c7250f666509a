import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Transfers that do not come to their end at once", .requiresLogins, .requires(.sshd))
struct UnfinishedTransferTests: FileMovingTests {
  let sides: FileSides

  init() async throws { sides = try FileSides(try await SSHServer.shared) }

  @Test("go on where they were, in both directions")
  func resume() async throws {
    let content = bytes(2_000_000)
    try folder.write(content, to: "whole")
    try files.write(Array(content.prefix(700_001)), to: "part")
    let put = try await host.run(
      "put",
      [
        "local_path": here("whole"), "path": at("part"), "conflict": "resume",
      ]
    )
    #expect(put["transferred"] == 1 || put["resumed"] == 1)
    #expect(try files.read("part") == content)
    try folder.write(Array(content.prefix(900_000)), to: "half")
    let get = try await host.run(
      "get",
      ["path": at("part"), "local_path": here("half"), "conflict": "resume"]
    )
    #expect(get["resumed"] == 1 && get["bytes"] == 1_100_000)
    #expect(try folder.read("half") == content)
  }

  @Test("that are cancelled leave nothing: no file, no temporary one, no handle")
  func cancelled() async throws {
    try sparse(folder.file("big"), 4 << 30)
    try await cancel("put", ["local_path": here("big"), "path": at("big")]) {
      try files.names().count == 1
    }
    #expect(try files.names().isEmpty)
    try await eventually("handles closed") { try files.openFiles() == 0 }
    try sparse(files.here("source"), 4 << 30)
    chmod(files.here("source"), 0o644)
    try await cancel("get", ["path": at("source"), "local_path": here("target")])
    #expect(try folder.names() == ["big"])
    try await eventually("handles closed") { try files.openFiles() == 0 }
    #expect(try await host.run("stat", ["path": at("source")])["size"] == .int(4 << 30))
  }

  @Test("to a full disk say so, and leave it as it was")
  func fullDisk() async throws {
    try folder.write(bytes(3 << 20), to: "big")
    let path = SSHServer.smallDisk + "/big-\(UInt32.random(in: 0 ... .max))"
    let error = try await host.failure("put", ["local_path": here("big"), "path": .string(path)])
    #expect(error.message.contains("disk is full"))
    #expect(error.outputs["files"]?.listValue?.first?["code"] == "disk_full")
    let names = try FileManager.default.contentsOfDirectory(
      atPath: server.path(SSHServer.smallDisk)
    )
    #expect(!names.contains { $0.contains("big-") })
  }

  @Test("keep what could be transferred where some files could not")
  func partly() async throws {
    try files.folder("tree")
    for name in ["a", "b", "c"] { try files.write([1], to: "tree/" + name) }
    chown(files.here("tree/b"), 0, 0)
    chmod(files.here("tree/b"), 0o600)
    let error = try await host.failure(
      "get",
      ["path": at("tree"), "local_path": here("tree"), "recursive": true]
    )
    #expect(error.code == .forbidden && error.message.contains("1 of 3 files failed"))
    #expect(error.outputs["transferred"] == 2 && error.outputs["failed"] == 1)
    #expect(try folder.read("tree/a") == [1] && folder.read("tree/c") == [1])
    let denied = try await host.failure(
      "put",
      ["content": "x", "path": "/etc/not-for-you"]
    )
    #expect(denied.code == .forbidden)
    try noTemporaries()
  }
}
