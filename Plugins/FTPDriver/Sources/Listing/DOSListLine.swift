internal import FileKit

/// A line of LIST from a server that lists as `dir` does, such as IIS; there is no standard of it.
///
/// `11-27-24  08:34AM       <DIR>          name`, `11-27-2024  20:34  1,234 name`. The name begins one blank behind the
/// size, or where the column of `<DIR>` ends, and is all that follows.
enum DOSListLine {
  /// How many bytes `<DIR>` and the blanks behind it take, and so do `<JUNCTION>` and its like.
  private static let column = 15

  /// Reads a line.
  ///
  /// The target of a junction or a link stands in the last `[…]` behind its name.
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
    let words = line.split(maxSplits: 4, whereSeparator: ASCII.isBlank)
    guard words.count > 2, let date = Date(words[0]), var time = Time(words[1]) else { throw .form }
    var place = 2
    if let isAfternoon = Time.isAfternoon(words[2]) {
      guard time.move(isAfternoon) else { throw .form }
      place = 3
    }
    guard words.count > place else { throw .form }
    let (kind, size) = try DOSListLine.kind(words[place])
    var name = line[words[place].endIndex...]
    if size == nil {
      // Blanks that the column is filled with; a name may begin with more of them.
      let blanks = max(DOSListLine.column - words[place].count, 1)
      name = name.dropFirst(min(blanks, name.prefix(while: ASCII.isBlank).count))
    } else {
      name = name.dropFirst()
    }
    if name.isEmpty { throw .noName }
    var file = ListedFile(name: name, kind: kind)
    file.size = size
    file.modified = FileTime(
      year: date.year,
      month: date.month,
      day: date.day,
      hour: time.hour,
      minute: time.minute,
      offset: clock.offset,
      exactness: .minute
    )
    if kind == .symlink { DOSListLine.splitLink(&file) }
    return file
  }

  /// What stands in the column of sizes: a size with perhaps `,` or `.` after each three digits, or a kind.
  private static func kind(
    _ word: ArraySlice<UInt8>
  ) throws(ListingFault.Reason) -> (FileEntry.Kind, Int64?) {
    if word.first == UInt8(ascii: "<") {
      switch ASCII.small(word) {
      case "<dir>": return (.directory, nil)
      case "<junction>", "<symlinkd>", "<symlink>": return (.symlink, nil)
      default: throw .form
      }
    }
    let digits = word.filter { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ".") }
    guard word.first.map(ASCII.isDigit) == true, let size = ASCII.number(digits) else {
      throw .form
    }
    return (.file, size)
  }

  private static func splitLink(_ file: inout ListedFile) {
    let name = file.name
    guard name.last == UInt8(ascii: "]") else { return }
    let bracket = name.indices.last { place in
      place > 1 && name[place] == UInt8(ascii: "[") && name[place - 1] == ASCII.blank
    }
    guard let bracket else { return }
    let target = name[(bracket + 1)..<(name.count - 1)]
    file.linkTarget = target.isEmpty ? nil : Array(target)
    file.name = Array(name[..<(bracket - 1)])
  }

  /// `11-27-24`, `11/27/2024`, `27.11.2024` or `2024-11-27`: with `.` the day stands in front.
  private struct Date {
    let year: Int
    let month: Int
    let day: Int

    init?(_ word: ArraySlice<UInt8>) {
      guard let separator = word.first(where: { !ASCII.isDigit($0) }),
        "-/.".utf8.contains(separator)
      else { return nil }
      let parts = word.split(separator: separator, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      if let year = ASCII.part(parts[0], 4...4) {
        guard let month = ASCII.part(parts[1], 1...2), let day = ASCII.part(parts[2], 1...2) else {
          return nil
        }
        (self.year, self.month, self.day) = (year, month, day)
        return
      }
      guard let first = ASCII.part(parts[0], 1...2), let second = ASCII.part(parts[1], 1...2),
        parts[2].count != 3, let year = ASCII.part(parts[2], 2...4)
      else { return nil }
      let isDayFirst = separator == UInt8(ascii: ".")
      (month, day) = isDayFirst ? (second, first) : (first, second)
      // Two digits are those of the years from 1970 to 2069.
      self.year = parts[2].count == 4 ? year : year < 70 ? 2000 + year : 1900 + year
    }
  }

  /// `08:34AM`, `8:34a`, `20:34`.
  private struct Time {
    private(set) var hour: Int
    let minute: Int
    private var isWhole = false

    init?(_ word: ArraySlice<UInt8>) {
      let digits = word.prefix { ASCII.isDigit($0) || $0 == UInt8(ascii: ":") }
      let parts = digits.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard parts.count == 2, let hour = ASCII.part(parts[0], 1...2), hour < 24,
        let minute = ASCII.part(parts[1], 2...2), minute < 60
      else { return nil }
      (self.hour, self.minute) = (hour, minute)
      let mark = word.dropFirst(digits.count)
      if mark.isEmpty { return }
      guard let isAfternoon = Time.isAfternoon(mark), move(isAfternoon) else { return nil }
    }

    /// Whether it is a mark of the second half of the day; nil: it is none at all.
    static func isAfternoon(_ word: ArraySlice<UInt8>) -> Bool? {
      switch ASCII.small(word) {
      case "am", "a": false
      case "pm", "p": true
      default: nil
      }
    }

    /// Moves it from a half of a day into the whole one.
    ///
    /// - Returns: Whether it was in a half, and had not been moved before.
    mutating func move(_ isAfternoon: Bool) -> Bool {
      guard 1...12 ~= hour, !isWhole else { return false }
      isWhole = true
      hour = hour % 12 + (isAfternoon ? 12 : 0)
      return true
    }
  }
}
