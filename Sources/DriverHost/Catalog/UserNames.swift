import Glibc

/// The system's user and group databases.
///
/// The corresponding C functions are `getpwuid_r`, `getgrgid_r` and `getpwent_r`.
enum UserNames {
  /// What the database of users says of one.
  struct User: Sendable, Hashable {
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
  ///
  /// A group's own list of members leaves out those whose primary group it is. A directory service
  /// that does not let its users be listed hides them here too.
  ///
  /// - Parameters:
  ///   - group: The group.
  ///   - owner: The user.
  ///   - everybody: All users; only asked for where the rest holds.
  /// - Returns: Whether nobody but the user has the group's rights.
  static func isPrivateGroup(
    _ group: gid_t,
    of owner: uid_t,
    among everybody: () -> [User] = allUsers
  ) -> Bool {
    guard let user = entry(of: owner), user.primaryGroup == group,
      let entry = entry(ofGroup: group), entry.name == user.name,
      entry.members.allSatisfy({ $0 == user.name })
    else { return false }
    return everybody().allSatisfy { $0.primaryGroup != group || $0.name == user.name }
  }

  /// The walk through the database has one place in a process.
  private static let walk = Lock<Void>(())

  /// All users that the system lists.
  static func allUsers() -> [User] {
    walk.withLock { _ in
      setpwent()
      defer { endpwent() }
      var users: [User] = []
      while let user = nextUser() { users.append(user) }
      return users
    }
  }

  private static func nextUser() -> User? {
    var record = unsafe passwd()
    return unsafe withBuffer { buffer in
      var found: UnsafeMutablePointer<passwd>?
      guard let start = buffer.baseAddress else { return (ENOMEM, nil) }
      // With too small a buffer the next call has the same entry.
      let status = unsafe getpwent_r(&record, start, buffer.count, &found)
      return unsafe (status, found == nil ? nil : user(record))
    }
  }

  private static func user(_ record: passwd) -> User? {
    guard let name = unsafe record.pw_name else { return nil }
    return unsafe User(name: String(cString: name), primaryGroup: record.pw_gid)
  }

  private static func entry(of id: uid_t) -> User? {
    var record = unsafe passwd()
    return unsafe withBuffer { buffer in
      var found: UnsafeMutablePointer<passwd>?
      guard let start = buffer.baseAddress else { return (ENOMEM, nil) }
      let status = unsafe getpwuid_r(id, &record, start, buffer.count, &found)
      return unsafe (status, found == nil ? nil : user(record))
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
