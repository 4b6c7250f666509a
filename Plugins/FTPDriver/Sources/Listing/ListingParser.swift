internal import FileKit

/// Makes entries out of a listing as it comes, in pieces that may end anywhere.
///
/// No more than one line is kept. A line that tells no file is a fault of its own, and the listing goes on behind it.
struct ListingParser {
  /// How lines are written.
  enum Form: String, Sendable, Hashable {
    /// As RFC 3659 has it.
    case mlsd
    /// As `ls -l` does.
    case unix
    /// As `dir` does.
    case dos
  }

  /// What came out of a line.
  enum Item: Sendable, Hashable {
    case entry(FileEntry)
    case fault(ListingFault)
  }

  /// How long a line may be, in bytes, without its end.
  static let longest = 16 << 10

  /// How lines are written; nil: no line has told yet.
  private(set) var form: Form?
  /// How many entries were found.
  private(set) var entries = 0
  /// How many lines told no file, and were not there for something else.
  private(set) var faults = 0

  private let directory: RemotePath
  private let encoding: NameEncoding
  private let clock: ListingClock
  private var line: [UInt8] = []
  private var number = 1
  /// Whether the line is longer than it may be, and what is to come of it is left out.
  private var isTooLong = false

  /// A parser at the beginning of a listing.
  ///
  /// - Parameters:
  ///   - directory: The directory that is listed.
  ///   - form: How lines are written, where that is known, as after MLSD; nil: the first line that tells a file tells
  ///     it for all.
  ///   - encoding: What the server writes names in.
  ///   - clock: What dates are read by; those of MLSD are in UTC whatever it says.
  init(
    directory: RemotePath,
    form: Form? = nil,
    encoding: NameEncoding = .utf8,
    clock: ListingClock
  ) {
    self.directory = directory
    self.form = form
    self.encoding = encoding
    self.clock = clock
  }

  /// Takes a piece of the listing.
  ///
  /// - Parameters:
  ///   - bytes: The piece.
  ///   - body: Is given what came out of each line that ends in it.
  mutating func append(_ bytes: borrowing Span<UInt8>, _ body: (Item) -> Void) {
    for place in bytes.indices {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\n") {
        end(body)
      } else if !isTooLong {
        line.append(byte)
        // One byte more: it may be the CR in front of the LF.
        isTooLong = line.count > ListingParser.longest + 1
      }
    }
  }

  /// Takes the end of the listing: a last line may have none of its own.
  ///
  /// - Parameter body: Is given what came out of it.
  mutating func finish(_ body: (Item) -> Void) {
    if !line.isEmpty { end(body) }
  }

  private mutating func end(_ body: (Item) -> Void) {
    // Servers that turn LF into CR LF twice have two of them, and no command can have a name with one in it.
    while line.last == UInt8(ascii: "\r") { line.removeLast() }
    if let item = item(line[...]) {
      switch item {
      case .entry: entries += 1
      case .fault: faults += 1
      }
      body(item)
    }
    line.removeAll(keepingCapacity: true)
    isTooLong = false
    number += 1
  }

  /// What comes out of a line; nil: nothing, and rightly so.
  private mutating func item(_ line: ArraySlice<UInt8>) -> Item? {
    do throws(ListingFault.Reason) {
      if isTooLong || line.count > ListingParser.longest {
        throw .tooLong(limit: ListingParser.longest)
      }
      if line.isEmpty { return nil }
      if line.contains(0) { throw .zeroByte }
      if form != .mlsd, UnixListLine.isTotal(line) { return nil }
      let (file, form) = try read(line)
      self.form = form
      return try file.entry(in: directory, encoding).map(Item.entry)
    } catch {
      return .fault(ListingFault(number: number, line: line, reason: error))
    }
  }

  private func read(
    _ line: ArraySlice<UInt8>
  ) throws(ListingFault.Reason) -> (ListedFile, Form) {
    switch form {
    case .mlsd: return (try MLSTLine.file(line), .mlsd)
    case .unix: return (try UnixListLine.file(line, clock), .unix)
    case .dos: return (try DOSListLine.file(line, clock), .dos)
    case nil: break
    }
    // No line can be read in more than one form: each begins with something else.
    if let file = try? UnixListLine.file(line, clock) { return (file, .unix) }
    if let file = try? DOSListLine.file(line, clock) { return (file, .dos) }
    return (try MLSTLine.file(line), .mlsd)
  }
}
