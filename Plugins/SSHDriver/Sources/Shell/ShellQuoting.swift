/// How text becomes words of a POSIX shell.
enum ShellQuoting {
  /// What one argument may have in bytes, without the zero byte at its end.
  ///
  /// Linux takes 128 KiB (`MAX_ARG_STRLEN`, execve(2)), and less than the others do.
  static let argumentLimit = 131_071

  /// Quotes a word, so that a POSIX shell takes it as it is.
  ///
  /// - Parameters:
  ///   - word: Any text.
  ///   - subject: The input that it comes from, for the fault.
  /// - Returns: The word in single quotes; a plain one without them.
  /// - Throws: What a shell cannot hold: zero bytes, and more than a system takes as an argument.
  static func quoted(_ word: String, as subject: String) throws(ShellFault) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(word.utf8.count + 2)
    var isPlain = !word.utf8.isEmpty
    text.append(quote)
    for byte in word.utf8 {
      if byte == 0 { throw ShellFault(kind: .zeroByte, subject: subject) }
      if !isPlainByte(byte) { isPlain = false }
      if byte == quote {
        text += [quote, UInt8(ascii: "\\"), quote, quote]
      } else {
        text.append(byte)
      }
    }
    if word.utf8.count > argumentLimit { throw ShellFault(kind: .tooLong, subject: subject) }
    if isPlain { return word }
    text.append(quote)
    return String(decoding: text, as: UTF8.self)
  }

  /// Quotes words.
  ///
  /// - Parameters:
  ///   - words: Any texts.
  ///   - subject: The input that they come from, for the fault.
  /// - Returns: The words with blanks between them.
  /// - Throws: What a shell cannot hold.
  static func quoted(_ words: [String], as subject: String) throws(ShellFault) -> String {
    var text = ""
    for word in words {
      if !text.isEmpty { text += " " }
      text += try quoted(word, as: subject)
    }
    return text
  }

  /// Quotes a path, whose `~` at the beginning stays the home directory.
  ///
  /// - Parameters:
  ///   - path: A path; `~` and `~/…` are the home of the user that it is used by.
  ///   - subject: The input that it comes from, for the fault.
  /// - Returns: A word.
  /// - Throws: What a shell cannot hold.
  static func quotedPath(_ path: String, as subject: String) throws(ShellFault) -> String {
    if path.utf8.isEmpty { throw ShellFault(kind: .empty, subject: subject) }
    if path == "~" { return "\"$HOME\"" }
    guard path.utf8.starts(with: "~/".utf8) else { return try quoted(path, as: subject) }
    let rest = String(path.unicodeScalars.dropFirst(2))
    return "\"$HOME\"/" + (rest.isEmpty ? "" : try quoted(rest, as: subject))
  }

  /// Writes an assignment, to be exported.
  ///
  /// - Parameters:
  ///   - name: The variable's name.
  ///   - value: Its value.
  ///   - subject: The input that they come from, for the fault.
  /// - Returns: `NAME='value'`.
  /// - Throws: What a shell cannot hold, and names that are none or that shells keep for themselves.
  static func assignment(
    _ name: String,
    _ value: String,
    as subject: String
  ) throws(ShellFault) -> String {
    guard isName(name) else { throw ShellFault(kind: .name, subject: subject) }
    // An assignment to one of these ends some shells.
    if reserved.contains(name) { throw ShellFault(kind: .reserved, subject: subject) }
    // The name and the `=` are part of the one string that a process gets.
    if name.utf8.count + 1 + value.utf8.count > argumentLimit {
      throw ShellFault(kind: .tooLong, subject: subject)
    }
    return name + "=" + (try quoted(value, as: subject))
  }

  /// Whether a text is the name of a variable.
  ///
  /// The rule is that of POSIX, Base Definitions 3.216 (Name).
  ///
  /// - Parameter text: Any text.
  /// - Returns: Whether it is made of letters of ASCII, digits and `_`, and does not begin with a digit.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39 ~= first) else { return false }
    return text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
  }

  private static let quote = UInt8(ascii: "'")
  private static let reserved: Set<String> = [
    "BASHOPTS", "BASH_VERSINFO", "EUID", "GID", "EGID", "PPID", "SHELLOPTS", "UID", "_",
  ]

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
  }

  private static func isPlainByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || "_-./:,@+".utf8.contains(byte)
  }
}
