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
  /// - Parameter text: Four numbers with colons between them.
  init?(_ text: [UInt8]) {
    let parts = String(decoding: text, as: UTF8.self).split(separator: ":")
    guard parts.count == 4, let identifier = Int32(parts[0]), identifier > 1,
      let group = Int32(parts[1]), let session = Int32(parts[2]), let start = UInt64(parts[3]),
      // Of no other group or session may anything be ended.
      group == 0 || group == identifier, session == 0 || session == identifier
    else { return nil }
    self.init(identifier: identifier, group: group, session: session, start: start)
  }
}
