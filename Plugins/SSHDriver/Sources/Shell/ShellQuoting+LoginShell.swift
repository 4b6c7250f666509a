/// A server gives the command of a channel to the login shell of the user, which may be any.
extension ShellQuoting {
  /// What one request may have in bytes.
  ///
  /// A packet has at most 35,000 bytes (RFC 4253, 6.1), and libssh2 sends a request in one.
  static let lineLimit = 30_000

  /// Writes a program for /bin/sh as a command line for any login shell.
  ///
  /// Tried: sh, dash, bash, busybox, zsh, mksh, ksh93, yash, fish and tcsh. None takes anything in single quotes for
  /// something else but a quote, a backslash before another one or a quote (fish), and `!` and the end of a line (csh).
  /// All these, and what is not ASCII, are therefore written as `\0ooo`, and printf in /bin/sh reads them back. The
  /// process keeps its number all the way, since each shell is replaced by the next one.
  ///
  /// - Parameter program: The program, without zero bytes.
  /// - Returns: The command line, in printable ASCII.
  static func loginLine(_ program: String) -> String { loginLine(program.utf8) }

  /// The same for a program in bytes, since the names of files are in any encoding.
  static func loginLine(_ program: some Collection<UInt8>) -> String {
    // A program that starts with a number of its own goes the same way: what it finds as $1 is itself.
    restart + " sh '" + escaped(program) + "'"
  }

  /// What runs the escaped program in `$1`.
  static let restart = #"exec /bin/sh -c 'eval "$(printf %b "$1")"'"#

  private static func escaped(_ program: some Collection<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(program.count * 5 / 4)
    for byte in program {
      if 0x20...0x7E ~= byte, byte != UInt8(ascii: "'"), byte != UInt8(ascii: "\\"),
        byte != UInt8(ascii: "!")
      {
        text.append(byte)
      } else {
        let digits = [byte >> 6, byte >> 3 & 7, byte & 7].map { UInt8(ascii: "0") + $0 }
        text += "\\0".utf8
        text += digits
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
