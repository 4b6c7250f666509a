/// The process that a remote command began as, and what else is known of it.
struct RemoteProcess: Hashable, Sendable {
  /// Its number.
  let identifier: Int32
  /// The process group that is its own; 0: it has none.
  let group: Int32
  /// The session that is its own; 0: it has none, or that is not known.
  let session: Int32
  /// When it began, in ticks since the system did; 0: not known, as without /proc.
  ///
  /// Together with the number it names one process for ever: numbers come again.
  let start: UInt64
  /// The name of the login shell of its user, where the server began it in a session of its own; nil: not known.
  var shell: String?

  /// A process with these facts.
  ///
  /// - Parameters:
  ///   - identifier: Its number.
  ///   - group: The process group that is its own.
  ///   - session: The session that is its own.
  ///   - start: When it began.
  init(identifier: Int32, group: Int32 = 0, session: Int32 = 0, start: UInt64 = 0) {
    self.identifier = identifier
    self.group = group
    self.session = session
    self.start = start
  }

  /// Reads what a mark says; nil: it is not that.
  ///
  /// - Parameter text: Four numbers and the name of a shell, or nothing, with colons between them.
  init?(_ text: [UInt8]) {
    let parts = String(decoding: text, as: UTF8.self)
      .split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 5, let identifier = Int32(parts[0]), identifier > 1,
      let group = Int32(parts[1]), let session = Int32(parts[2]), let start = UInt64(parts[3]),
      // Of no other group or session may anything be ended.
      group == 0 || group == identifier, session == 0 || session == identifier
    else { return nil }
    self.init(identifier: identifier, group: group, session: session, start: start)
    shell = parts[4].isEmpty ? nil : String(parts[4])
  }

  /// Reads what Linux tells of a process (proc_pid_stat(5)); nil: it is not that.
  ///
  /// - Parameter text: The contents of its file `stat`.
  init?(stat text: [UInt8]) {
    // The program's own name, in brackets, may have anything in it.
    guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let first = text.prefix { $0 != UInt8(ascii: " ") }
    let rest = String(decoding: text[(end + 1)...], as: UTF8.self).split(separator: " ")
    guard let identifier = Int32(String(decoding: first, as: UTF8.self)), identifier > 1,
      rest.count > 19, let group = Int32(rest[2]), let session = Int32(rest[3]),
      let start = UInt64(rest[19])
    else { return nil }
    self.init(
      identifier: identifier,
      group: group == identifier ? group : 0,
      session: session == identifier ? session : 0,
      start: start
    )
  }
}
