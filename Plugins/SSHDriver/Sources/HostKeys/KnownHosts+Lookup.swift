extension KnownHosts {
  /// What is known of a host and the key that it shows.
  enum Finding: Hashable, Sendable {
    /// The key is that of the host.
    case matches(Place)
    /// The host has other keys of the type, and not this one.
    case changed(known: [KnownKey])
    /// The host has keys of other types, and none of this one.
    case unknownType(known: [KnownKey])
    /// Nothing is known but who may vouch for the host.
    case unknown(authorities: [Place])
    /// The key may not be used any more.
    case revoked(Place)
  }

  /// Looks up a host and the key that it shows.
  ///
  /// Hosts at other ports than 22 have names of their own, `[host]:port`. As with OpenSSH, a key that is known for the
  /// host without a port is good for its other ports as well, where nothing is known of them; another key there says
  /// nothing. A revoked key is refused at all ports, and also where other lines still have it.
  ///
  /// A certificate counts as the key in it: who signed it cannot be believed before the signature is checked. It is
  /// refused if the key that signed it is revoked.
  ///
  /// - Parameters:
  ///   - address: The host.
  ///   - key: The key that it shows.
  ///   - hashes: The hash functions.
  /// - Returns: What is known.
  func find(
    _ address: HostAddress,
    key: PublicKey,
    _ hashes: some HostKeyHashes
  ) -> Finding {
    let plain = key.plain
    let named = entries(named: address.name, hashes)
    let bare = address.hasStandardPort ? [] : entries(named: address.bareName, hashes)
    let revocation = (named + bare).first { entry in
      entry.line.role == .revoked
        && (entry.line.key.plain == plain
          || entry.line.key.blob == key.certificate?.authorityBlob)
    }
    if let revocation { return .revoked(revocation.place) }
    let known = KnownHosts.keys(named)
    if let match = known.first(where: { $0.key.plain == plain }) { return .matches(match.place) }
    let sameType = known.filter { $0.key.plain.type == plain.type }
    if !sameType.isEmpty { return .changed(known: sameType) }
    if !known.isEmpty { return .unknownType(known: known) }
    if let match = KnownHosts.keys(bare).first(where: { $0.key.plain == plain }) {
      return .matches(match.place)
    }
    return .unknown(
      authorities: (named + bare).filter { $0.line.role == .authority }.map(\.place)
    )
  }

  /// The types of the keys that are known for a host.
  ///
  /// It has to be asked for one of these first: it would show a key of another type else, of which nothing is known.
  ///
  /// - Parameters:
  ///   - address: The host.
  ///   - hashes: The hash functions.
  /// - Returns: The types, each once, in the order of the lines; those of revoked keys are not among them.
  func keyTypes(_ address: HostAddress, _ hashes: some HostKeyHashes) -> [String] {
    var known = usableKeys(entries(named: address.name, hashes))
    if known.isEmpty, !address.hasStandardPort {
      known = usableKeys(entries(named: address.bareName, hashes))
    }
    var types: [String] = []
    for type in known.map(\.key.plain.type) where !types.contains(type) { types.append(type) }
    return types
  }

  private func usableKeys(_ entries: [Entry]) -> [KnownKey] {
    let revoked = Set(entries.filter { $0.line.role == .revoked }.map(\.line.key.plain))
    return KnownHosts.keys(entries).filter { !revoked.contains($0.key.plain) }
  }

  /// The lines of all roles that a host is in.
  private func entries(named name: String, _ hashes: some HostKeyHashes) -> [Entry] {
    let name = Array(name.utf8)
    return entries.filter { $0.line.hosts.contains(name, hashes) }
  }

  private static func keys(_ entries: [Entry]) -> [KnownKey] {
    entries.filter { $0.line.role == .host }.map { KnownKey(place: $0.place, key: $0.line.key) }
  }
}
