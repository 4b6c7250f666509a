extension TransferPlan {
  /// Takes an item that only the source has.
  mutating func bring(_ item: TreeItem) {
    source = .missing
    if let ignoredSource, item.path.isAtOrBelow(ignoredSource) { return }
    switch item.content {
    case .unreadable(let code, let message):
      add(.fail(code), item.path, reason: message)
      // What is in it over there may be in it here as well.
      ignoredTarget = item.path
    case .refused: break
    case .entry(let entry):
      switch entry.kind {
      case .directory: add(.createDirectory, item.path, source: item, reason: "nothing is there")
      case .file: transfer(item, entry, to: nil)
      case .symlink: link(item, entry, to: nil)
      case .other: add(.skip, item.path, source: item, reason: "it is no file and no directory")
      }
    }
  }

  /// Takes an item that only the target has.
  mutating func remove(_ item: TreeItem) {
    target = .missing
    if let ignoredTarget, item.path.isAtOrBelow(ignoredTarget) { return }
    switch item.content {
    case .refused: break
    case .unreadable(let code, let message):
      // Of a directory that is not there, nothing is.
      if code == .notFound { return }
      add(.fail(code), item.path, target: item, reason: message)
      doomed.removeAll { item.path.isAtOrBelow($0.path) }
      // Whatever would go into it cannot be decided about.
      (ignoredSource, ignoredTarget) = (item.path, item.path)
    case .entry(let entry):
      if entry.kind == .directory {
        if !options.deletesExtras {
          ready.insert(.pruneTarget, at: 0)
        } else if !options.isFiltered {
          doomed.append(item)
        }
      } else if options.deletesExtras && TemporaryName(recognizing: entry.path.name) == nil {
        // What another run is still writing is not removed: its age decides about that.
        add(.deleteFile, item.path, target: item, reason: "the source has none")
      } else {
        // Something stays in them.
        doomed.removeAll { item.path.isAtOrBelow($0.path) }
      }
    }
  }

  /// Takes an item that both have.
  mutating func compare(_ own: TreeItem, _ other: TreeItem) {
    if let ignoredSource, own.path.isAtOrBelow(ignoredSource) {
      source = .missing
      return
    }
    guard let entry = own.entry else {
      bring(own)
      return
    }
    guard let there = other.entry else {
      remove(other)
      return
    }
    switch (entry.kind, there.kind) {
    case (.directory, .directory): (source, target) = (.missing, .missing)
    case (.directory, _): replace(own, other)
    case (_, .directory) where entry.kind != .other && replaces && !options.isFiltered:
      // Its time comes when the directory is gone; until then the source stays where it is.
      target = .missing
      doomed.append(other)
    case (_, .directory):
      (source, target) = (.missing, .missing)
      refuse(own, entry, other)
      ignoreTarget(own.path)
    case (.file, _):
      (source, target) = (.missing, .missing)
      transfer(own, entry, to: other)
    case (.symlink, _):
      (source, target) = (.missing, .missing)
      link(own, entry, to: other)
    case (.other, _):
      (source, target) = (.missing, .missing)
      add(.skip, own.path, source: own, reason: "it is no file and no directory")
    }
  }

  /// Whether what is there may be removed for what comes.
  private var replaces: Bool {
    guard options.deletesExtras else { return false }
    return switch options.conflicts {
    case .overwrite, .newer, .resume: true
    case .skip, .rename, .error: false
    }
  }

  /// A directory in the source, and something else in its place.
  private mutating func replace(_ own: TreeItem, _ other: TreeItem) {
    (source, target) = (.missing, .missing)
    guard replaces else {
      let isSkipped = options.conflicts == .skip
      add(
        isSkipped ? .skip : .fail(.kindDiffers),
        own.path,
        source: own,
        target: other,
        reason: "what is in its place is no directory"
      )
      ignoreSource(own.path)
      return
    }
    add(.deleteFile, own.path, target: other, reason: "a directory takes its place")
    add(.createDirectory, own.path, source: own, reason: "what was in its place is gone")
  }

  /// A file in the source, and a directory in its place that stays.
  private mutating func refuse(_ own: TreeItem, _ entry: FileEntry, _ other: TreeItem) {
    if entry.kind == .symlink {
      link(own, entry, to: other)
    } else if entry.kind == .other {
      add(.skip, own.path, source: own, reason: "it is no file and no directory")
    } else {
      transfer(own, entry, to: other)
    }
  }

  private mutating func transfer(_ item: TreeItem, _ entry: FileEntry, to other: TreeItem?) {
    let decision = options.conflicts.decide(source: entry, target: other?.entry)
    let action: TransferStep.Action =
      switch decision.action {
      case .transfer: .transfer
      case .resume(let offset): .resume(offset: offset)
      case .transferRenamed: .transferRenamed
      case .skip: .skip
      case .refuse(let code): .fail(code)
      }
    add(action, item.path, source: item, target: other, reason: decision.reason)
  }

  private mutating func link(_ item: TreeItem, _ entry: FileEntry, to other: TreeItem?) {
    func add(_ action: TransferStep.Action, _ reason: String) {
      self.add(action, item.path, source: item, target: other, reason: reason)
    }
    guard options.links == .copy else { return add(.skip, "it is a link") }
    guard let leads = entry.linkTarget, leads.staysInTree(from: item.path) else {
      return add(.fail(.nameRefused), "it is a link that leads out of the tree")
    }
    guard let there = other?.entry else { return add(.createLink, "nothing is there") }
    if there.kind == .symlink && there.linkTarget == leads {
      return add(.skip, "the same link is there")
    }
    switch options.conflicts {
    case .skip: add(.skip, "there already is one")
    case .rename: add(.transferRenamed, "there already is one")
    case .error: add(.fail(.alreadyExists), "there already is one")
    case .overwrite, .newer, .resume:
      if there.kind == .directory {
        add(.fail(.isDirectory), "a directory is in its place")
      } else {
        add(.createLink, "it replaces what is there")
      }
    }
  }
}
