import DriverHost
import Glibc

/// Writes to standard output and standard error.
///
/// No failure to write ends the process: a call that runs goes on to its end, and a command keeps
/// its own exit code. A reader of standard output that has gone has what it wanted, as in `drivers
/// list | head -1`; nothing more is written then. Any other failure there is reported once and
/// makes a success a failure. Nobody can be told of a failure on standard error.
enum Console {
  /// Why standard output takes nothing any more, an errno; 0 while it does.
  private static let outputFailure = Lock<Int32>(0)
  /// How many characters of a line stand on standard error that is to go when the next text comes.
  private static let statusWidth = Lock<Int>(0)

  // MARK: - Standard output

  /// A text and a line end, to standard output.
  static func output(_ text: String, newline: Bool = true) {
    output(Array((newline ? text + "\n" : text).utf8))
  }

  /// A value as a JSON document of several lines, to standard output.
  static func output(json value: Value, decimals: JSON.DecimalForm = .string) {
    output(Console.json(JSON.text(value, pretty: true, decimals: decimals)))
  }

  /// Bytes as they are, to standard output.
  static func output(_ bytes: [UInt8]) {
    let (failure, isFirst) = deliver(bytes)
    if isFirst, failure != EPIPE {
      error("\(emphasized("error")): \(refusal(failure))")
    }
  }

  /// Bytes as they are, to standard output, for a call that is to end when they cannot be written.
  ///
  /// - Throws: `HostError` of stage `.call`; see `isReaderGone`.
  static func send(_ bytes: [UInt8]) throws(HostError) {
    let (failure, _) = deliver(bytes)
    if failure == 0 { return }
    var error = HostError(.unavailable, stage: .call, refusal(failure))
    if failure == EPIPE { error.vendorState = brokenPipe }
    throw error
  }

  /// Writes all of the bytes unless an earlier write has failed.
  ///
  /// - Returns: An errno, or 0; and whether this write is the first that has failed.
  private static func deliver(_ bytes: [UInt8]) -> (failure: Int32, isFirst: Bool) {
    outputFailure.withLock { failure in
      if failure != 0 { return (failure, false) }
      failure = Console.write(bytes, to: STDOUT_FILENO)
      return (failure, failure != 0)
    }
  }

  private static func refusal(_ number: Int32) -> String {
    "standard output cannot be written: \(systemMessage(number))"
  }

  /// What `vendorState` says where the reader has gone.
  private static let brokenPipe = "EPIPE"

  /// Whether a call has failed because the reader of standard output has what it wanted.
  static func isReaderGone(_ error: HostError) -> Bool {
    error.vendorState == brokenPipe && outputFailure.withLock { $0 } == EPIPE
  }

  /// The exit code of a command that ends with a code of its own: what was asked for and could not
  /// be delivered is no success.
  static func exitCode(_ code: Int32) -> Int32 {
    let failure = outputFailure.withLock { $0 }
    return code == 0 && failure != 0 && failure != EPIPE ? 1 : code
  }

  // MARK: - Standard error

  /// A text and a line end, to standard error.
  static func error(_ text: String) {
    statusWidth.withLock { width in
      _ = write(Array((erasing(&width) + text + "\n").utf8), to: STDERR_FILENO)
    }
  }

  /// A text without a line end, to standard error: what somebody answers stands behind it.
  static func ask(_ text: String) {
    statusWidth.withLock { width in
      _ = write(Array((erasing(&width) + text).utf8), to: STDERR_FILENO)
    }
  }

  /// A warning, to standard error; parts of it may come from others.
  static func warn(_ text: String) {
    error("warning: \(plain(text, keepsLines: true))")
  }

  /// A line on a terminal's standard error that makes way for the next one, or for any other text.
  static func status(_ text: String) {
    statusWidth.withLock { width in
      let start = erasing(&width)
      width = text.count
      _ = write(Array((start + text).utf8), to: STDERR_FILENO)
    }
  }

  /// Takes the line of `status` away.
  static func clearStatus() {
    statusWidth.withLock { width in
      let text = erasing(&width)
      if !text.isEmpty { _ = write(Array(text.utf8), to: STDERR_FILENO) }
    }
  }

  /// What takes a line away that is as wide as that.
  private static func erasing(_ width: inout Int) -> String {
    guard width > 0 else { return "" }
    defer { width = 0 }
    return "\r\(String(repeating: " ", count: width))\r"
  }

  /// Whether texts on standard error may be coloured: a terminal, and `NO_COLOR` unset or empty.
  static var isColoured: Bool {
    isatty(STDERR_FILENO) == 1 && !Environment.has("NO_COLOR")
  }

  /// A word that is to stand out on standard error.
  static func emphasized(_ text: String) -> String {
    isColoured ? "\u{1B}[1;31m\(text)\u{1B}[0m" : text
  }

  // MARK: - Texts of others

  /// A text that somebody else wrote, such as a driver, safe for a terminal.
  ///
  /// A control character could move the cursor or change colours, and one that turns the direction
  /// of writing could swap words, and so show what is not there; each is shown as `·`.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - keepsLines: Whether line ends and tabs stay.
  /// - Returns: The text without such characters.
  static func plain(_ text: String, keepsLines: Bool = false) -> String {
    let isClean = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    if isClean { return text }
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          if keepsLines, scalar == "\n" || scalar == "\t" { return scalar }
          return isHarmful(scalar) ? "·" : scalar
        }
      )
    )
  }

  /// A JSON document with a line end, as standard output takes it.
  ///
  /// On a terminal the characters that `plain` replaces are written as escapes, which say the same:
  /// in a document they stand in strings only. Elsewhere it stays as it is.
  static func json(_ document: String) -> String {
    let isClean = document.utf8.allSatisfy { $0 < 0x7F }
    if isClean || isatty(STDOUT_FILENO) != 1 { return document }
    var text = ""
    for scalar in document.unicodeScalars {
      // The writer has escaped those below U+0020 that are no line ends of its own.
      if scalar.value >= 0x7F, isHarmful(scalar) {
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX #9).
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: scalar.properties.generalCategory == .control
    }
  }

  // MARK: - Writing

  /// Writes all of the bytes; an errno, or 0.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      if count > 0 {
        rest = rest.dropFirst(count)
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: waitUntilWritable(descriptor)
      case let number: return number
      }
    }
    return 0
  }

  /// Waits for a pipe or terminal that somebody has made non-blocking.
  private static func waitUntilWritable(_ descriptor: Int32) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&entry, 1, -1)
  }
}
