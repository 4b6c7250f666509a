/// How one tree of files is made into another.
package struct TransferOptions: Sendable, Hashable {
  /// What becomes of symbolic links.
  package enum Links: String, Sendable, Hashable, CaseIterable {
    /// They are left out.
    case skip
    /// They are made again, if they lead to something in the tree.
    case copy
  }

  /// What becomes of a file when there already is one.
  package var conflicts: ConflictPolicy
  /// Whether what only the target has is removed, and what is of another kind there.
  package var deletesExtras: Bool
  /// What becomes of symbolic links; to follow them, the walk shows what they lead to.
  package var links: Links
  /// Whether only a part of the trees is looked at: directories are not removed then, since more may be in them.
  package var isFiltered: Bool

  /// Options.
  ///
  /// - Parameters:
  ///   - conflicts: What becomes of a file when there already is one.
  ///   - deletesExtras: Whether what only the target has is removed.
  ///   - links: What becomes of symbolic links.
  ///   - isFiltered: Whether only a part of the trees is looked at.
  package init(
    conflicts: ConflictPolicy = .overwrite,
    deletesExtras: Bool = false,
    links: Links = .skip,
    isFiltered: Bool = false
  ) {
    self.conflicts = conflicts
    self.deletesExtras = deletesExtras
    self.links = links
    self.isFiltered = isFiltered
  }
}
