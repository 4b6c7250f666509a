import Testing

@testable import FileKit

@Suite("Files that are there already")
struct ConflictPolicyTests {
  private func file(
    _ size: Int64?,
    _ time: Int64?,
    _ exactness: FileTime.Exactness = .second,
    kind: FileEntry.Kind = .file
  ) -> FileEntry {
    let modified = time.map { FileTime(seconds: $0, exactness: exactness) }
    return FileEntry(path: RemotePath("f"), kind: kind, size: size, modified: modified)
  }

  @Test("are no matter where there are none", arguments: ConflictPolicy.allCases)
  func missing(policy: ConflictPolicy) {
    #expect(policy.decide(source: file(1, 1), target: nil).action == .transfer)
  }

  @Test("are treated as the policy says")
  func policies() {
    func action(_ policy: ConflictPolicy) -> ConflictDecision.Action {
      policy.decide(source: file(10, 100), target: file(5, 200)).action
    }
    #expect(action(.overwrite) == .transfer)
    #expect(action(.skip) == .skip)
    #expect(action(.rename) == .transferRenamed)
    #expect(action(.error) == .refuse(.alreadyExists))
    #expect(action(.newer) == .skip)
    #expect(action(.resume) == .resume(offset: 5))
  }

  @Test("are replaced by newer ones, as far as the times tell")
  func newer() {
    func action(_ source: FileEntry, _ target: FileEntry) -> ConflictDecision.Action {
      ConflictPolicy.newer.decide(source: source, target: target).action
    }
    #expect(action(file(1, 200), file(1, 100)) == .transfer)
    #expect(action(file(1, 100), file(1, 100)) == .skip)
    #expect(action(file(2, 100), file(1, 100)) == .transfer)
    // Within the minute that a listing tells, nothing is newer.
    #expect(action(file(1, 119), file(1, 60, .minute)) == .skip)
    #expect(action(file(1, 120), file(1, 60, .minute)) == .transfer)
    #expect(action(file(1, nil), file(1, 60)) == .refuse(.failure))
  }

  @Test("are gone on with only where they are the beginning")
  func resume() {
    func action(_ source: FileEntry, _ target: FileEntry) -> ConflictDecision.Action {
      ConflictPolicy.resume.decide(source: source, target: target).action
    }
    #expect(action(file(10, 100), file(10, 200)) == .skip)
    #expect(action(file(10, 100), file(11, 200)) == .refuse(.alreadyExists))
    #expect(action(file(10, 300), file(5, 200)) == .transfer)
    #expect(action(file(10, 100), file(0, 200)) == .transfer)
    #expect(action(file(nil, 100), file(5, 200)) == .transfer)
  }

  @Test("are never directories or devices", arguments: [ConflictPolicy.overwrite, .newer, .resume])
  func kinds(policy: ConflictPolicy) {
    let source = file(1, 200)
    let directory = policy.decide(source: source, target: file(nil, 1, kind: .directory))
    #expect(directory.action == .refuse(.isDirectory))
    let device = policy.decide(source: source, target: file(nil, 1, kind: .other))
    #expect(device.action == .refuse(.kindDiffers))
  }

  @Test("have times that are compared without a trap", arguments: [Int64.min, .max, -1, 0])
  func times(seconds: Int64) {
    for exactness in [FileTime.Exactness.nanosecond, .second, .minute, .day] {
      let time = FileTime(seconds: seconds, nanoseconds: -1, exactness: exactness)
      #expect(time.order(to: time) == .same)
    }
    let before = FileTime(seconds: -1, exactness: .minute)
    #expect(before.order(to: FileTime(seconds: 0, exactness: .minute)) == .earlier)
  }

  @Test(
    "give others a number",
    arguments: [
      ("report.csv", 1, "report-1.csv"), (".bashrc", 2, ".bashrc-2"), ("a", 10, "a-10"),
      ("a.tar.gz", 1, "a.tar-1.gz"), ("", 1, "-1"), ("a.", 1, "a-1."),
    ]
  )
  func numbers(name: String, number: Int, expected: String) {
    #expect(NumberedName.name(name.utf8, number: number) == Array(expected.utf8))
  }

  @Test("give long names a number too")
  func longNames() {
    let name = NumberedName.name(Array(String(repeating: "ä", count: 127).utf8), number: .min)
    #expect(name.count <= 255 && String(validating: name, as: UTF8.self) != nil)
  }
}
