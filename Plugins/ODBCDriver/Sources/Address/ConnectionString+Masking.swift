extension ConnectionString {
  /// The string for messages: with asterisks in place of what is secret.
  ///
  /// What is secret can be told by its keyword only.
  ///
  /// - Parameter secretKeywords: Keywords whose values are secret, beside those whose name says so.
  /// - Returns: The text, in the order of the attributes.
  func masked(secretKeywords: [String] = []) -> String {
    attributes.map { attribute in
      let isSecret =
        ConnectionString.saysSecret(attribute.keyword)
        || secretKeywords.contains { ConnectionString.isSame($0, attribute.keyword) }
      // An empty value is shown: that a password is missing helps, and gives nothing away.
      if isSecret, !attribute.value.isEmpty { return "\(attribute.keyword)=***" }
      let text = try? ValueQuoting.standard.text(attribute.value, of: attribute.keyword)
      return "\(attribute.keyword)=\(text ?? "***")"
    }
    .joined(separator: ";")
  }

  /// Whether a keyword's name says that its value is secret, as `PWD`, `Password` and `TLSKEYPWD` do.
  private static func saysSecret(_ keyword: String) -> Bool {
    // pqopt and ConnSettings of PostgreSQL's driver hold options of another kind, passwords among them.
    let words = [
      "pwd", "passw", "passphrase", "secret", "token", "apikey", "privatekey", "credential",
      "pqopt", "connsettings",
    ]
    let name = keyword.lowercased()
    return words.contains { name.contains($0) }
  }
}
