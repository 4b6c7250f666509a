import Testing

@testable import FileKit

@Suite("Making one tree into another")
struct TransferPlanTests {
  private func steps(
    _ source: [String],
    _ target: [String],
    _ options: TransferOptions = TransferOptions(),
    unreadable: [String] = [],
    unreadableTarget: [String] = []
  ) -> [String] {
    var (source, target) = (SampleTree(source), SampleTree(target))
    source.unreadable = Set(unreadable.map(RemotePath.init))
    target.unreadable = Set(unreadableTarget.map(RemotePath.init))
    return SampleTree.steps(&source, &target, options)
  }

  private let sync = TransferOptions(deletesExtras: true)
  private let denied = "fail(FileKit.FileErrorCode.permissionDenied)"

  @Test("makes directories before what is in them")
  func create() {
    #expect(
      steps(["a/b/1", "a/2", "3"], []) == [
        "transfer 3", "createDirectory a", "transfer a/2", "createDirectory a/b", "transfer a/b/1",
      ]
    )
  }

  @Test("leaves what only the target has, and does not look into it")
  func keep() {
    var source = SampleTree(["b/1", "z"])
    var target = SampleTree(["a/x/y", "b/1", "c/x", "z", "zz"])
    let steps = SampleTree.steps(&source, &target, TransferOptions())
    #expect(steps == ["transfer b/1", "transfer z"])
    #expect(target.listings == 2)
  }

  @Test("removes what only the target has, directories last")
  func delete() {
    #expect(
      steps(["b"], ["a/x/1", "a/2", "b", "c"], sync) == [
        "deleteFile a/2", "deleteFile a/x/1", "deleteDirectory a/x", "deleteDirectory a",
        "transfer b", "deleteFile c",
      ]
    )
  }

  @Test("removes nothing in a directory that could not be listed")
  func unreadable() {
    let source = steps(["a/1", "b"], ["a/1", "a/2", "a/d/3", "c"], sync, unreadable: ["a"])
    #expect(source == ["\(denied) a", "transfer b", "deleteFile c"])
    let root = steps([], ["a/1", "c"], sync, unreadable: [""])
    #expect(root == ["\(denied) "])
  }

  @Test("brings nothing into a directory that could not be compared")
  func unreadableTarget() {
    let options = TransferOptions(conflicts: .skip)
    let found = steps(["a/1", "b"], ["a/1"], options, unreadableTarget: ["a"])
    #expect(found == ["\(denied) a", "transfer b"])
    let extra = steps(["b"], ["a/x/1", "b"], sync, unreadableTarget: ["a/x"])
    #expect(extra == ["\(denied) a/x", "transfer b"])
  }

  @Test("keeps what is of another kind, unless extras are removed")
  func kinds() {
    #expect(
      steps(["a/1", "b"], ["a", "b/x"]) == [
        "fail(FileKit.FileErrorCode.kindDiffers) a", "fail(FileKit.FileErrorCode.isDirectory) b",
      ]
    )
    #expect(
      steps(["a/1", "b"], ["a", "b/x"], sync) == [
        "deleteFile a", "createDirectory a", "transfer a/1", "deleteFile b/x", "deleteDirectory b",
        "transfer b",
      ]
    )
    let skipping = TransferOptions(conflicts: .skip, deletesExtras: true)
    #expect(steps(["a/1", "b"], ["a", "b/x"], skipping) == ["skip a", "skip b"])
  }

  @Test("never goes through a link in the target")
  func linkInTarget() {
    #expect(
      steps(["a/1"], ["a -> /etc"]) == ["fail(FileKit.FileErrorCode.kindDiffers) a"]
    )
  }

  @Test("copies links that stay in the tree")
  func links() {
    let options = TransferOptions(links: .copy)
    let source = ["a -> b", "c -> /etc/passwd", "d/e -> ../b", "d/f -> ../../x"]
    let refused = "fail(FileKit.FileErrorCode.nameRefused)"
    #expect(
      steps(source, ["a -> b", "d/e -> x"], options) == [
        "skip a", "\(refused) c", "createLink d/e", "\(refused) d/f",
      ]
    )
    #expect(steps(["a -> b"], []) == ["skip a"])
  }

  @Test("leaves what another run is still writing")
  func temporary() {
    let name = TemporaryName(for: "x".utf8, time: 1, random: 1)
    let path = "a/" + String(decoding: name.bytes, as: UTF8.self)
    #expect(steps([], [path, "a/b"], sync) == ["deleteFile a/b"])
  }

  @Test("removes no directories where only a part is looked at")
  func filtered() {
    let options = TransferOptions(deletesExtras: true, isFiltered: true)
    #expect(steps([], ["a/1", "b"], options) == ["deleteFile a/1", "deleteFile b"])
  }

  @Test("tells what it would do")
  func dryRun() {
    let source = FileEntry(path: RemotePath("a"), kind: .file, size: 10)
    func result(_ action: TransferStep.Action) -> FileResult {
      let path = source.path
      return TransferStep(action: action, path: path, source: source, target: nil, reason: "why")
        .result
    }
    #expect(result(.transfer).bytes == 10 && result(.resume(offset: 4)).bytes == 6)
    #expect(result(.fail(.notFound)).code == .notFound && result(.skip).message == "why")
  }
}
