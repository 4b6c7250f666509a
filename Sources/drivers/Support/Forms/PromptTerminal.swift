import DriverHost

/// A terminal that somebody answers at: the real one, or a script of answers in tests.
protocol PromptTerminal: AnyObject {
  /// Shows a text as it is.
  func write(_ text: String)

  /// Shows a prompt and waits for a line.
  ///
  /// - Parameter prompt: What stands before the answer.
  /// - Returns: What was typed.
  /// - Throws: At the stage `.input`, with the code `.cancelled`, that a signal has come; see
  ///   `FormPrompt.aborted`.
  func readLine(_ prompt: String) throws(HostError) -> TerminalLine

  /// Hides what is typed from now on.
  ///
  /// - Throws: That the terminal cannot, so that no secret may be asked for.
  func hideInput() throws(HostError)

  /// Shows what is typed again; does nothing where it is shown.
  func showInput()
}

/// What was typed at a terminal.
enum TerminalLine: Sendable, Hashable {
  /// A line, without its end.
  case text(String)
  /// Ctrl-D on an empty line, or the terminal has gone.
  case end
  /// What is no answer, and why.
  case unreadable(String)
}
