/// What a host's key has to be, so that the host is trusted.
enum HostKeyPolicy: Hashable, Sendable {
  /// The key of a line, which is written as in a file of known hosts; or the key alone, for whichever host it is.
  case knownHost(String)
  /// A key that the files know for the host.
  case knownHostsFiles([String])
  /// The key with a fingerprint, `SHA256:…` or a line of `ssh-keygen -l`.
  case fingerprint(String)
  /// One that the file knows, or any where it knows none for the host: that one is stored.
  case acceptNew(file: String, isHashed: Bool)
  /// Any.
  case off

  /// The name of the text of `knownHost` in messages, where others have a path.
  static let textSource = "known_host"

  /// What is known, from the text or the files of the policy.
  ///
  /// - Returns: The lines; none where the policy needs none.
  /// - Throws: Why the text is of no use, or which file cannot be read.
  func knownHosts() throws(HostKeyFault) -> KnownHosts {
    switch self {
    case .knownHost(let text): return try HostKeyPolicy.lines(of: text)
    case .knownHostsFiles(let paths):
      guard !paths.isEmpty else { throw .unusablePolicy(.noFiles) }
      return try HostKeyPolicy.read(paths)
    case .acceptNew(let file, _): return try HostKeyPolicy.read([file])
    case .fingerprint, .off: return KnownHosts()
    }
  }

  /// The types of keys that the host has to be asked for first.
  ///
  /// - Parameters:
  ///   - address: The host.
  ///   - hosts: What is known, as `knownHosts` gave it.
  ///   - hashes: The hash functions.
  /// - Returns: The types; none: any will do.
  func keyTypes(
    _ address: HostAddress,
    _ hosts: KnownHosts,
    _ hashes: some HostKeyHashes
  ) -> [String] {
    switch self {
    case .fingerprint(let text): (try? PinnedFingerprint(text))?.keyTypes ?? []
    case .off: []
    case .knownHost, .knownHostsFiles, .acceptNew: hosts.keyTypes(address, hashes)
    }
  }

  private static func lines(of text: String) throws(HostKeyFault) -> KnownHosts {
    // Whoever has the .pub file at hand need not think of what the host is called. Each line may be one: what is not
    // read would not count, and somebody may have written it to revoke a key.
    var lines: [String] = []
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      do throws(PublicKeyFault) {
        lines.append("* \(try PublicKey.parse(String(line)).key.text())")
      } catch {
        // Any other fault is that of a line which begins with its hosts.
        if error == .isPEM {
          let place = KnownHosts.Place(source: textSource, line: lines.count + 1)
          throw .unusablePolicy(.badLine(KnownHosts.BadLine(place: place, fault: .key(error))))
        }
        lines.append(String(line))
      }
    }
    let hosts = KnownHosts(lines.joined(separator: "\n"), source: textSource)
    // In a file it may be an old line for another host; here it was meant.
    if let line = hosts.badLines.first { throw .unusablePolicy(.badLine(line)) }
    guard !hosts.entries.isEmpty else { throw .unusablePolicy(.emptyLine) }
    return hosts
  }

  private static func read(_ paths: [String]) throws(HostKeyFault) -> KnownHosts {
    do throws(KnownHostsFileFault) {
      return try KnownHostsFile.read(paths)
    } catch {
      throw .file(error)
    }
  }
}
