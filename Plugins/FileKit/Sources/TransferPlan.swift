/// What is to be done to make one tree of files into another: for get, put and sync, and for their dry runs.
///
/// It takes both trees item by item, in the order of ``TreeWalk``, and keeps no more than the directories that are to
/// be removed and are in each other. Directories are made before what is in them, and removed after it. What could not
/// be listed in the source is never taken for missing.
///
/// It does no input or output. Who carries it out must not write through links that appear meanwhile.
package struct TransferPlan: Sendable {
  /// What comes next.
  package enum Next: Sendable, Hashable {
    /// The next item of the source is needed: ``TransferPlan/giveSource(_:)``.
    case needsSource
    /// The next item of the target is needed: ``TransferPlan/giveTarget(_:)``.
    case needsTarget
    /// Nobody needs what is in the directory that was given last.
    case pruneSource
    case pruneTarget
    case step(TransferStep)
    case end
  }

  /// Where a tree is read.
  enum Head: Sendable {
    case missing
    case item(TreeItem)
    case ended

    var item: TreeItem? { if case .item(let item) = self { item } else { nil } }
    var isMissing: Bool { if case .missing = self { true } else { false } }
  }

  let options: TransferOptions
  var source: Head = .missing
  var target: Head = .missing
  /// What comes next, the first one last.
  var ready: [Next] = []
  /// The directories that are removed when all that is in them is, each in the one before.
  var doomed: [TreeItem] = []
  /// The directory of the source of which nothing more is done.
  var ignoredSource: RemotePath?
  /// The directory of the target of which nothing is removed.
  var ignoredTarget: RemotePath?

  /// A plan.
  ///
  /// - Parameter options: How it is done.
  package init(_ options: TransferOptions) { self.options = options }

  /// Gives the next item of the source.
  ///
  /// - Parameter item: The item; nil: there are no more.
  package mutating func giveSource(_ item: TreeItem?) {
    guard source.isMissing else { return }
    source = head(item)
  }

  /// Gives the next item of the target.
  ///
  /// - Parameter item: The item; nil: there are no more, or nothing is to be compared.
  package mutating func giveTarget(_ item: TreeItem?) {
    guard target.isMissing else { return }
    target = head(item)
  }

  /// Names that lead elsewhere have no place in the order.
  private mutating func head(_ item: TreeItem?) -> Head {
    guard let item else { return .ended }
    guard case .refused(let fault) = item.content else { return .item(item) }
    add(.fail(.nameRefused), item.path, reason: fault.description)
    return .missing
  }

  /// Says that a directory could not be made: nothing more is done with what is in the source's.
  ///
  /// - Parameter path: The directory, of which the step was the last.
  package mutating func leaveOut(_ path: RemotePath) { ignoreSource(path) }

  /// What comes next; the same item is asked for until it is there.
  package mutating func next() -> Next {
    while true {
      if let next = ready.popLast() { return next }
      // A target without anything to be compared with need not be read to its end.
      if case .ended = source, doomed.isEmpty, !options.deletesExtras { return .end }
      if source.isMissing { return .needsSource }
      if target.isMissing { return .needsTarget }
      if let directory = doomed.last {
        if let item = target.item, item.path.isAtOrBelow(directory.path) {
          remove(item)
        } else {
          doomed.removeLast()
          add(.deleteDirectory, directory.path, target: directory, reason: "the source has none")
        }
        continue
      }
      switch (source.item, target.item) {
      case (nil, nil): return .end
      case (let item?, nil): bring(item)
      case (nil, let item?): remove(item)
      case (let own?, let other?):
        if own.path < other.path {
          bring(own)
        } else if other.path < own.path {
          remove(other)
        } else {
          compare(own, other)
        }
      }
    }
  }

  /// Adds a step.
  mutating func add(
    _ action: TransferStep.Action,
    _ path: RemotePath,
    source: TreeItem? = nil,
    target: TreeItem? = nil,
    reason: String
  ) {
    let step = TransferStep(
      action: action,
      path: path,
      source: source?.entry,
      target: target?.entry,
      reason: reason
    )
    ready.insert(.step(step), at: 0)
  }

  /// Does nothing more with a directory of the source.
  mutating func ignoreSource(_ path: RemotePath) {
    ignoredSource = path
    ready.insert(.pruneSource, at: 0)
  }

  /// Removes nothing more in a directory of the target.
  mutating func ignoreTarget(_ path: RemotePath) {
    ignoredTarget = path
    ready.insert(.pruneTarget, at: 0)
  }
}

extension TreeItem {
  /// The file; nil: it could not be looked at.
  var entry: FileEntry? { if case .entry(let entry) = content { entry } else { nil } }
}
