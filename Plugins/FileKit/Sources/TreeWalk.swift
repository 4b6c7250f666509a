/// Walks through a tree of files, listing by listing, in the order of ``RemotePath``.
///
/// It asks for a listing only when it comes to the directory, so that it keeps no more than one of each directory
/// between the root and where it is. It does no input or output: who drives it lists what it asks for.
package struct TreeWalk: Sendable {
  /// What comes next.
  package enum Next: Sendable, Hashable {
    /// The listing of a directory is needed; ``TreeWalk/give(_:refused:identity:)`` takes it.
    case list(RemotePath)
    case item(TreeItem)
    case end
  }

  /// A directory that it is in.
  private struct Level: Sendable {
    let path: RemotePath
    /// What is left of it, the next one last.
    var rest: [TreeItem]
    /// Its entry, as long as nothing in it was found.
    var held: TreeItem?
    let identity: RemotePath?
  }

  private let pattern: GlobPattern?
  private let depthLimit: Int
  private var levels: [Level] = []
  /// The directory that is to be listed next, with its entry where that is held back.
  private var pending: (path: RemotePath, held: TreeItem?)? = (RemotePath(""), nil)
  private var ready: [TreeItem] = []
  private var last: RemotePath?

  /// A walk.
  ///
  /// - Parameters:
  ///   - pattern: Which paths are meant, from the root of the tree; nil: all. Of directories that are not meant, those
  ///     are shown in which something is, just before it.
  ///   - depthLimit: How many directories may be in each other: links may make a tree endless.
  package init(pattern: GlobPattern? = nil, depthLimit: Int = 256) {
    self.pattern = pattern
    self.depthLimit = depthLimit
  }

  /// What comes next; the same listing is asked for until it is there.
  package mutating func next() -> Next {
    while true {
      if let item = ready.popLast() {
        last = item.path
        return .item(item)
      }
      if let pending { return .list(pending.path) }
      guard let level = levels.indices.last else { return .end }
      guard let item = levels[level].rest.popLast() else {
        levels.removeLast()
        continue
      }
      take(item)
    }
  }

  private mutating func take(_ item: TreeItem) {
    guard case .entry(let entry) = item.content else {
      show(item)
      return
    }
    let isMeant = pattern?.matches(item.path) ?? true
    if entry.kind == .directory && pattern?.mayMatch(below: item.path) ?? true {
      pending = (item.path, isMeant ? nil : item)
    }
    if isMeant { show(item) }
  }

  /// Shows an item, behind the directories it is in.
  ///
  /// - Parameters:
  ///   - item: The item.
  ///   - held: The entry of the directory itself, where it was held back and is not yet one of the levels.
  private mutating func show(_ item: TreeItem, behind held: TreeItem? = nil) {
    ready.append(item)
    if let held { ready.append(held) }
    for level in levels.indices.reversed() {
      guard let held = levels[level].held else { continue }
      ready.append(held)
      levels[level].held = nil
    }
  }

  /// Gives the listing that was asked for.
  ///
  /// - Parameters:
  ///   - entries: What is in the directory, in any order.
  ///   - refused: What the server named without being a name; `.` and `..` do not belong here.
  ///   - identity: What the directory's path is without links, where they are followed: a directory that is in itself
  ///     is not looked into again.
  package mutating func give(
    _ entries: [FileEntry],
    refused: [PathFault] = [],
    identity: RemotePath? = nil
  ) {
    guard let (path, held) = pending else { return }
    if let identity, levels.contains(where: { $0.identity == identity }) {
      giveFailure(.failure, message: "it is in itself, by a link")
      return
    }
    if levels.count >= depthLimit {
      giveFailure(.failure, message: "more than \(depthLimit) directories are in each other")
      return
    }
    pending = nil
    var items: [TreeItem] = []
    var refused = refused
    items.reserveCapacity(entries.count)
    for entry in entries {
      do throws(PathFault) {
        let path = try path.appending(name: entry.path.name)
        items.append(TreeItem(path: path, content: .entry(entry)))
      } catch {
        refused.append(error)
      }
    }
    items.sort { $0.path > $1.path }
    // A directory that is changed while it is listed may show a name twice.
    var rest: [TreeItem] = []
    rest.reserveCapacity(items.count + refused.count)
    for item in items where rest.last?.path != item.path { rest.append(item) }
    rest += refused.map { TreeItem(path: path, content: .refused($0)) }
    levels.append(Level(path: path, rest: rest, held: held, identity: identity))
  }

  /// Tells that there is no listing of what was asked for.
  ///
  /// - Parameters:
  ///   - code: What went wrong.
  ///   - message: Why, for people.
  package mutating func giveFailure(_ code: FileErrorCode, message: String) {
    guard let (path, held) = pending else { return }
    pending = nil
    show(TreeItem(path: path, content: .unreadable(code, message: message)), behind: held)
  }

  /// Leaves out what is in the directory that was the last item.
  package mutating func prune() {
    guard let last else { return }
    if let pending, pending.path.isAtOrBelow(last) { self.pending = nil }
    ready.removeAll { $0.path.isAtOrBelow(last) }
    while let level = levels.last, level.path.isAtOrBelow(last) { levels.removeLast() }
  }
}
