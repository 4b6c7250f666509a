extension HostKeyFault: CustomStringConvertible {
  /// What is wrong, where, and what to do, without a full stop.
  var description: String {
    switch self {
    case .changed(let shown, let known):
      "the host key of \(shown.address) has changed: it shows \(shown), and "
        + "\(HostKeyFault.list(known)) known. Either somebody is between here and the host, or it "
        + "was set up anew. Do not go on before \(shown.administrator); then "
        + HostKeyFault.replacement(of: known, shown)
    case .unknownType(let shown, let known):
      "the host \(shown.address) shows a key of a type that is not known for it: \(shown), while "
        + "\(HostKeyFault.list(known)) known. Either somebody is between here and the host, or it "
        + "has lost the key that is known. If \(shown.administrator), add it: \(shown.lineToAdd)"
    case .unknown(let shown, let search):
      "the host key of \(shown.address) is not known: it shows \(shown), and "
        + "\(search). If \(shown.administrator), pin the key in one of these ways: "
        + "fingerprint \"\(shown.fingerprint)\"; known_host with the text, or a file of "
        + "known_hosts_file with the line, \(shown.lineToAdd); or accept_new, which stores the key "
        + "that a host shows first"
    case .revoked(let shown, let place):
      "the host key of \(shown.address) is revoked by \(place): it shows \(shown). Whoever wrote "
        + "that line holds the key to be stolen: do not connect before the host has another one"
    case .mismatch(let shown, let pinned):
      "the host key of \(shown.address) is not the pinned one: it shows \(shown), and fingerprint "
        + "is \(pinned.fingerprint)\(pinned.typeName.map { " (\($0))" } ?? ""). Either somebody is "
        + "between here and the host, or it was set up anew, or the pinned key is another one of "
        + "the host's (the action host_key shows all of them). If \(shown.administrator), write "
        + "\(shown.fingerprint)"
    case .unusablePolicy(let reason): reason.description
    case .unusableHost(let address):
      "\"\(address.host)\" cannot be written to a file of known hosts: it is empty, or has blanks "
        + "or characters that mean something else there"
    case .file(let fault): fault.description
    }
  }

  /// The keys that are known, and the verb.
  private static func list(_ known: [Known]) -> String {
    let keys = known.prefix(4).map(\.description).joined(separator: ", ")
    let rest = known.count > 4 ? " and \(known.count - 4) more" : ""
    return "\(keys)\(rest) \(known.count == 1 ? "is" : "are")"
  }

  private static func replacement(of known: [Known], _ shown: Shown) -> String {
    let files = known.map(\.place.source).filter { $0 != HostKeyPolicy.textSource }
    guard let file = files.first else {
      return "write the new line in known_host: \(shown.lineToAdd)"
    }
    return "remove what is known (`ssh-keygen -R \(ShellWord(shown.address.name)) -f "
      + "\(ShellWord(file))`) and add the line \(shown.lineToAdd)"
  }
}

extension HostKeyFault.Shown: CustomStringConvertible {
  /// The key's type and fingerprint.
  var description: String { "\(typeName) \(fingerprint)" }

  /// What has to be so before the key can be trusted.
  fileprivate var administrator: String {
    let name =
      switch KeyFamily(type: type) {
      case .rsa: "rsa"
      case .dsa: "dsa"
      case .ecdsa: "ecdsa"
      case .ed25519: "ed25519"
      case .securityKeyECDSA, .securityKeyEd25519, .other: "*"
      }
    return "its administrator has the same fingerprint (on the host: `ssh-keygen -lf "
      + "/etc/ssh/ssh_host_\(name)_key.pub`)"
  }

  fileprivate var lineToAdd: String { line.map { "\"\($0)\"" } ?? "of its name and its key" }
}

extension HostKeyFault.Known: CustomStringConvertible {
  /// The key's type, fingerprint and line.
  var description: String { "\(typeName) \(fingerprint) (\(place))" }
}

extension HostKeyFault.Search: CustomStringConvertible {
  /// Where it was looked for, and what may be the reason that nothing was found.
  var description: String {
    var facts: [String] = []
    if !missing.isEmpty {
      let verb = missing.count == 1 ? "is" : "are"
      facts.append("\(missing.joined(separator: ", ")) \(verb) not there")
    }
    if !authorities.isEmpty {
      let lines = authorities.prefix(3).map(\.description).joined(separator: ", ")
      facts.append("\(lines) trusts an authority for it, whose certificates are not used here")
    }
    facts += badLines.prefix(3).map { "\($0)" }
    if badLines.count > 3 { facts.append("\(badLines.count - 3) more lines are bad") }
    let place =
      sources.isEmpty
      ? "there is no file of known hosts"
      : "there is no line for it in \(sources.joined(separator: ", "))"
    return facts.isEmpty ? place : "\(place) (\(facts.joined(separator: "; ")))"
  }
}

extension HostKeyFault.Unusable: CustomStringConvertible {
  /// What is wrong with the text and what to do.
  var description: String {
    switch self {
    case .fingerprint(let fault): "fingerprint cannot be used: \(fault)"
    case .emptyLine:
      "known_host has no line: write hosts, type and key, for instance what `ssh-keyscan` prints "
        + "for the host, and compare it with the host's own key"
    case .badLine(let line): "known_host cannot be used: \(line)"
    case .noFiles: "known_hosts_file names no file: give the path of at least one"
    }
  }
}
