import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "Names of files on an FTP server",
  .requiresFTPServers,
  .requiresLogins,
  .showingServerLogs
)
struct NameTests {
  /// What shells, URLs, patterns and lines of listings take for something else.
  private static let names = [
    "two words", "many   blanks", "'single' \"double\"", "[brackets]", "{braces}", "-dash", "--all",
    "-a", "semi;colon", "type=file; x", "größe", "日本語", "100%", "50%41%2F", "#1", "what?", "~tilde",
    "~tester", "star*", "back\\slash", "$HOME", "a -> b", "1 Jan 1 2020 x", "...", ".hidden",
    "total 8", "at@home", "a&b|c>d", "IBM  12:30", "(round)", "comma,", "`tick`", "!bang",
  ]

  /// The names that a server takes.
  ///
  /// - Parameters:
  ///   - kind: The server.
  ///   - isNew: Whether it is to give them.
  /// - Returns: The names.
  private static func names(_ kind: FTPServerKind, isNew: Bool = false) -> [String] {
    switch kind {
    case .pureFTPD: names.filter { !$0.contains("\\") }
    case .proftpd where isNew: names.filter { !$0.contains("*") }
    default: names
    }
  }

  @Test("are listed, and lead to the files that have them", arguments: FTPServerKind.allCases)
  func listAndGet(kind: FTPServerKind) async throws {
    let sides = try FTPSides(try await kind.shared())
    let names = Self.names(kind)
    for (number, name) in names.enumerated() { try sides.write("\(number)", to: name) }
    #expect(Set(try await sides.entries().keys) == Set(names))
    for (number, name) in names.enumerated() {
      let got = try await sides.host.run("get", ["path": sides.at(name)])
      #expect(got["content"] == .string("\(number)"), "\(name)")
    }
    let all = try await sides.host.run(
      "get",
      ["path": sides.at(), "local_path": sides.here("all"), "recursive": true]
    )
    #expect(all["transferred"] == .int(Int64(names.count)))
    let here = try FileManager.default.contentsOfDirectory(atPath: sides.folder.file("all"))
    #expect(Set(here) == Set(names))
  }

  @Test("are those that files and directories are given", arguments: FTPServerKind.allCases)
  func give(kind: FTPServerKind) async throws {
    let sides = try FTPSides(try await kind.shared())
    // Listing and reading take all of them; here each server has a half.
    let names = Self.names(kind, isNew: true).enumerated()
      .filter { ($0.offset % 2 == 0) == (kind == .vsftpd || kind == .pyftpdlib) }.map(\.element)
    for name in names {
      try await sides.host.run("mkdir", ["path": sides.at(name)])
      try await sides.host.run("put", ["path": sides.at(name + "/" + name), "content": "x"])
      #expect(try sides.names(name) == [name], "\(name)")
      let new = sides.at(name + "/" + name + "2")
      try await sides.host.run("rename", ["path": sides.at(name + "/" + name), "new_path": new])
      try await sides.host.run("rmdir", ["path": sides.at(name), "recursive": true])
    }
    #expect(try sides.names().isEmpty)
  }

  @Test("that no line of FTP can hold are refused", arguments: FTPServerKind.allCases)
  func refused(kind: FTPServerKind) async throws {
    let sides = try FTPSides(try await kind.shared())
    for name in ["line\nbreak", "line\r\nDELE x", "return\rhere"] {
      let error = try await sides.host.failure("put", ["path": sides.at(name), "content": "x"])
      #expect(error.code == .invalidInput && error.pointer?.description == "/path", "\(error)")
    }
    #expect(try sides.names().isEmpty)
  }

  @Test("in another encoding than UTF-8 are written and read in that")
  func encoding() async throws {
    var options = PyFTPServer.Options()
    options.encoding = "latin-1"
    try await withPyFTP(options) { server in
      let sides = try FTPSides(server, ["encoding": "iso-8859-1"])
      try await sides.host.run("mkdir", ["path": sides.at("Ärger")])
      try await sides.host.run("put", ["path": sides.at("Ärger/größe"), "content": "x"])
      let entries = try await sides.host.run("list", ["path": sides.at(), "recursive": true])
      let paths = (entries["entries"].listValue ?? []).compactMap { $0["path"].stringValue }
      #expect(paths.map { $0.dropFirst(sides.path.count + 1) } == ["Ärger", "Ärger/größe"])
      let got = try await sides.host.run("get", ["path": sides.at("Ärger/größe")])
      #expect(got["content"] == "x")
      let commands = try server.commands()
      #expect(commands.contains { $0.hasPrefix("MKD") && $0.hasSuffix("/Ärger") }, "\(commands)")
      let error = try await sides.host.failure("get", ["path": sides.at("日本")])
      #expect(error.code == .invalidInput && error.pointer?.description == "/path", "\(error)")
    }
  }
}
