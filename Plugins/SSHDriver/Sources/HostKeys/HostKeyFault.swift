/// Why a host's key is not trusted, or cannot be judged.
enum HostKeyFault: Error, Hashable, Sendable {
  /// The key that a host shows.
  struct Shown: Hashable, Sendable {
    let address: HostAddress
    let type: String
    let typeName: String
    let fingerprint: Fingerprint
    /// The line that would make it known.
    let line: String?

    /// What is told of a key.
    ///
    /// - Parameters:
    ///   - address: The host that shows it.
    ///   - key: The key.
    ///   - hashes: The hash functions.
    init(_ address: HostAddress, _ key: PublicKey, _ hashes: some HostKeyHashes) {
      self.address = address
      type = key.plain.type
      typeName = key.plain.exactTypeName
      fingerprint = key.fingerprint(hashes)
      line = KnownHostsLine.text(address, key: key)
    }
  }

  /// A key that is known for the host instead.
  struct Known: Hashable, Sendable {
    let place: KnownHosts.Place
    let typeName: String
    let fingerprint: Fingerprint

    /// What is told of a key.
    ///
    /// - Parameters:
    ///   - known: The key and where it is.
    ///   - hashes: The hash functions.
    init(_ known: KnownHosts.KnownKey, _ hashes: some HostKeyHashes) {
      place = known.place
      typeName = known.key.plain.exactTypeName
      fingerprint = known.key.fingerprint(hashes)
    }
  }

  /// Where a host was looked for in vain.
  struct Search: Hashable, Sendable {
    let sources: [String]
    let missing: [String]
    let badLines: [KnownHosts.BadLine]
    /// Lines with authorities that may sign for the host.
    let authorities: [KnownHosts.Place]
  }

  /// Why the text of a policy is of no use.
  enum Unusable: Hashable, Sendable {
    case fingerprint(Fingerprint.Fault)
    /// The text of `known_host` has no line in it.
    case emptyLine
    case badLine(KnownHosts.BadLine)
    /// No file is named.
    case noFiles
  }

  /// Another key of the type is known.
  case changed(Shown, known: [Known])
  /// Only keys of other types are known.
  case unknownType(Shown, known: [Known])
  case unknown(Shown, Search)
  case revoked(Shown, KnownHosts.Place)
  /// It has another fingerprint than it should have.
  case mismatch(Shown, pinned: PinnedFingerprint)
  case unusablePolicy(Unusable)
  /// The host's name cannot be written to a file.
  case unusableHost(HostAddress)
  case file(KnownHostsFileFault)
}
