@testable import FileKit

/// A tree of files in memory, to be walked through.
struct SampleTree {
  /// The entries by their paths.
  private var entries: [RemotePath: FileEntry] = [:]
  /// The directories that cannot be listed.
  var unreadable: Set<RemotePath> = []
  /// How many listings were made.
  private(set) var listings = 0

  /// A tree.
  ///
  /// - Parameter paths: Files, with a `/` at the end directories, or `link -> target`; the directories that they are in
  ///   are added.
  init(_ paths: [String]) {
    for text in paths {
      let parts = text.split(separator: " -> ").map { RemotePath(String($0)) }
      guard let first = parts.first else { continue }
      let plain: FileEntry.Kind = text.hasSuffix("/") ? .directory : .file
      let kind = parts.count > 1 ? .symlink : plain
      let path = first.tidied
      entries[path] = FileEntry(path: path, kind: kind, size: kind == .file ? 1 : nil)
      if parts.count > 1 { entries[path]?.linkTarget = parts[1] }
      var above = path.parent
      while let directory = above, !directory.isBase {
        entries[directory] = FileEntry(path: directory, kind: .directory)
        above = directory.parent
      }
    }
  }

  /// The next item of a walk through it.
  mutating func next(_ walk: inout TreeWalk) -> TreeItem? {
    while true {
      switch walk.next() {
      case .end: return nil
      case .item(let item): return item
      case .list(let path):
        listings += 1
        if unreadable.contains(path) {
          walk.giveFailure(.permissionDenied, message: "no")
        } else {
          walk.give(entries.values.filter { $0.path.parent == path }.shuffled())
        }
      }
    }
  }

  /// All of a walk, as texts.
  mutating func walk(_ pattern: String? = nil) throws -> [String] {
    var walk = TreeWalk(pattern: try pattern.map { try GlobPattern($0.utf8) })
    var texts: [String] = []
    while let item = next(&walk) {
      switch item.content {
      case .entry(let entry): texts.append(item.path.text + (entry.kind == .directory ? "/" : ""))
      case .unreadable: texts.append("\(item.path.text)!")
      case .refused: texts.append("\(item.path.text)?")
      }
    }
    return texts
  }

  /// All steps of a plan, as texts.
  static func steps(
    _ source: inout SampleTree,
    _ target: inout SampleTree,
    _ options: TransferOptions
  ) -> [String] {
    var plan = TransferPlan(options)
    var (sourceWalk, targetWalk) = (TreeWalk(), TreeWalk())
    var steps: [String] = []
    while true {
      switch plan.next() {
      case .needsSource: plan.giveSource(source.next(&sourceWalk))
      case .needsTarget: plan.giveTarget(target.next(&targetWalk))
      case .pruneSource: sourceWalk.prune()
      case .pruneTarget: targetWalk.prune()
      case .end: return steps
      case .step(let step): steps.append("\(step.action) \(step.path.text)")
      }
    }
  }
}
