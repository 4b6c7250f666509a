import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Files that others have a hand in", .requiresLogins, .requires(.sshd))
struct SharedFileTests: FileMovingTests {
  let sides: FileSides

  init() async throws { sides = try FileSides(try await SSHServer.shared) }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: files.here(name),
      withDestinationPath: target
    )
  }

  @Test("are not removed through a link, however its path ends", arguments: ["/", "/.", "//", ""])
  func removeLink(ending: String) async throws {
    try files.folder("precious")
    try files.write([1], to: "precious/file")
    try link("link", to: "precious")
    let inputs: ValueMap = ["path": at("link" + ending), "recursive": true]
    #expect(try await host.run("remove", inputs, timeout: .seconds(30))["removed"] == 1)
    #expect(try files.names() == ["precious"] && files.read("precious/file") == [1])
  }

  @Test("that cannot be replaced leave no other file, and the error comes at once")
  func sticky() async throws {
    try files.folder("sticky")
    try files.write([1], to: "sticky/file")
    for name in ["sticky/file", "sticky"] { #expect(chown(files.here(name), 0, 0) == 0) }
    #expect(chmod(files.here("sticky"), 0o1777) == 0)
    let start = ContinuousClock.now
    let inputs: ValueMap = ["content": "new", "path": at("sticky/file")]
    let error = try await host.failure("put", inputs, timeout: .seconds(30))
    #expect(!error.message.contains("may be left"), "\(error)")
    #expect(ContinuousClock.now - start < .seconds(3))
    #expect(try files.names("sticky") == ["file"] && files.read("sticky/file") == [1])
    try await eventually("handles closed") { try files.openFiles() == 0 }
  }

  @Test("take no mode from a link that they replace")
  func linkMode() async throws {
    try files.write([1], to: "target")
    try link("link", to: "target")
    let inputs: ValueMap = ["content": "new", "path": at("link")]
    try await host.run("put", inputs, timeout: .seconds(30))
    #expect(try files.read("link") == Array("new".utf8) && files.read("target") == [1])
    #expect(try files.mode("link") & 0o022 == 0)
  }

  @Test("are refused where they are pipes, and nobody else waits for them")
  func pipe() async throws {
    #expect(mkfifo(files.here("pipe"), 0o666) == 0)
    #expect(chmod(files.here("pipe"), 0o666) == 0)
    for inputs: ValueMap in [
      ["path": at("pipe")], ["path": at("pipe"), "local_path": here("pipe")],
    ] {
      let error = try await host.failure("get", inputs, timeout: .seconds(30))
      #expect(error.vendorState == "kind_differs", "\(error)")
    }
    #expect(try await host.run("stat", ["path": at("")])["type"] == "directory")
  }

  @Test("go on where their mode lets nobody write, and get it again at the end")
  func readOnly() async throws {
    try files.write(Array("whole file".utf8), to: "file", mode: 0o444)
    let inputs: ValueMap = ["path": at("file"), "local_path": here("file"), "conflict": "resume"]
    try await host.run("get", inputs, timeout: .seconds(30))
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("file"))
    #expect(attributes[.posixPermissions] as? Int == 0o444)
    #expect(try folder.text("file") == "whole file")
  }

  @Test("are replaced by what comes now, also where they are of the future")
  func future() async throws {
    try files.write([1], to: "file")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: 100_000)],
      ofItemAtPath: files.here("file")
    )
    let inputs: ValueMap = ["content": "new", "path": at("file"), "conflict": "newer"]
    #expect(try await host.run("put", inputs, timeout: .seconds(30))["transferred"] == 1)
    #expect(try files.read("file") == Array("new".utf8))
  }

  @Test("of a directory that cannot be made are left out, and the rest comes")
  func leftOut() async throws {
    for name in ["tree", "tree/bad", "tree/good"] { try files.folder(name) }
    for name in ["tree/bad/1", "tree/bad/2", "tree/good/1"] { try files.write([1], to: name) }
    try folder.write([7], to: "tree/other")
    try files.folder("target")
    try files.folder("target/tree")
    // A link that leads nowhere: nothing is there, and nothing can be made.
    try folder.write([1], to: "source/bad/1")
    try folder.write([1], to: "source/good/1")
    try link("target/tree/bad", to: "nowhere/at/all")
    let inputs: ValueMap = [
      "local_path": here("source"), "path": at("target/tree"), "recursive": true,
    ]
    let error = try await host.failure("put", inputs, timeout: .seconds(30))
    #expect(error.outputs["failed"] == 1 && error.outputs["transferred"] == 1, "\(error.outputs)")
    #expect(try files.read("target/tree/good/1") == [1])
  }

  @Test("that cannot be made in /proc are an error, and not the end")
  func proc() async throws {
    try files.write([1], to: "file")
    let inputs: ValueMap = [
      "path": at("file"), "local_path": "/proc/none/such/file", "parents": true,
    ]
    let error = try await host.failure("get", inputs, timeout: .seconds(30))
    #expect(error.vendorState == "not_found", "\(error)")
  }

  @Test("that are too large to be handed over are in the results")
  func handedOver() async throws {
    let inputs: ValueMap = ["path": "/proc/self/limits", "max_content": 10]
    let error = try await host.failure("get", inputs, timeout: .seconds(30))
    #expect(error.code == .tooLarge && error.outputs["failed"] == 1, "\(error)")
  }
}
