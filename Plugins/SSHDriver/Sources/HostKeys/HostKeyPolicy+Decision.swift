extension HostKeyPolicy {
  /// Why a host is trusted.
  enum Decision: Hashable, Sendable {
    /// Its key is the one of a line.
    case known(KnownHosts.Place)
    /// Its key has the fingerprint.
    case pinned
    /// Nothing was known: trusted once `KnownHostsFile.accept` has stored the key.
    case new(KnownHostsFile, isHashed: Bool)
    /// Nobody looked, which is worth a warning with the fingerprint.
    case unchecked(Fingerprint)
  }

  /// Decides whether a host is trusted.
  ///
  /// - Parameters:
  ///   - host: Its name or address, as it is connected to.
  ///   - port: Its port.
  ///   - key: The key that it shows.
  ///   - hosts: What is known, as `knownHosts` gave it.
  ///   - hashes: The hash functions.
  /// - Returns: Why it is trusted.
  /// - Throws: Why it is not.
  func decide(
    host: String,
    port: UInt16,
    key: PublicKey,
    knownHosts hosts: KnownHosts,
    hashes: some HostKeyHashes
  ) throws(HostKeyFault) -> Decision {
    let address = HostAddress(host: host, port: port)
    switch self {
    case .off: return .unchecked(key.fingerprint(hashes))
    case .fingerprint(let text):
      let pinned: PinnedFingerprint
      do throws(Fingerprint.Fault) {
        pinned = try PinnedFingerprint(text)
      } catch {
        throw .unusablePolicy(.fingerprint(error))
      }
      let shown = HostKeyFault.Shown(address, key, hashes)
      guard shown.fingerprint == pinned.fingerprint else { throw .mismatch(shown, pinned: pinned) }
      return .pinned
    case .knownHost, .knownHostsFiles, .acceptNew:
      return try decide(address, key, hosts, hashes)
    }
  }

  private func decide(
    _ address: HostAddress,
    _ key: PublicKey,
    _ hosts: KnownHosts,
    _ hashes: some HostKeyHashes
  ) throws(HostKeyFault) -> Decision {
    let shown = HostKeyFault.Shown(address, key, hashes)
    switch hosts.find(address, key: key, hashes) {
    case .matches(let place): return .known(place)
    case .revoked(let place): throw .revoked(shown, place)
    case .changed(let known): throw .changed(shown, known: known.map { .init($0, hashes) })
    // Also where any new host would do: this one is none.
    case .unknownType(let known): throw .unknownType(shown, known: known.map { .init($0, hashes) })
    case .unknown(let authorities):
      if case .acceptNew(let file, let isHashed) = self {
        return .new(KnownHostsFile(file), isHashed: isHashed)
      }
      throw .unknown(
        shown,
        HostKeyFault.Search(
          sources: hosts.sources,
          missing: hosts.missing,
          badLines: hosts.badLines,
          authorities: authorities
        )
      )
    }
  }
}
