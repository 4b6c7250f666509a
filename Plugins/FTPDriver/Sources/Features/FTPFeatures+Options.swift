extension FTPFeatures {
  /// The facts of MLST that entries are made of, in small letters.
  private static let wanted: Set<String> = [
    "type", "size", "sizd", "modify", "perm", "unix.mode", "unix.owner", "unix.group",
    "unix.ownername", "unix.groupname",
  ]

  /// The command that has all facts told that are wanted (RFC 3659, section 7.9); nil: they are told already.
  var mlstOption: String? {
    let known = facts.filter { FTPFeatures.wanted.contains(ASCII.small($0.name.utf8)) }
    guard known.contains(where: { !$0.isOn }) else { return nil }
    return "OPTS MLST " + known.map { "\($0.name);" }.joined()
  }
}
