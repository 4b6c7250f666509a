/// The names that are negotiated for a host's key, RFC 4253 §7.1 "server_host_key_algorithms".
enum HostKeyAlgorithms {
  /// The type of the keys that an algorithm signs with.
  ///
  /// Keys of the type ssh-rsa sign with three algorithms (RFC 8332 §3).
  ///
  /// - Parameter algorithm: The algorithm's name.
  /// - Returns: The type's name.
  static func keyType(of algorithm: String) -> String {
    let plain = KeyFamily.plainType(ofCertificate: algorithm) ?? algorithm
    return ["rsa-sha2-256", "rsa-sha2-512"].contains(plain) ? "ssh-rsa" : plain
  }

  /// Algorithms by the type of the keys that they sign with, which a server has one of.
  ///
  /// - Parameter algorithms: The algorithms in the order of preference.
  /// - Returns: Those of one type together, in the order of the first of each; certificates are left out.
  static func ofEachType(_ algorithms: [String]) -> [[String]] {
    var groups: [(type: String, names: [String])] = []
    for name in algorithms where KeyFamily.plainType(ofCertificate: name) == nil {
      let type = keyType(of: name)
      if let place = groups.firstIndex(where: { $0.type == type }) {
        groups[place].names.append(name)
      } else {
        groups.append((type, [name]))
      }
    }
    return groups.map(\.names)
  }

  /// Puts those first with which a host can show a key that is known.
  ///
  /// - Parameters:
  ///   - preferred: The algorithms in the order in which they would be asked for else.
  ///   - keyTypes: The types of the keys that are known.
  /// - Returns: The same algorithms, each part in its old order.
  static func ordered(_ preferred: [String], knownTypes keyTypes: [String]) -> [String] {
    let isKnown = { (algorithm: String) in keyTypes.contains(keyType(of: algorithm)) }
    return preferred.filter(isKnown) + preferred.filter { !isKnown($0) }
  }
}
