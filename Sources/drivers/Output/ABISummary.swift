import DriverHost

/// Which driver ABI this host speaks.
enum ABISummary {
  /// The revision in words.
  static var revision: String { revision(HostABI.noteInWords) }

  /// A draft is one of revision 1.
  static func revision(_ words: String) -> String {
    words.hasPrefix("draft") ? "revision 1, \(words)" : words
  }

  /// The range of revisions of `dh.driver/N` that interface ids name; null where they name none.
  static func range(of interfaces: [String]) -> Value {
    let prefix = "dh.driver/"
    let revisions = interfaces.compactMap { id in
      id.hasPrefix(prefix) ? Int64(id.dropFirst(prefix.count)) : nil
    }
    guard let least = revisions.min(), let most = revisions.max() else { return .null }
    return ["min": .int(least), "max": .int(most)]
  }
}
