extension ChannelOpener {
  /// As many channels at once as a server can bear, whatever it allows.
  ///
  /// When a program ends, dropbear from 2022.82 on also closes each channel whose program has not been asked for yet,
  /// and the request for it is on its way then: the program is run all the same, and its first output ends the whole
  /// connection by an assertion (`!channel->sent_close`). No order of what is sent here keeps clear of that, for when a
  /// program ends is not known before. So a channel is opened where none is open, and once the server has answered
  /// something after it has closed the last one: it may close one while the news that look at all are still on their way
  /// to it. 2024.86 has it mended.
  ///
  /// - Parameter banner: What the server says that it is; some dropbears do not tell their version.
  /// - Returns: How many.
  static func bearable(banner: String) -> Int {
    guard let start = banner.firstRange(of: "dropbear") else { return .max }
    let version = banner[start.upperBound...].drop { $0 == "_" }
      .prefix { $0.isASCII && !$0.isWhitespace }
    let numbers = version.split(separator: ".", maxSplits: 1).map { part in
      Int(part.prefix { $0.isASCII && $0.isNumber })
    }
    guard numbers.count == 2, let year = numbers[0], let release = numbers[1] else { return 1 }
    // Its releases are counted on from year to year.
    return (2022, 82) <= (year, release) && (year, release) < (2024, 86) ? 1 : .max
  }
}
