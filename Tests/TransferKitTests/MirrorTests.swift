import DriverKit
import FileKit
import Foundation
import TestSupport
import Testing
import TransferKit

@testable import DriverHost

@Suite("Mirroring a tree")
struct MirrorTests {
  /// A transfer in memory.
  private struct Mirror: KitScript {
    var source: [String] = []
    var target: [String] = []
    var unreadable: [String] = []
    var fixed: [String] = []
    var pattern: String?
    var isDryRun = false
    let left = Locked<[String]>([])

    func run(_ call: Call, _ place: KitPlace) async throws(DriverError) {
      var inputs = TransferInputs()
      (inputs.isRecursive, inputs.deletesExtras, inputs.parallel) = (true, true, 4)
      inputs.isDryRun = isDryRun
      inputs.pattern = pattern.flatMap { try? GlobPattern($0.utf8) }
      let mover = MemoryMover(
        files: place,
        inputs: inputs,
        from: MemoryTree(source),
        to: MemoryTree(target)
      )
      mover.from.unreadable = Set(unreadable.map { RemotePath($0) })
      mover.to.fixed = Set(fixed.map { RemotePath($0) })
      let report = FileReport(call, 0, place, tellsDeleted: true)
      defer { left.with { $0 = mover.to.texts } }
      let tree = TreeTransfer(mover, report, from: RemotePath(""), to: RemotePath(""))
      try await report.sum { () async throws(DriverError) in try await tree.run("/path") }
    }
  }

  @Test("removes what the source has not, and counts it")
  func removes() async throws {
    let mirror = Mirror(
      source: ["a/1", "n/1"],
      target: ["a/1", "a/2", "b/c/3", "l -> /etc", "e/"]
    )
    let outcome = try await KitCall.run(mirror)
    #expect(outcome.error == nil)
    #expect(mirror.left.with { $0 } == ["a/", "a/1", "n/", "n/1"])
    #expect(outcome.outputs["deleted"] == 6)
  }

  @Test("removes nothing below a directory of the source that cannot be listed")
  func unreadable() async throws {
    let mirror = Mirror(
      source: ["a/1", "b/1"],
      target: ["a/1", "a/2", "a/d/3", "b/2"],
      unreadable: ["a"]
    )
    let outcome = try await KitCall.run(mirror)
    #expect(outcome.error != nil && outcome.outputs["failed"] == 1)
    #expect(mirror.left.with { $0 } == ["a/", "a/1", "a/2", "a/d/", "a/d/3", "b/", "b/1"])
    let root = Mirror(source: [], target: ["a/1"], unreadable: [""])
    #expect(try await KitCall.run(root).error != nil)
    #expect(root.left.with { $0 } == ["a/", "a/1"])
  }

  @Test("removes with a pattern what it names, and no directories")
  func pattern() async throws {
    let mirror = Mirror(
      source: ["a/1.x", "a/2.y"],
      target: ["a/0.x", "a/3.y", "b/1.x", "c/"],
      pattern: "**/*.x"
    )
    let outcome = try await KitCall.run(mirror)
    #expect(outcome.error == nil && outcome.outputs["deleted"] == 2)
    #expect(mirror.left.with { $0 } == ["a/", "a/1.x", "a/3.y", "b/", "c/"])
  }

  @Test("puts a file in place of a directory, and a directory in place of a file")
  func kinds() async throws {
    let mirror = Mirror(source: ["a", "b/1"], target: ["a/x/1", "a/2", "b"])
    let outcome = try await KitCall.run(mirror)
    #expect(outcome.error == nil && outcome.outputs["deleted"] == 5)
    #expect(mirror.left.with { $0 } == ["a", "b/", "b/1"])
  }

  @Test("goes on where something cannot be removed, and transfers nothing into its place")
  func fixed() async throws {
    let mirror = Mirror(source: ["a", "b"], target: ["a/x/1", "c"], fixed: ["a/x/1"])
    let outcome = try await KitCall.run(mirror)
    // The file, both directories, and what was to come.
    #expect(outcome.outputs["failed"] == 4 && outcome.outputs["deleted"] == 1)
    #expect(outcome.outputs["transferred"] == 1 && outcome.error?.message.contains("a/x/1") == true)
    #expect(mirror.left.with { $0 } == ["a/", "a/x/", "a/x/1", "b"])
  }

  @Test("tells in a dry run what it would remove")
  func dryRun() async throws {
    let mirror = Mirror(source: ["a"], target: ["a", "b/1"], isDryRun: true)
    let outcome = try await KitCall.run(mirror)
    #expect(outcome.error == nil && outcome.outputs["deleted"] == 2)
    #expect(mirror.left.with { $0 } == ["a", "b/", "b/1"])
  }

  /// A transfer into a folder of this machine.
  private struct LocalMirror: KitScript {
    let source: [String]
    let target: String

    func run(_ call: Call, _ place: KitPlace) async throws(DriverError) {
      var inputs = TransferInputs()
      (inputs.isRecursive, inputs.deletesExtras) = (true, true)
      let mover = MemoryGetter(files: place, inputs: inputs, from: MemoryTree(source))
      let report = FileReport(call, 0, place, tellsDeleted: true)
      let tree = TreeTransfer(mover, report, from: RemotePath(""), to: RemotePath(target))
      try await report.sum { () async throws(DriverError) in try await tree.run("/path") }
    }
  }

  @Test("removes links of this machine, and not what they lead to")
  func local() async throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    try other.write("keep", to: "precious")
    try folder.write("old", to: "a/old")
    try folder.write("old", to: "b/c/old")
    for link in ["a/link", "link"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(link),
        withDestinationPath: other.path
      )
    }
    let outcome = try await KitCall.run(LocalMirror(source: ["a/1"], target: folder.path))
    #expect(outcome.error == nil && outcome.outputs["deleted"] == 6)
    #expect(try folder.names() == ["a"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("a")) == ["1"])
    #expect(try other.text("precious") == "keep")
  }

  @Test("removes nothing behind a link that has taken the place of a directory")
  func exchanged() throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    try other.write("keep", to: "precious")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("a"),
      withDestinationPath: other.path
    )
    let root = RemotePath(folder.path)
    #expect(throws: DriverError.self) {
      try LocalFiles.remove(RemotePath("a/precious"), in: root, isDirectory: false)
    }
    #expect(throws: DriverError.self) {
      try LocalFiles.remove(RemotePath(""), in: root, isDirectory: true)
    }
    #expect(try other.text("precious") == "keep")
  }
}
