/// What is sent to a server to run something.
struct PreparedCommand: Hashable, Sendable {
  /// The command of the channel, in printable ASCII.
  let line: String
  /// What goes to stdin before all else; nothing: the user's stdin comes at once.
  let preamble: [UInt8]
  /// Whether stdin may only be sent when the mark `ready` has come, or `running` if there is no preamble.
  ///
  /// sudo may ask for a password before that, or drop what it did not ask for; a terminal would echo it.
  let waitsForReady: Bool
  /// Whether the user's stdin may only be sent when the mark `running` has come: a terminal would change it.
  let waitsForRunning: Bool
}
