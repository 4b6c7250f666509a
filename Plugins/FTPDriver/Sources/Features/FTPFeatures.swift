internal import FileKit

/// What a server can do beyond RFC 959: the answer to FEAT (RFC 2389).
struct FTPFeatures: Sendable, Hashable {
  /// A word of a list, and whether the server has turned it on, which a `*` behind it tells.
  struct Choice: Sendable, Hashable {
    let name: String
    let isOn: Bool
  }

  /// A line of the answer: a command, or a wish such as UTF8, and what the server says of it.
  struct Feature: Sendable, Hashable {
    /// The first word, in large letters.
    let name: String
    /// What stands behind it, as it is written there; empty: nothing.
    let parameters: String
  }

  /// How many lines are looked at: no server has so many.
  private static let limit = 256

  /// All of it, in the server's order.
  let all: [Feature]

  /// A server that tells nothing.
  static let none = FTPFeatures(all: [])

  private init(all: [Feature]) { self.all = all }

  /// Reads the answer to FEAT.
  ///
  /// - Parameter reply: The answer: 211 with one line each, or 211 alone, or 500 from a server that does not know FEAT,
  ///   which tells nothing then.
  init(_ reply: FTPReply) {
    guard reply.code == 211 else {
      self = .none
      return
    }
    var all: [Feature] = []
    // The first line is a heading, and the last one an end.
    for line in reply.inner.prefix(FTPFeatures.limit) {
      let text = ASCII.trimmed(line[...])
      let words = text.split(maxSplits: 1, whereSeparator: ASCII.isBlank)
      guard let first = words.first else { continue }
      all.append(
        Feature(
          name: ASCII.large(first),
          parameters: words.count < 2
            ? "" : String(decoding: ASCII.trimmed(words[1]), as: UTF8.self)
        )
      )
    }
    self.all = all
  }

  /// Whether a command is there.
  ///
  /// - Parameter name: The command in large letters, such as `MFMT`.
  /// - Returns: Whether it is. That a server does not list one of RFC 959 means nothing.
  func has(_ name: String) -> Bool { all.contains { $0.name == name } }

  /// The lines of the answer as they were, for people and for the action `features`: on one line each.
  var lines: [String] {
    all.map { feature in
      let text = feature.parameters.isEmpty ? feature.name : "\(feature.name) \(feature.parameters)"
      return NameText(text.utf8).description
    }
  }

  /// Whether there is MLSD: a server that has MLST has both (RFC 3659, section 7.8).
  var hasMLSD: Bool { has("MLST") || has("MLSD") }

  /// The facts of MLST, and which of them are told without being asked for.
  var facts: [Choice] { choices("MLST") }

  /// Whether names can be in UTF-8 (RFC 2640).
  var hasUTF8: Bool { has("UTF8") || has("UTF-8") }

  /// Whether the control connection can be turned to TLS (RFC 4217).
  var hasTLS: Bool { !words("AUTH").isDisjoint(with: ["TLS", "TLS-C", "TLS-P", "SSL"]) }

  /// The algorithms of HASH (draft-bryan-ftpext-hash), and which one is chosen.
  var hashes: [Choice] { choices("HASH") }

  /// How the server can make a checksum, the best way first; empty: not at all.
  var checksums: [ChecksumCommand] {
    var commands = hashes.compactMap { choice in
      FileChecksum.Algorithm(named: choice.name).map { algorithm in
        ChecksumCommand.hash(algorithm, name: choice.name, isChosen: choice.isOn)
      }
    }
    commands += ChecksumCommand.plain.filter { has($0.verb) }
    let order = FileChecksum.Algorithm.allCases
    let place = { (command: ChecksumCommand) in order.firstIndex(of: command.algorithm) ?? 0 }
    // Stable: HASH stands in front of X… of the same algorithm, since it tells what it made.
    return commands.enumerated()
      .sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }
      .map(\.element)
  }

  private func choices(_ name: String) -> [Choice] {
    guard let feature = all.first(where: { $0.name == name }) else { return [] }
    return feature.parameters.split { ";, ".contains($0) }
      .compactMap { part in
        let isOn = part.last == "*"
        let name = isOn ? part.dropLast() : part
        return name.isEmpty ? nil : Choice(name: String(name), isOn: isOn)
      }
  }

  /// The words behind all lines of a command, in large letters.
  private func words(_ name: String) -> Set<String> {
    var found: Set<String> = []
    for feature in all where feature.name == name {
      let words = feature.parameters.split { ";,| ".contains($0) }
      found.formUnion(words.map { ASCII.large($0.utf8) })
    }
    return found
  }
}
