/// Why an agent's answer is of no use.
enum AgentFault: Error, Hashable, Sendable {
  /// It does not do what it is asked: it does not have the key any more, is locked, or somebody said no.
  case refused
  /// It says something that is no answer to the question: the number of its message.
  case unexpected(UInt8)
  case tooLong(count: Int, limit: Int)
  case tooManyKeys(count: Int, limit: Int)
  case damaged(WireFault)
  /// It signed with another algorithm than it was asked for, by its name where it has one.
  case otherAlgorithm(wanted: String, got: String?)
}

extension AgentFault: CustomStringConvertible {
  /// What is wrong and what to do, without a full stop.
  var description: String {
    switch self {
    case .refused:
      "the agent does not sign with the key: see with `ssh-add -l` whether it has it, unlock the "
        + "agent if it is locked, and confirm if it asks"
    case .unexpected(let type):
      "the agent answers with a message of the type \(type), which is no answer to the question: "
        + "see what listens on its socket"
    case .tooLong(let count, let limit):
      "the agent announces an answer of \(count) bytes, and none has more than \(limit): see what "
        + "listens on its socket"
    case .tooManyKeys(let count, let limit):
      "the agent has \(count) keys, and more than \(limit) are of no use: take some away"
    case .damaged(let fault): "the agent's answer cannot be read: \(fault)"
    case .otherAlgorithm(let wanted, let got):
      "the agent signs with \(got ?? "something else") where \(wanted) is needed: use an agent that "
        + "knows it, such as OpenSSH's since 7.2"
    }
  }
}
