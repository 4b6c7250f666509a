internal import FileKit

/// A line of MLSD, or the one of MLST (RFC 3659, section 7.2): `type=file;size=12; name`.
///
/// Each fact ends with `;`, and the first blank behind them begins the name, which is all that follows, blanks and `;`
/// too. In the target of a link, which some servers put into the fact `type`, a blank is taken for a part of it, but a
/// `;` ends it: nothing tells these apart.
enum MLSTLine {
  /// Reads a line.
  ///
  /// Names of facts and their values are read in small and large letters; a fact that is not known, or whose value is
  /// none, counts as not told.
  ///
  /// - Parameter line: The line without its end. The blank that MLST puts in front may be there.
  /// - Throws: Why it tells no file.
  /// - Returns: The file.
  static func file(_ line: ArraySlice<UInt8>) throws(ListingFault.Reason) -> ListedFile {
    // MLST has a blank in front of the facts. So has a line without facts, but MLSD and MLST have always some.
    let line = line.first == ASCII.blank ? line.dropFirst() : line
    guard let end = endOfFacts(line) else { throw .form }
    let facts = Facts(line[..<end])
    // Drafts of the standard had no `;` behind the last fact. Where it is missing, only a type tells facts from a
    // sentence.
    if facts.isEmpty || line[end - 1] != UInt8(ascii: ";") && !facts.hasType { throw .form }
    let name = line[(end + 1)...]
    if name.isEmpty { throw .noName }
    return facts.file(name)
  }

  /// Where the blank is that ends the facts; nil: there is none, or no facts are in front of it.
  private static func endOfFacts(_ line: ArraySlice<UInt8>) -> Int? {
    guard let first = line.firstIndex(of: ASCII.blank), first > line.startIndex else { return nil }
    let isEnded = { (place: Int) in line[place - 1] == UInt8(ascii: ";") }
    if isEnded(first) || !hasTarget(line[..<first]) { return first }
    return line[first...].indices.first { line[$0] == ASCII.blank && isEnded($0) } ?? first
  }

  /// Whether the last fact is a type with the target of a link in it, such as `type=OS.unix=slink:/a`.
  private static func hasTarget(_ facts: ArraySlice<UInt8>) -> Bool {
    let start = facts.lastIndex(of: UInt8(ascii: ";")).map { $0 + 1 } ?? facts.startIndex
    return ASCII.small(facts[start...].prefix(24)).hasPrefix("type=os.unix=slink:")
  }
}

/// The facts in front of a name.
private struct Facts {
  private var kind: FileEntry.Kind?
  /// Whether there is a type, whatever it is.
  var hasType: Bool { kind != nil }
  private var isDots = false
  private var target: ArraySlice<UInt8>?
  private var size: Int64?
  private var directorySize: Int64?
  private var modified: FileTime?
  private var mode: UInt16?
  private var owner: ArraySlice<UInt8>?
  private var ownerName: ArraySlice<UInt8>?
  private var group: ArraySlice<UInt8>?
  private var groupName: ArraySlice<UInt8>?
  private var rights: String?
  /// Whether there is none, not even one that is not known.
  private(set) var isEmpty = true

  init(_ bytes: ArraySlice<UInt8>) {
    for fact in bytes.split(separator: UInt8(ascii: ";")) {
      guard let equals = fact.firstIndex(of: UInt8(ascii: "=")), equals > fact.startIndex,
        ASCII.isLetter(fact[fact.startIndex])
      else { continue }
      isEmpty = false
      add(ASCII.small(fact[..<equals]), fact[(equals + 1)...])
    }
  }

  private mutating func add(_ name: String, _ value: ArraySlice<UInt8>) {
    switch name {
    case "type": addType(value)
    case "size": size = ASCII.number(value)
    case "sizd": directorySize = ASCII.number(value)
    case "modify": modified = ProtocolTime.time(value)
    case "unix.mode":
      mode = ASCII.number(value, radix: 8).map { UInt16($0 & 0o7777) }
    case "unix.owner", "unix.uid": owner = value.isEmpty ? nil : value
    case "unix.ownername": ownerName = value.isEmpty ? nil : value
    case "unix.group", "unix.gid": group = value.isEmpty ? nil : value
    case "unix.groupname": groupName = value.isEmpty ? nil : value
    case "perm": rights = ASCII.small(value)
    default: break
    }
  }

  private mutating func addType(_ value: ArraySlice<UInt8>) {
    let type = ASCII.small(value)
    // Of several types the last one counts, with nothing of those before: what is no link leads nowhere.
    isDots = false
    target = nil
    switch type {
    case "file": kind = .file
    case "dir": kind = .directory
    case "cdir", "pdir":
      kind = .directory
      isDots = true
    case "os.unix=slink", "os.unix=symlink", "os.unix=link": kind = .symlink
    default:
      guard type.hasPrefix("os.unix=slink:") else {
        kind = .other
        return
      }
      kind = .symlink
      let path = value.dropFirst("os.unix=slink:".utf8.count)
      if !path.isEmpty { target = path }
    }
  }

  func file(_ name: ArraySlice<UInt8>) -> ListedFile {
    // `sizd` is what a directory takes (pure-ftpd): a line with it and without a type is one all the same.
    var file = ListedFile(name: name, kind: kind ?? (directorySize == nil ? .other : .directory))
    file.size = size ?? directorySize
    file.modified = modified
    file.permissions = mode
    file.owner = (ownerName ?? owner).map(Array.init)
    file.group = (groupName ?? group).map(Array.init)
    file.linkTarget = target.map(Array.init)
    file.rights = rights
    file.isDots = isDots
    return file
  }
}
