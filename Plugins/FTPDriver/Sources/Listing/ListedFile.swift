internal import FileKit

/// A file as a line of a listing tells it: names are in the server's own encoding, and nothing in it can be trusted.
struct ListedFile: Sendable, Hashable {
  /// Its name; in an answer to MLST perhaps its path.
  var name: [UInt8]
  /// What it is.
  var kind: FileEntry.Kind
  /// How many bytes it has; nil: that was not told.
  var size: Int64?
  /// When it was changed; nil: that was not told in a form that is known.
  var modified: FileTime?
  /// The lower twelve bits of its mode.
  var permissions: UInt16?
  /// Whose it is; nil: that was not told.
  var owner: [UInt8]?
  /// The group it belongs to.
  var group: [UInt8]?
  /// Where a symbolic link leads to.
  var linkTarget: [UInt8]?
  /// What the user may do with it: the letters of the fact `perm` (RFC 3659, section 7.5.5), small ones.
  var rights: String?
  /// Whether it is the listed directory itself or the one above by its type, whatever its name is.
  var isDots = false

  /// A file of which only that is known.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - kind: What it is.
  init(name: some Sequence<UInt8>, kind: FileEntry.Kind) {
    self.name = Array(name)
    self.kind = kind
  }

  /// The entry of a file in a listing.
  ///
  /// - Parameters:
  ///   - directory: The directory that was listed.
  ///   - encoding: What the server writes names in.
  /// - Throws: Why the name is none of a file in that directory, or none in that encoding.
  /// - Returns: The entry; nil: it is the directory itself or the one above.
  func entry(
    in directory: RemotePath,
    _ encoding: NameEncoding
  ) throws(ListingFault.Reason) -> FileEntry? {
    if isDots || name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { return nil }
    let name: [UInt8]
    do throws(NameFault) { name = try encoding.decode(self.name) } catch { throw .encoding(error) }
    let path: RemotePath
    do throws(PathFault) { path = try directory.appending(name: name) } catch { throw .name(error) }
    return entry(at: path, encoding)
  }

  /// The entry of a file that somebody asked for by its path.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - encoding: What the server writes names in.
  /// - Returns: The entry. A target that is not in that encoding stays in the bytes that were told.
  func entry(at path: RemotePath, _ encoding: NameEncoding) -> FileEntry {
    var entry = FileEntry(path: path, kind: kind, size: size, modified: modified)
    entry.permissions = permissions
    entry.owner = owner.map(encoding.text)
    entry.group = group.map(encoding.text)
    entry.linkTarget = linkTarget.map { RemotePath((try? encoding.decode($0)) ?? $0) }
    return entry
  }
}
