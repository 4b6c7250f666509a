import Glibc

/// The system's user and group databases.
///
/// The corresponding C functions are `getpwuid_r`,
/// `getgrgid_r`.
enum UserNames {
  private struct User {
    let name: String
    let primaryGroup: gid_t
  }

  private struct Group {
    let name: String
    let members: [String]
  }

  /// A user's name, or its number where it has none.
  static func user(_ id: uid_t) -> String {
    entry(of: id)?.name ?? "user \(id)"
  }

  /// A group's name, or its number where it has none.
  static func group(_ id: gid_t) -> String {
    entry(ofGroup: id)?.name ?? "\(id)"
  }

  /// Whether a group is its owner's own, as distributions make one with each user: the user's
  /// primary group, of the same name, with nobody else in it.
  static func isPrivateGroup(_ group: gid_t, of owner: uid_t) -> Bool {
    guard let user = entry(of: owner), user.primaryGroup == group,
      let group = entry(ofGroup: group), group.name == user.name
    else { return false }
    return group.members.allSatisfy { $0 == user.name }
  }

  private static func entry(of id: uid_t) -> User? {
    var record = unsafe passwd()
    return unsafe withBuffer { buffer in
      var found: UnsafeMutablePointer<passwd>?
      guard let start = buffer.baseAddress else { return (ENOMEM, nil) }
      let status = unsafe getpwuid_r(id, &record, start, buffer.count, &found)
      guard status == 0, unsafe found != nil, let name = unsafe record.pw_name else {
        return (status, nil)
      }
      return unsafe (0, User(name: String(cString: name), primaryGroup: record.pw_gid))
    }
  }

  private static func entry(ofGroup id: gid_t) -> Group? {
    var record = unsafe Glibc.group()
    return unsafe withBuffer { buffer in
      var found: UnsafeMutablePointer<Glibc.group>?
      guard let start = buffer.baseAddress else { return (ENOMEM, nil) }
      let status = unsafe getgrgid_r(id, &record, start, buffer.count, &found)
      guard status == 0, unsafe found != nil, let name = unsafe record.gr_name else {
        return (status, nil)
      }
      var members: [String] = []
      var next = unsafe record.gr_mem
      while let member = unsafe next?.pointee {
        unsafe members.append(String(cString: member))
        unsafe next = next?.successor()
      }
      return unsafe (0, Group(name: String(cString: name), members: members))
    }
  }

  /// Runs `body` with a buffer that is large enough: it grows while `body` answers `ERANGE`.
  private static func withBuffer<Entry>(
    _ body: (UnsafeMutableBufferPointer<CChar>) -> (status: Int32, entry: Entry?)
  ) -> Entry? {
    var size = 1024
    // A group with many thousand members needs some hundred kilobytes.
    while size <= 1 << 24 {
      let result = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) {
        unsafe body($0)
      }
      if result.status != ERANGE { return result.entry }
      size *= 4
    }
    return nil
  }
}
