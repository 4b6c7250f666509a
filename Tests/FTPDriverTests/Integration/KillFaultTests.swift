import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Files that a run has left behind", .requiresLogins, .requires(.vsftpd))
struct KillFaultTests {
  private let sides: FTPSides

  init() async throws { sides = try FTPSides(try await FTPServerKind.vsftpd.shared(.off)) }

  @Test("by kill -9 have a temporary name with our token, and nothing has the final one")
  func killed() async throws {
    try sides.folder.write(FTPSides.bytes(8 << 20), to: "big")
    let authentication =
      "authentication:={authentication_method: username_password, "
      + "username: \(sides.server.user), password: '\(sides.server.password)'}"
    let program = try ChildProcess(
      ThisPackage.products + "/drivers",
      [
        "run", "--type", "FTP", "--driver-path", ThisPackage.products + "/libFTPDriver.so",
        "--action", "put", "host=127.0.0.1", "port:=\(sides.server.port)", "tls:={mode: off}",
        authentication, "path=\(sides.path)/big", "local_path=\(sides.folder.file("big"))",
        "max_bandwidth:=500000",
      ],
      folder: sides.folder.path
    )
    try await eventually("some of it has arrived") {
      guard let name = try sides.names().first else { return false }
      return try FTPSides.status(sides.there(name)).st_size > 0
    }
    program.send(SIGKILL)
    #expect(program.wait() == .signalled(SIGKILL))
    let names = try sides.names()
    let name = try #require(names.first)
    let form = /\.big\.dh-[0-9]{10}-[0-9a-f]{16}\.part/
    #expect(try names.count == 1 && form.wholeMatch(in: name) != nil, "\(names)")
    // A later run has no trouble with it, and lets it be as long as it is young.
    try await sides.host.run("put", ["path": sides.at("big"), "content": "12"])
    #expect(try sides.names() == [name, "big"] && sides.read("big") == Array("12".utf8))
    // One that finds it old enough removes it.
    try FTPSides.setTime(sides.there(name), 1_600_000_000)
    let old = ".big.dh-1600000000" + name.dropFirst(".big.dh-1600000000".count)
    try FileManager.default.moveItem(atPath: sides.there(name), toPath: sides.there(old))
    let later = try FTPHost(sides.server)
    try await later.run("put", ["path": sides.at("big"), "content": "3"])
    #expect(try sides.names() == ["big"])
  }

  @Test("are removed when they are old enough, and nobody else's are")
  func leftovers() async throws {
    let now = Int(Date().timeIntervalSince1970)
    let random = "0123456789abcdef"
    let ours = [".a.dh-1000000000-\(random).part", ".b c.dh-\(now - 4000)-\(random).part"]
    let others = [
      // Younger, and of a time that is to come.
      ".a.dh-\(now - 100)-\(random).part", ".a.dh-\(now + 4000)-\(random).part",
      "a.dh-1000000000-\(random).part", ".a.dh-1000000000-\(random).part.bak",
      ".a.dh-1000000000-0123456789ABCDEF.part", ".a.dh-100000000-\(random).part",
      ".a.dh-1000000000-\(random.dropLast()).part", ".dh-1000000000-\(random).part",
      ".a.dh-1000000000_\(random).part", ".a.part",
    ]
    for name in ours + others { try sides.write([1], to: name) }
    let directory = ".d.dh-1000000000-\(random).part"
    try sides.server.addFolder(sides.path + "/" + directory)
    try sides.write([1], to: "other/" + ours[0])
    let inputs: ValueMap = [
      "path": sides.at("new"), "content": "1", "remove_leftovers_after": 3600,
    ]
    try await sides.host.run("put", inputs)
    let expected = (others + [directory, "new", "other"]).sorted()
    #expect(try sides.names() == expected)
    #expect(try sides.names("other") == [ours[0]])
    #expect(sides.host.log.contains(ours[0]))
    // For whoever looks for the reason of a failure afterwards.
    #expect(sides.host.log.contains("uses libcurl/"))
  }
}
