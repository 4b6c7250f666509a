import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "Directories of an FTP server that are mirrored",
  .requiresFTPServers,
  .requiresLogins,
  .showingServerLogs
)
struct SyncTests {
  private func inputs(_ sides: FTPSides, _ direction: String, _ more: ValueMap = [:]) -> ValueMap {
    var inputs: ValueMap = [
      "path": sides.at("tree"), "local_path": sides.here("tree"),
      "direction": .string(direction),
    ]
    for (name, value) in more { inputs[name] = value }
    return inputs
  }

  /// What a call has done: files transferred, skipped and deleted.
  private func counts(_ result: ConnectionResult) -> [Value] {
    [result["transferred"], result["skipped"], result["deleted"]]
  }

  @Test("become like those of this machine, and stay so", arguments: FTPServerKind.mixed)
  func push(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    for number in 0..<6 {
      let path = try sides.folder.write("\(number)", to: file(sides, number))
      try FTPSides.setTime(path, 1_600_000_000 + number)
    }
    let dry = try await sides.host.run("sync", inputs(sides, "push", ["dry_run": true]))
    #expect(counts(dry) == [6, 0, 0])
    #expect(try sides.names().isEmpty)
    #expect(counts(try await sides.host.run("sync", inputs(sides, "push"))) == [6, 0, 0])
    let again = try await sides.host.run("sync", inputs(sides, "push"))
    #expect(again["transferred"] == 0 && again["bytes"] == 0, "\(again["files"])")
    // Of the same size, a day later: some lists tell no more than the day.
    let changed = try sides.folder.write("x", to: file(sides, 1))
    try FTPSides.setTime(changed, 1_600_200_000)
    try sides.write("extra", to: "tree/extra/extra")
    try sides.write("extra", to: "tree/extra 2")
    let some = try await sides.host.run("sync", inputs(sides, "push"))
    #expect(counts(some)[0] == 1 && counts(some)[2] == 0, "\(some["files"])")
    #expect(try sides.names("tree") == ["0", "1", "extra", "extra 2"])
    let wish = inputs(sides, "push", ["delete": true, "dry_run": true])
    #expect(try await sides.host.run("sync", wish)["deleted"] == 3)
    #expect(try sides.names("tree") == ["0", "1", "extra", "extra 2"])
    let mirrored = inputs(sides, "push", ["delete": true])
    #expect(try await sides.host.run("sync", mirrored)["deleted"] == 3)
    #expect(try sides.names("tree") == ["0", "1"])
    #expect(try sides.read("tree/1/file 1") == Array("x".utf8))
    try sides.noTemporaries()
  }

  /// The name of a file here, whose folder is made.
  private func file(_ sides: FTPSides, _ number: Int) throws -> String {
    try sides.folder.folder("tree/\(number % 2)")
    return "tree/\(number % 2)/file \(number)"
  }

  @Test("are what folders of this machine become like", arguments: FTPServerKind.mixed)
  func pull(key: FTPServerKind.Key) async throws {
    let sides = try FTPSides(try await key.shared)
    for number in 0..<6 {
      try sides.write([UInt8(number)], to: "tree/\(number % 2)/\(number)", time: 1_600_000_000)
    }
    let dry = try await sides.host.run("sync", inputs(sides, "pull", ["dry_run": true]))
    #expect(counts(dry) == [6, 0, 0])
    #expect(try sides.folder.names().isEmpty)
    #expect(counts(try await sides.host.run("sync", inputs(sides, "pull"))) == [6, 0, 0])
    let again = try await sides.host.run("sync", inputs(sides, "pull"))
    #expect(again["transferred"] == 0, "\(again["files"])")
    try sides.write([9, 9], to: "tree/1/1", time: 1_600_000_000)
    try sides.folder.write("extra", to: "tree/extra")
    let mirrored = try await sides.host.run("sync", inputs(sides, "pull", ["delete": true]))
    #expect(counts(mirrored)[0] == 1 && counts(mirrored)[2] == 1, "\(mirrored["files"])")
    #expect(try sides.folder.read("tree/1/1") == [9, 9])
    let names = try FileManager.default.contentsOfDirectory(atPath: sides.folder.file("tree"))
    #expect(names.sorted() == ["0", "1"])
  }

  @Test("lose their links, and nothing that these lead to", arguments: FTPServerKind.allCases)
  func links(kind: FTPServerKind) async throws {
    let sides = try FTPSides(try await kind.shared())
    try sides.folder.folder("tree")
    try sides.folder.write("x", to: "tree/file")
    try sides.write("kept", to: "outside/kept")
    try sides.server.addFolder(sides.path + "/tree")
    symlink("../outside", sides.there("tree/link"))
    symlink("nowhere", sides.there("tree/broken"))
    let result = try await sides.host.run("sync", inputs(sides, "push", ["delete": true]))
    #expect(result["deleted"] == 2 && result["transferred"] == 1, "\(result["files"])")
    #expect(try sides.names("tree") == ["file"] && sides.names("outside") == ["kept"])
  }
}
