internal import FileKit

/// A file in an answer to a listing, or a path (draft-ietf-secsh-filexfer-02, section 7).
struct SFTPName: Sendable, Hashable {
  /// The name, in bytes that mean what the server's file system takes them for.
  let name: [UInt8]
  /// A line for people, such as `ls -l` prints.
  let line: [UInt8]
  let attributes: SFTPAttributes

  /// How few bytes one takes: two lengths and the flags of its attributes.
  static let shortest = 12

  /// A name.
  init(name: [UInt8], line: [UInt8] = [], attributes: SFTPAttributes = SFTPAttributes()) {
    self.name = name
    self.line = line
    self.attributes = attributes
  }

  /// Reads a name.
  ///
  /// - Parameter reader: Where it begins.
  /// - Throws: That it is cut off.
  init(_ reader: inout WireReader) throws(WireFault) {
    name = Array(try reader.string())
    line = Array(try reader.string())
    attributes = try SFTPAttributes(&reader)
  }

  /// Whether it is the directory itself or the one above, which listings have.
  var isDots: Bool { name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) }

  /// The entry of a file in a listing.
  ///
  /// - Parameter directory: The directory that was listed.
  /// - Throws: That the name is none of a file in that directory.
  /// - Returns: The entry.
  func entry(in directory: RemotePath) throws(PathFault) -> FileEntry {
    var entry = try FileEntry(in: directory, name: name, kind: .other)
    attributes.fill(&entry)
    let words = lineWords
    if attributes.kind == nil { entry.kind = SFTPName.kind(words.first) }
    // The names of owner and group are in no attribute, only there, where OpenSSH has them as `ls` has.
    // Where a name has a blank in it, what follows is not in its place.
    let isUsual = words.count > 8 && words[0].count >= 10
    if isUsual, words[4].allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) {
      entry.owner = String(decoding: words[2], as: UTF8.self)
      entry.group = String(decoding: words[3], as: UTF8.self)
    }
    return entry
  }

  private var lineWords: [ArraySlice<UInt8>] {
    line.split(separator: UInt8(ascii: " "), maxSplits: 8)
  }

  private static func kind(_ mode: ArraySlice<UInt8>?) -> FileEntry.Kind {
    guard let mode, mode.count >= 10 else { return .other }
    return switch mode.first {
    case UInt8(ascii: "-"): .file
    case UInt8(ascii: "d"): .directory
    case UInt8(ascii: "l"): .symlink
    default: .other
    }
  }
}

extension SFTPAttributes {
  /// The entry of a file that somebody asked for by its path.
  ///
  /// - Parameter path: The path.
  /// - Returns: The entry.
  func entry(at path: RemotePath) -> FileEntry {
    var entry = FileEntry(path: path, kind: .other)
    fill(&entry)
    return entry
  }

  /// Writes what is known into an entry.
  fileprivate func fill(_ entry: inout FileEntry) {
    if let kind { entry.kind = kind }
    entry.size = size.flatMap { Int64(exactly: $0) }
    entry.modified = times.map { FileTime(seconds: Int64($0.modified)) }
    entry.permissions = mode.map { UInt16($0 & 0o7777) }
    entry.owner = owner.map { "\($0.user)" }
    entry.group = owner.map { "\($0.group)" }
  }
}
