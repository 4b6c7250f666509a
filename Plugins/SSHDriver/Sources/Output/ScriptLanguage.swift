/// What a script is written in, as far as its variables matter.
enum ScriptLanguage: Hashable, Sendable {
  /// bash, which has `BASH_ENV`.
  case bash
  /// Another shell of the POSIX kind.
  case shell
  /// Anything else.
  case other

  /// Tells by the name of the program.
  ///
  /// - Parameter words: The words of the interpreter; the program behind `env` counts.
  init(_ words: [String]) {
    var rest = words[...]
    if rest.first.map(ScriptLanguage.name) == "env" {
      rest = rest.dropFirst().drop { $0.hasPrefix("-") || $0.utf8.contains(UInt8(ascii: "=")) }
    }
    switch rest.first.map(ScriptLanguage.name) {
    // In its POSIX mode and with privileges it reads no BASH_ENV.
    case "bash" where rest.contains("--posix") || rest.contains("-p"): self = .shell
    case "bash": self = .bash
    case "sh", "dash", "ash", "ksh", "ksh93", "mksh", "oksh", "yash", "zsh": self = .shell
    case "busybox" where ["sh", "ash"].contains(rest.dropFirst().first): self = .shell
    default: self = .other
    }
  }

  private static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? ""
  }
}
