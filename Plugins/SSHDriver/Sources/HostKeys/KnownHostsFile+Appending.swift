extension KnownHostsFile {
  /// Adds a line, as `KnownHostsWriter` does.
  ///
  /// May wait for 10 seconds.
  ///
  /// - Parameter line: The line, without its end.
  /// - Returns: Where it is.
  /// - Throws: Why it cannot be added.
  @discardableResult
  func append(_ line: String) throws(KnownHostsFileFault) -> KnownHosts.Place {
    var writer = try KnownHostsWriter(self)
    for _ in 0..<KnownHostsFile.attempts {
      _ = try writer.read()
      if let place = try writer.append(line) { return place }
    }
    throw .busy(path: path)
  }

  /// Adds a host and its key, unless somebody else has done so meanwhile.
  ///
  /// What others wrote since the file was looked at counts: if it is another key, this one is refused. May wait for
  /// 10 seconds.
  ///
  /// - Parameters:
  ///   - address: The host.
  ///   - key: Its key.
  ///   - isHashed: Whether the line is not to tell the host.
  ///   - hashes: The hash functions.
  /// - Returns: Where the line is.
  /// - Throws: Why the key is refused, or the line cannot be added.
  @discardableResult
  func accept(
    _ address: HostAddress,
    key: PublicKey,
    isHashed: Bool,
    _ hashes: some HostKeyHashes
  ) throws(HostKeyFault) -> KnownHosts.Place {
    let line =
      isHashed
      ? KnownHostsLine.hashedText(address, key: key, hashes)
      : KnownHostsLine.text(address, key: key)
    guard let line else { throw .unusableHost(address) }
    let outcome: (place: KnownHosts.Place?, finding: KnownHosts.Finding)
    do throws(KnownHostsFileFault) {
      outcome = try add(line, unlessKnown: address, key, hashes)
    } catch {
      throw .file(error)
    }
    if let place = outcome.place { return place }
    let shown = HostKeyFault.Shown(address, key, hashes)
    switch outcome.finding {
    case .matches(let place): return place
    case .changed(let known): throw .changed(shown, known: known.map { .init($0, hashes) })
    case .unknownType(let known): throw .unknownType(shown, known: known.map { .init($0, hashes) })
    case .revoked(let place): throw .revoked(shown, place)
    case .unknown: throw .file(.busy(path: path))
    }
  }

  /// Adds a line for a host of which nothing is known; the place is nil where something is.
  private func add(
    _ line: String,
    unlessKnown address: HostAddress,
    _ key: PublicKey,
    _ hashes: some HostKeyHashes
  ) throws(KnownHostsFileFault) -> (place: KnownHosts.Place?, finding: KnownHosts.Finding) {
    var writer = try KnownHostsWriter(self)
    for _ in 0..<KnownHostsFile.attempts {
      let finding = try writer.read().find(address, key: key, hashes)
      guard case .unknown = finding else { return (nil, finding) }
      if let place = try writer.append(line) { return (place, finding) }
    }
    throw .busy(path: path)
  }

  /// How often to read the file again when it was changed by somebody who takes no lock.
  private static var attempts: Int { 100 }
}
