extension SSHKey {
  /// The keys of a server: those that were given, else new ones.
  static func hostKeys(_ kinds: [Kind], or given: [SSHKey]) async throws -> [SSHKey] {
    guard given.isEmpty else { return given }
    var keys: [SSHKey] = []
    for kind in kinds { keys.append(try await SSHKey(kind)) }
    return keys
  }

  /// The key that lets users in: the one that was given, else a new one.
  static func userKey(_ given: SSHKey?) async throws -> SSHKey {
    if let given { return given }
    return try await SSHKey()
  }
}
