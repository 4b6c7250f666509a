@testable import FTPDriver
@testable import FileKit
import FuzzSupport

/// A run's input for the reader of listings: three bytes that say how it is read, and the listing.
///
/// A short one with a zero byte at its end, which no listing has, comes again and again.
struct ListingInput {
  static let directory = RemotePath("/d")
  private static let forms: [ListingParser.Form?] = [nil, .mlsd, .unix, .dos]
  /// One that needs no conversion, one with a character for almost each byte, and two with characters of several.
  private static let encodings = ["utf-8", "windows-1252", "shift_jis", "gb18030"]
    .map { (try? NameEncoding($0)) ?? .utf8 }
  private static let offsets = [0, 60, -1440, 1440]
  /// 2026-11-27 12:00:00 in UTC.
  private static let now: Int64 = 1_795_780_800
  /// How long a listing is that comes again: longer than a line may be.
  private static let longLength = ListingParser.longest + 1024

  private let form: ListingParser.Form?
  private let encoding: NameEncoding
  private let clock: ListingClock
  private let sizes: (Int, Int)
  private let isLong: Bool
  private let bytes: [UInt8]

  /// Takes an input apart.
  init(_ bytes: [UInt8]) {
    var input = InputBytes(bytes)
    let settings = Int(input.byte())
    form = ListingInput.forms[settings & 3]
    encoding = ListingInput.encodings[settings >> 2 & 3]
    clock = ListingClock(now: ListingInput.now, offset: ListingInput.offsets[settings >> 4 & 3])
    sizes = (1 + Int(input.byte()), 1 + Int(input.byte()))
    let listing = input.bytes(upTo: .max)
    isLong = 2...48 ~= listing.count && listing.last == 0
    if isLong {
      let part = listing.dropLast()
      self.bytes = (0...ListingInput.longLength / part.count).flatMap { _ in part }
    } else {
      self.bytes = listing
    }
  }

  /// Reads it whole, in pieces, with other ends of lines and by the form that was found, which all come to the same.
  ///
  /// - Returns: What was read.
  func check() -> ListingOutcome {
    let whole = read(bytes, .max, .max, form)
    whole.check(bytes)
    for (size, nextSize) in [sizes, (1, 1)] {
      let cut = read(bytes, size, nextSize, form)
      require(cut == whole, "in pieces of \(size) and \(nextSize) it is \(cut), whole \(whole)")
    }
    // At the limit of a line's length its end counts.
    if !isLong {
      let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let others = Array(lines.joined(separator: "\r\n".utf8)) + (lines.last == [] ? [] : [0x0A])
      let other = read(others, .max, .max, form)
      require(other == whole, "with other ends of lines it is \(other), else \(whole)")
    }
    if form == nil, let found = whole.form {
      let told = read(bytes, .max, .max, found)
      require(told.entries == whole.entries, "as \(found) it is \(told), else \(whole)")
    }
    return whole
  }

  /// What MLSD would tell of an entry is read as that entry.
  func checkAgain(_ entry: FileEntry) {
    let type =
      switch entry.kind {
      case .file: "file"
      case .directory: "dir"
      case .symlink: "OS.unix=slink"
      case .other: "OS.unix=socket"
      }
    var facts = "type=\(type);"
    if let size = entry.size { facts += "size=\(size);" }
    if let modified = entry.modified { facts += "modify=\(ProtocolTime.text(modified.seconds));" }
    let line = Array("\(facts) ".utf8) + entry.path.name
    let read: FileEntry?
    do throws(ListingFault.Reason) {
      read = try MLSTLine.file(line[...]).entry(in: ListingInput.directory, .utf8)
    } catch {
      fatalError("\(facts) and the name of \(entry) are no line: \(error)")
    }
    require(
      read?.path == entry.path && read?.kind == entry.kind && read?.size == entry.size
        && read?.modified?.seconds == entry.modified?.seconds,
      "\(entry) is read again as \(String(describing: read))"
    )
  }

  /// The first line as MLST tells of a file, with its path in place of a name.
  func checkAnswer() {
    guard let file = try? MLSTLine.file(bytes.prefix { $0 != UInt8(ascii: "\n") }) else { return }
    require(!file.name.isEmpty, "a file without a name")
    let path = RemotePath("/other/path")
    let entry = file.entry(at: path, encoding)
    require(entry.path == path, "\(entry.path) was not asked for")
    ListingOutcome.check(facts: entry)
  }

  private func read(
    _ bytes: [UInt8],
    _ size: Int,
    _ nextSize: Int,
    _ form: ListingParser.Form?
  ) -> ListingOutcome {
    var parser = ListingParser(
      directory: ListingInput.directory,
      form: form,
      encoding: encoding,
      clock: clock
    )
    var items: [ListingParser.Item] = []
    var rest = bytes[...]
    var (size, nextSize) = (size, nextSize)
    while !rest.isEmpty {
      let piece = Array(rest.prefix(size))
      parser.append(piece.span) { items.append($0) }
      rest = rest.dropFirst(size)
      swap(&size, &nextSize)
    }
    parser.finish { items.append($0) }
    return ListingOutcome(items, parser)
  }
}
