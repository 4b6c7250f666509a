/// Takes an agent's answers out of bytes as they come (draft-ietf-sshm-ssh-agent §3: a length, then a message).
struct AgentFrame {
  private var bytes: [UInt8] = []

  /// More than any answer has: OpenSSH's own limit.
  static let limit = 256 * 1024

  /// Whether nothing has come behind the last message.
  var isEmpty: Bool { bytes.isEmpty }

  /// Adds bytes that came.
  ///
  /// - Parameter more: The bytes.
  mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// Takes the next message.
  ///
  /// - Returns: The message, its type first; nil: it is not whole yet.
  /// - Throws: That it is longer than any, or has not even a type: nothing more can be read then.
  mutating func next() throws(AgentFault) -> [UInt8]? {
    guard bytes.count >= 4 else { return nil }
    let count = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    guard count <= AgentFrame.limit else { throw .tooLong(count: count, limit: AgentFrame.limit) }
    guard count > 0 else { throw .damaged(.truncated(at: 0, needed: 1, left: 0)) }
    guard bytes.count >= 4 + count else { return nil }
    let message = Array(bytes[4..<4 + count])
    bytes.removeFirst(4 + count)
    return message
  }

  /// Puts the length in front of a message.
  ///
  /// - Parameter message: The message, its type first.
  /// - Returns: The bytes to send.
  /// - Throws: That it is too long for the agent, too.
  static func framed(_ message: [UInt8]) throws(AgentFault) -> [UInt8] {
    guard message.count <= limit else { throw .tooLong(count: message.count, limit: limit) }
    var writer = WireWriter()
    writer.uint32(UInt32(message.count))
    writer.raw(message)
    return writer.bytes
  }
}
