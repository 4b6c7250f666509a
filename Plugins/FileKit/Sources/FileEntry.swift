/// What a server, or this machine, tells of a file.
package struct FileEntry: Sendable, Hashable {
  /// What it is.
  package enum Kind: String, Sendable, Hashable {
    case file
    case directory
    case symlink
    /// A device, a socket, a pipe, or nothing that was told.
    case other
  }

  /// Where it is, in the bytes that the server knows it by.
  package var path: RemotePath
  /// Its name as text, in the encoding that the server was said to use.
  package var name: String
  /// What it is.
  package var kind: Kind
  /// How many bytes it has; nil: that was not told, or no file can have so many.
  package var size: Int64?
  /// When it was changed; nil: that was not told.
  package var modified: FileTime?
  /// What everybody may do with it: the lower twelve bits of its mode.
  package var permissions: UInt16?
  /// Whose it is: a name, or a number where no name was told.
  package var owner: String?
  /// The group it belongs to, as with the owner.
  package var group: String?
  /// Where a symbolic link leads to, as it stands in the link.
  package var linkTarget: RemotePath?

  /// An entry.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - name: Its name; nil: the last part of the path, read as UTF-8.
  ///   - kind: What it is.
  ///   - size: How many bytes it has.
  ///   - modified: When it was changed.
  package init(
    path: RemotePath,
    name: String? = nil,
    kind: Kind,
    size: Int64? = nil,
    modified: FileTime? = nil
  ) {
    self.path = path
    self.name = name ?? String(decoding: path.name, as: UTF8.self)
    self.kind = kind
    self.size = size.flatMap { $0 < 0 ? nil : $0 }
    self.modified = modified
  }

  /// An entry of a listing, where a server says what its name is.
  ///
  /// - Parameters:
  ///   - directory: The directory that was listed.
  ///   - name: The name in bytes, which must not be trusted.
  ///   - text: The name as text; nil: the bytes are read as UTF-8.
  ///   - kind: What it is.
  ///   - size: How many bytes it has.
  ///   - modified: When it was changed.
  /// - Throws: Why it is no name of a file in that directory; also for `.` and `..`, which listings have.
  package init(
    in directory: RemotePath,
    name: some Sequence<UInt8>,
    text: String? = nil,
    kind: Kind,
    size: Int64? = nil,
    modified: FileTime? = nil
  ) throws(PathFault) {
    let path = try directory.appending(name: name)
    self.init(path: path, name: text, kind: kind, size: size, modified: modified)
  }

  /// The bytes of the name where its text does not give them back; nil: the text in UTF-8 is the name.
  package var rawName: [UInt8]? {
    let bytes = path.name
    return bytes.elementsEqual(name.utf8) ? nil : Array(bytes)
  }

  /// The permissions in octal digits, as `chmod` takes them, such as `0644`.
  package var permissionsText: String? {
    guard let permissions else { return nil }
    let digits = String(permissions & 0o7777, radix: 8)
    return String(repeating: "0", count: 4 - digits.utf8.count) + digits
  }
}
