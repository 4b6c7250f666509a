/// A fingerprint as somebody wrote it down, maybe with the type of its key.
struct PinnedFingerprint: Hashable, Sendable {
  let fingerprint: Fingerprint
  /// The name of the key's type as `ssh-keygen -l` shows it; nil: it is not told.
  let typeName: String?

  /// Reads a fingerprint, or a whole line of `ssh-keygen -l`: `256 SHA256:… comment (ED25519)`.
  ///
  /// - Parameter text: The text.
  /// - Throws: Why there is none.
  init(_ text: String) throws(Fingerprint.Fault) {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count > 1 else {
      fingerprint = try Fingerprint(words.first ?? "")
      typeName = nil
      return
    }
    let word = words.first { $0.lowercased().hasPrefix("sha256:") }
    fingerprint = try Fingerprint(word ?? words[1])
    let last = words[words.count - 1]
    let isType = last.hasPrefix("(") && last.hasSuffix(")") && last.count > 2
    typeName = isType ? String(last.dropFirst().dropLast()) : nil
  }

  /// The types that the key may be of; none: it is not told.
  var keyTypes: [String] {
    switch typeName {
    case "ED25519": ["ssh-ed25519"]
    case "ECDSA": ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"]
    case "RSA": ["ssh-rsa"]
    case "ED25519-SK": ["sk-ssh-ed25519@openssh.com"]
    case "ECDSA-SK": ["sk-ecdsa-sha2-nistp256@openssh.com"]
    default: []
    }
  }
}
