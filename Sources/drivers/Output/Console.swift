import DriverHost
import Glibc

/// Writes to standard output and standard error.
enum Console {
  /// A text and a line end, to standard output.
  static func output(_ text: String, newline: Bool = true) {
    write(Array((newline ? text + "\n" : text).utf8), to: STDOUT_FILENO)
  }

  /// A text and a line end, to standard error.
  static func error(_ text: String, newline: Bool = true) {
    write(Array((newline ? text + "\n" : text).utf8), to: STDERR_FILENO)
  }

  /// Bytes as they are, to standard output.
  static func output(_ bytes: [UInt8]) {
    write(bytes, to: STDOUT_FILENO)
  }

  /// Whether texts on standard error may be coloured: a terminal, and `NO_COLOR` unset or empty.
  static var isColoured: Bool {
    isatty(STDERR_FILENO) == 1 && !Environment.has("NO_COLOR")
  }

  /// A word that is to stand out on standard error.
  static func emphasized(_ text: String) -> String {
    isColoured ? "\u{1B}[1;31m\(text)\u{1B}[0m" : text
  }

  /// A text that somebody else wrote, such as a driver, safe for a terminal.
  ///
  /// A control character could move the cursor or change colours, and so show what is not there;
  /// each is shown as `·`.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - keepsLines: Whether line ends and tabs stay.
  /// - Returns: The text without control characters.
  static func plain(_ text: String, keepsLines: Bool = false) -> String {
    let isClean = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    if isClean { return text }
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          if keepsLines, scalar == "\n" || scalar == "\t" { return scalar }
          return scalar.properties.generalCategory == .control ? "·" : scalar
        }
      )
    )
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
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
      // The reader has what it wanted, as in `drivers list | head -1`.
      case EPIPE: Glibc.exit(0)
      default: fail(descriptor, errno)
      }
    }
  }

  /// Waits for a pipe or terminal that somebody has made non-blocking.
  private static func waitUntilWritable(_ descriptor: Int32) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&entry, 1, -1)
  }

  /// Ends the program: what was asked for cannot be delivered.
  private static func fail(_ descriptor: Int32, _ number: Int32) -> Never {
    if descriptor == STDOUT_FILENO {
      error("\(emphasized("error")): standard output cannot be written: \(systemMessage(number))")
    }
    Glibc.exit(1)
  }
}
