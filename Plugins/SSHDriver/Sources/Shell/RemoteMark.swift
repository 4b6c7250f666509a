/// What our part of a remote command tells, in lines of its own on stderr.
///
/// A line is the byte 0x1E, `drivers:`, the token of the run, `:`, a word, and what belongs to it behind another `:`.
enum RemoteMark: Hashable, Sendable {
  /// The first of all: which process it is.
  case process(RemoteProcess)
  /// What was prepared for stdin may be sent.
  case ready
  /// What the user wants begins now.
  case running
  /// sudo asks for the password: a line on stdin.
  case passwordPrompt
  /// Our part could not do its work, and nothing of the user's ran.
  case fault(RemoteFault)
  /// A piece of the values that a shell script left in its variables.
  case values([UInt8])
  /// A piece of the file that a script wrote its variables into.
  case file([UInt8])
  /// What a kill command left.
  case killed(KillReport)

  /// Reads a line; nil: it is no mark.
  ///
  /// - Parameter line: What stands behind the token and its colon, without the end of the line.
  init?(_ line: some Collection<UInt8>) {
    let parts = line.split(
      separator: UInt8(ascii: ":"),
      maxSplits: 1,
      omittingEmptySubsequences: false
    )
    guard let first = parts.first else { return nil }
    let rest = parts.count > 1 ? Array(parts[1]) : []
    switch String(decoding: first, as: UTF8.self) {
    case "process":
      guard let process = RemoteProcess(rest) else { return nil }
      self = .process(process)
    case "stat":
      guard let process = RemoteProcess(stat: rest) else { return nil }
      self = .process(process)
    case "ready": self = .ready
    case "running": self = .running
    case "sudo": self = .passwordPrompt
    case "fault":
      guard let fault = RemoteFault(rawValue: String(decoding: rest, as: UTF8.self)) else {
        return nil
      }
      self = .fault(fault)
    case "values":
      guard let bytes = RemoteMark.bytes(rest) else { return nil }
      self = .values(bytes)
    case "file":
      guard let bytes = RemoteMark.bytes(rest) else { return nil }
      self = .file(bytes)
    case "killed":
      guard let report = KillReport(rest) else { return nil }
      self = .killed(report)
    default: return nil
    }
  }

  /// Two digits a byte, as od(1) writes them.
  private static func bytes(_ digits: [UInt8]) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digit(digits[place]), let low = digit(digits[place + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
