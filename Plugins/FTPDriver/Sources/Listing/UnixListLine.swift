internal import FileKit

/// A line of LIST from a server that lists as `ls -l` does; there is no standard of it.
///
/// `drwxr-xr-x+  2 owner group  4096 Nov 27 08:34 name`: the mode, perhaps a sign behind it, perhaps the number of
/// links, owner and group, the size, the date, one blank, and the name, which is all that follows. The date is what the
/// rest is found by: in front of it stands a number, behind it a name.
enum UnixListLine {
  /// How many words are looked through for the date: names of owners have few blanks.
  private static let words = 24

  /// Reads a line.
  ///
  /// What a link leads to stands behind the first ` -> `: a link whose own name has an arrow in it is told with a wrong
  /// name, and nothing in the line tells better.
  ///
  /// - Parameters:
  ///   - line: The line without its end.
  ///   - clock: What its date is read by.
  /// - Throws: Why it tells no file.
  /// - Returns: The file.
  static func file(
    _ line: ArraySlice<UInt8>,
    _ clock: ListingClock
  ) throws(ListingFault.Reason) -> ListedFile {
    guard let mode = UnixMode(line) else { throw .form }
    // `+` is an access list, `.` a label of SELinux, `@` an attribute of macOS.
    let rest = line.dropFirst(UnixMode.length)
    let signs = rest.prefix { !ASCII.isBlank($0) }
    guard signs.count <= 2, !signs.contains(where: ASCII.isLetter) else { throw .form }
    let words = UnixListLine.split(rest.dropFirst(signs.count))
    guard let (place, date) = UnixListLine.date(words, isDevice(line), clock),
      let end = words[place..<(place + date.count)].last?.endIndex
    else { throw .form }
    // Exactly one blank: a name may begin with more.
    let name = line[end...].dropFirst()
    if name.isEmpty { throw .noName }
    var file = ListedFile(name: name, kind: mode.kind)
    file.permissions = mode.permissions
    file.modified = date.time
    var owners = words[..<(place - 1)]
    if isDevice(line) {
      // `major, minor` stands where a size would be.
      if owners.last?.last == UInt8(ascii: ",") { owners.removeLast() }
    } else {
      file.size = ASCII.number(words[place - 1])
    }
    (file.owner, file.group) = UnixListLine.owners(owners, line)
    if mode.kind == .symlink { UnixListLine.splitLink(&file) }
    return file
  }

  /// Whether a line is the sum that `ls` puts in front, such as `total 12` or `insgesamt 1,2M`.
  static func isTotal(_ line: ArraySlice<UInt8>) -> Bool {
    let words = line.split(maxSplits: 3, whereSeparator: ASCII.isBlank)
    guard words.count == 2, UnixMode(line) == nil, let first = words[1].first else { return false }
    // Facts of MLSD end with `;`, and a name may be a number.
    let isWord = !words[0].contains { ASCII.isDigit($0) || $0 == UInt8(ascii: ";") }
    return ASCII.isDigit(first) && words[1].count <= 20 && isWord
  }

  private static func isDevice(_ line: ArraySlice<UInt8>) -> Bool {
    line.first == UInt8(ascii: "b") || line.first == UInt8(ascii: "c")
  }

  private static func split(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var found = bytes.split(maxSplits: words, whereSeparator: ASCII.isBlank)
    // What is behind the last split is no word.
    if found.count > words { found.removeLast() }
    return found
  }

  /// The first date that has a size in front of it, and which word it begins with.
  private static func date(
    _ words: [ArraySlice<UInt8>],
    _ isDevice: Bool,
    _ clock: ListingClock
  ) -> (Int, ListDate)? {
    for place in words.indices.dropFirst() {
      let size = words[place - 1]
      guard ASCII.number(size) != nil || isDevice && size.contains(where: ASCII.isDigit) else {
        continue
      }
      if let date = ListDate(words[place...], clock), place + date.count <= words.count {
        return (place, date)
      }
    }
    return nil
  }

  /// Owner and group out of what stands between mode and size: links, owner, group; each may be missing.
  ///
  /// Where names have blanks, more than one blank tells where the owner ends, since columns are filled with blanks. If
  /// that does not tell, both are left out.
  private static func owners(
    _ words: ArraySlice<ArraySlice<UInt8>>,
    _ line: ArraySlice<UInt8>
  ) -> (owner: [UInt8]?, group: [UInt8]?) {
    var words = words
    if let first = words.first, ASCII.number(first) != nil { words = words.dropFirst() }
    guard let first = words.first, let last = words.last else { return (nil, nil) }
    switch words.count {
    case 1: return (Array(first), nil)
    case 2: return (Array(first), Array(last))
    default:
      let gaps = words.indices.dropFirst().filter {
        words[$0].startIndex - words[$0 - 1].endIndex > 1
      }
      guard gaps.count == 1, let gap = gaps.first else { return (nil, nil) }
      let owner = line[first.startIndex..<words[gap - 1].endIndex]
      return (Array(owner), Array(line[words[gap].startIndex..<last.endIndex]))
    }
  }

  private static func splitLink(_ file: inout ListedFile) {
    let arrow = Array(" -> ".utf8)
    let name = file.name
    guard name.count > arrow.count else { return }
    // A name has at least one byte.
    for place in 1..<(name.count - arrow.count + 1) where name[place...].starts(with: arrow) {
      let target = name[(place + arrow.count)...]
      file.linkTarget = target.isEmpty ? nil : Array(target)
      file.name = Array(name[..<place])
      return
    }
  }
}
