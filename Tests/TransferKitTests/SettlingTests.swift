import DriverKit
import FileKit
import LoopKit
import TestSupport
import Testing

@testable import DriverHost
@testable import TransferKit

@Suite("Files that may still be written")
struct SettlingTests {
  /// A tree with a file of each age in seconds, and what happens to it while it is waited for.
  private struct Transfer: KitScript {
    var ages: [String: Int64?] = [:]
    var one: String?
    var minimumAge = 0.0
    var stableFor = 0.0
    var changes: @Sendable (MemoryTree) -> Void = { _ in }
    let left = Locked<[String]>([])
    let results = Locked<[String]>([])

    func run(_ call: Call, _ place: KitPlace) async throws(DriverError) {
      let (from, to) = (MemoryTree([]), MemoryTree([]))
      let now = LocalFiles.time()
      for (name, age) in ages { from.put(RemotePath(name), .file, modified: age.map { now - $0 }) }
      var inputs = TransferInputs()
      (inputs.isRecursive, inputs.parallel) = (true, 2)
      (inputs.minimumAge, inputs.stableFor) = (minimumAge, stableFor)
      let mover = MemoryMover(files: place, inputs: inputs, from: from, to: to)
      let report = FileReport(call, 0, place)
      from.changes = changes
      defer { left.with { $0 = to.texts } }
      try await report.sum { () async throws(DriverError) in
        if let one, let entry = from.entries[RemotePath(one)] {
          _ = try await mover.moveOne(entry, entry.path, report, "/path")
        } else {
          try await TreeTransfer(mover, report, from: RemotePath(""), to: RemotePath("")).run("")
        }
      }
      try call.output("looks", .int(Int64(from.looks)))
    }
  }

  private func messages(_ outcome: CallOutcome) -> String { "\(outcome.outputs["files"] ?? .null)" }

  @Test(
    "are left where they are younger than asked for, and the result says why",
    arguments: [true, false]
  )
  func young(isTree: Bool) async throws {
    var transfer = Transfer(ages: ["new": 5, "old": 5000], minimumAge: 60)
    if !isTree { transfer.one = "new" }
    let outcome = try await KitCall.run(transfer)
    #expect(outcome.error == nil && outcome.outputs["skipped"] == 1)
    #expect(messages(outcome).contains("s ago: it may still be written"))
    #expect(transfer.left.with { $0 } == (isTree ? ["old"] : []))
  }

  @Test("are left where their age is not known, or is that of another clock")
  func unknown() async throws {
    let transfer = Transfer(ages: ["unknown": nil, "ahead": -1000, "old": 61], minimumAge: 60)
    let outcome = try await KitCall.run(transfer)
    #expect(outcome.error == nil && outcome.outputs["skipped"] == 2)
    #expect(transfer.left.with { $0 } == ["old"])
    // Nobody asked.
    let all = Transfer(ages: ["unknown": nil, "ahead": -1000])
    #expect(try await KitCall.run(all).outputs["looks"] == 0)
    #expect(all.left.with { $0 } == ["ahead", "unknown"])
  }

  @Test("are left where they change while they are looked at, all of them at once")
  func changing() async throws {
    let names = (0..<40).map { "file\($0)" }
    var transfer = Transfer(stableFor: 0.05)
    transfer.ages = Dictionary(
      uniqueKeysWithValues: (names + ["grows", "later", "gone"]).map { ($0, 100) }
    )
    transfer.changes = { tree in
      let now = LocalFiles.time()
      tree.put(RemotePath("grows"), .file, size: 2, modified: tree.time("grows"))
      tree.put(RemotePath("later"), .file, modified: now)
      tree.lose(RemotePath("gone"))
    }
    let outcome = try await KitCall.run(transfer)
    #expect(outcome.error == nil && outcome.outputs["skipped"] == 3)
    #expect(outcome.outputs["looks"] == 43)
    #expect(transfer.left.with { $0 } == names.sorted())
  }

  @Test("are also looked at again where there is one only")
  func one() async throws {
    let changed = Transfer(ages: ["a": 100], one: "a", stableFor: 0.05) {
      $0.put(RemotePath("a"), .file, size: 3, modified: $0.time("a"))
    }
    #expect(try await KitCall.run(changed).outputs["skipped"] == 1)
    #expect(changed.left.with { $0 } == [])
    let same = Transfer(ages: ["a": 100], one: "a", stableFor: 0.05)
    #expect(try await KitCall.run(same).outputs["transferred"] == 1)
    #expect(same.left.with { $0 } == ["a"])
  }

  @Test("are of the least age that a coarse time allows")
  func ages() {
    #expect(FileTime(seconds: 100).age(at: 160) == 60)
    #expect(FileTime(seconds: 60, exactness: .minute).age(at: 160) == 41)
    #expect(FileTime(seconds: .max, exactness: .day).age(at: 0) < 0)
    #expect(FileTime(seconds: .min).age(at: 100) == .max)
  }
}
