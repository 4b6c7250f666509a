/// A text as one word of a command that people can copy into a shell.
struct ShellWord: CustomStringConvertible {
  private let text: String

  /// A word.
  ///
  /// - Parameter text: What it stands for.
  init(_ text: String) { self.text = text }

  /// The word, in quotation marks where it needs them.
  var description: String {
    let plain = #"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+:@%"#.utf8
    if !text.isEmpty, text.utf8.allSatisfy({ plain.contains($0) }) { return text }
    let parts = text.split(separator: "'", omittingEmptySubsequences: false)
    return "'\(parts.joined(separator: #"'\''"#))'"
  }
}
