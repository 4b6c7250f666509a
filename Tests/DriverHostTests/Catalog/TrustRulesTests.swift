import Foundation
import TestSupport
import Testing

@testable import DriverHost

@Suite("Who may change a driver's file")
struct TrustRulesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func fault(_ path: String) throws -> String? {
    var rules = TrustRules()
    return rules.fault(of: try OpenFile(path).status, at: path)
  }

  private func file(_ name: String, mode: mode_t) throws -> String {
    let path = try folder.write([1], to: name)
    #expect(chmod(path, mode) == 0)
    return path
  }

  @Test("is nobody else where only the owner can write", arguments: [0o644, 0o755, 0o600, 0o555])
  func good(mode: Int) throws {
    #expect(try fault(file("a", mode: mode_t(mode))) == nil)
  }

  @Test("is everybody where the file says so", arguments: [0o666, 0o646, 0o777])
  func worldWritable(mode: Int) throws {
    let path = try file("a", mode: mode_t(mode))
    let octal = String(mode, radix: 8)
    #expect(try fault(path) == "everybody can write it (mode \(octal)): chmod o-w \(path)")
  }

  @Test("is found out for each folder, also where two names look the same")
  func lookalikes() throws {
    let root = try Folder.resolved(folder.path)
    // One character, and a letter with an accent behind it.
    let (good, bad) = ("\(root)/\u{E9}", "\(root)/e\u{301}")
    #expect(mkdir(good, 0o755) == 0 && mkdir(bad, 0o755) == 0 && chmod(bad, 0o777) == 0)
    var rules = TrustRules()
    #expect(rules.fault(ofFolder: good) == nil)
    #expect(rules.fault(ofFolder: bad) != nil)
    #expect(rules.fault(ofFolder: good) == nil)
  }

  @Test("is nobody else where the owner's own group can write")
  func privateGroup() throws {
    // root's group is root's own; other users have theirs where the distribution makes them.
    try #require(UserNames.isPrivateGroup(getegid(), of: geteuid()))
    #expect(try fault(file("a", mode: 0o664)) == nil)
  }

  @Test("is also those whose primary group it is, whom its list of members leaves out")
  func primaryGroup() throws {
    let (group, owner) = (getegid(), geteuid())
    let everybody = UserNames.allUsers()
    let own = try #require(everybody.first { $0.name == UserNames.user(owner) })
    try #require(UserNames.isPrivateGroup(group, of: owner) && own.primaryGroup == group)
    let colleague = UserNames.User(name: "colleague", primaryGroup: group)
    let other = UserNames.User(name: "other", primaryGroup: group + 1)
    #expect(UserNames.isPrivateGroup(group, of: owner, among: { [own, other] }))
    #expect(!UserNames.isPrivateGroup(group, of: owner, among: { [own, colleague] }))
  }

  @Test("are all that the system lists, with their groups")
  func allUsers() throws {
    let lines = try String(contentsOfFile: "/etc/passwd", encoding: .utf8).split(separator: "\n")
    let users = UserNames.allUsers()
    for line in lines {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count == 7, let group = UInt32(fields[3]) else { continue }
      #expect(users.contains(UserNames.User(name: String(fields[0]), primaryGroup: group)))
    }
  }

  @Test(
    "is the group's members where another group can write",
    .enabled(if: geteuid() == 0, "root")
  )
  func otherGroup() throws {
    let path = try file("a", mode: 0o664)
    #expect(chown(path, 0, 100) == 0)
    let reason = try #require(try fault(path))
    #expect(reason == "the group users can write it (mode 664): chmod g-w \(path)")
  }

  @Test("is its owner, where that is somebody else", .enabled(if: geteuid() == 0, "root"))
  func otherOwner() throws {
    let path = try file("a", mode: 0o644)
    #expect(chown(path, 65534, 0) == 0)
    #expect(try #require(try fault(path)).hasPrefix("it belongs to nobody, who could change"))
  }

  @Test("is whoever can write or owns a folder on the way, and says which")
  func folders() throws {
    let path = try file("a/b/c/driver", mode: 0o644)
    #expect(try fault(path) == nil)
    for part in ["a", "a/b", "a/b/c"] {
      let place = "\(folder.path)/\(part)"
      #expect(chmod(place, 0o777) == 0)
      #expect(
        try fault(path) == "everybody can write its folder \(place) (mode 777): chmod o-w \(place)"
      )
      #expect(chmod(place, 0o755) == 0)
      guard geteuid() == 0 else { continue }
      #expect(chown(place, 65534, 65534) == 0)
      #expect(try #require(try fault(path)).hasPrefix("its folder \(place) belongs to nobody"))
      #expect(chown(place, 0, 0) == 0)
    }
  }

  @Test("may be everybody in a sticky folder further up, not in the driver's own")
  func sticky() throws {
    let path = try file("a/b/driver", mode: 0o644)
    #expect(chmod("\(folder.path)/a", 0o1777) == 0)
    #expect(try fault(path) == nil)
    #expect(chmod("\(folder.path)/a/b", 0o1777) == 0)
    #expect(try fault(path)?.contains("can write its folder \(folder.path)/a/b") == true)
  }

  @Test("is whom an access control list lets in")
  func accessControlList() throws {
    let path = try file("a", mode: 0o644)
    // Version 2; then tag, permissions and id of: the owner, user 65534 (rw), the group, the mask
    // (rw), others. As setfacl -m u:65534:rw writes it, acl(5).
    let list =
      "02000000 01000600ffffffff 02000600feff0000 04000400ffffffff 10000600ffffffff 20000400ffffffff"
    let python = try Process.run(
      URL(filePath: "/usr/bin/env"),
      arguments: [
        "python3", "-c",
        "import os, sys; os.setxattr(sys.argv[1], 'system.posix_acl_access', bytes.fromhex(sys.argv[2]))",
        path, list,
      ]
    )
    python.waitUntilExit()
    try #require(python.terminationStatus == 0)
    #expect(try fault(path)?.contains("access control list") == true)
  }
}
