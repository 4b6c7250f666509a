/// Why something cannot be sent to a shell.
///
/// The description names the input and never what it holds: it may be a secret.
struct ShellFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with it.
  enum Kind: Hashable, Sendable {
    /// It holds a zero byte, which neither an argument nor a variable can.
    case zeroByte
    /// It is no name of a variable.
    case name
    /// It is the name of a variable that shells keep for themselves.
    case reserved
    /// It is longer than a system takes.
    case tooLong
    /// A quote in it is not closed.
    case openQuote
    /// There is nothing in it.
    case empty
  }

  /// What is wrong with it.
  let kind: Kind
  /// The input, such as `env` or `command`.
  let subject: String

  var description: String {
    switch kind {
    case .zeroByte: "\(subject) has a zero byte, which no shell can hold"
    case .name:
      "\(subject) has a name that is none of a variable: letters of ASCII, digits and _ make one, "
        + "and no digit begins it"
    case .reserved: "\(subject) has the name of a variable that shells keep for themselves"
    case .tooLong:
      "\(subject) is longer than \(ShellQuoting.argumentLimit) bytes, which is what a system takes at once: "
        + "send it as a script or on stdin"
    case .openQuote: "\(subject) has a quote that is not closed"
    case .empty: "\(subject) is empty"
    }
  }
}
