import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("A listing that is not as it should be")
struct ListingFaultTests {
  /// Sides whose server lists this by LIST, and knows no MLSD.
  private func sides(list: [UInt8], _ rules: [ScriptedFTPServer.Rule] = []) throws -> ScriptedSides
  {
    try ScriptedSides(
      rules + [
        .on("FEAT", .reply("211-Features\n SIZE\n211 End")),
        .on("LIST", .reply("150 Here"), .send(list), .closeData, .reply("226 Done")),
      ]
    )
  }

  private func sides(facts: [UInt8]) throws -> ScriptedSides {
    try ScriptedSides([
      .on("MLSD", .reply("150 Here"), .send(facts), .closeData, .reply("226 Done"))
    ])
  }

  private func names(_ outputs: Value) -> [String] {
    outputs.listValue?.compactMap { $0["name"].stringValue } ?? []
  }

  /// What the process holds or has held at most, in KiB.
  private func memory(_ name: String) throws -> Int {
    let lines = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
      .split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix(name) })
    return Int(line.split { !$0.isNumber }.first ?? "") ?? 0
  }

  private static let dos = """
    01-02-26  03:04PM       <DIR>          a folder
    01-02-26  03:04PM                1,234 a file.txt
    12-31-1999  11:59PM                    5 old\r

    """

  @Test("has the form of DOS")
  func dosForm() async throws {
    let sides = try sides(list: Array(Self.dos.utf8))
    let result = try await sides.host.run("list", ["path": "/"])
    let entries = try #require(result["entries"].listValue)
    #expect(names(result["entries"]) == ["a folder", "a file.txt", "old"])
    #expect(entries[0]["type"] == "directory" && entries[1]["size"] == 1234)
    #expect(entries[1]["modified"].stringValue?.hasPrefix("2026-01-02T15:04") == true)
  }

  @Test("has the form of Unix, with names that are strange, and with the directory itself")
  func unixForm() async throws {
    let lines = """
      total 8
      drwxr-xr-x   2 owner group 4096 Jan 02  2026 .
      drwxr-xr-x   2 owner group 4096 Jan 02  2026 ..
      -rw-r--r--   1 owner group    3 Jan 02  2026 a "quoted" name
      -rw-r--r--   1 owner group    3 Jan 02  2026  blank in front
      -rw-r--r--   1 owner group    3 Jan 02  2026 -a
      -rw-r--r--   1 owner group    3 Jan 02  2026 *
      lrwxrwxrwx   1 owner group    3 Jan 02  2026 link -> ../../etc/passwd

      """
    let sides = try sides(list: Array(lines.utf8))
    let result = try await sides.host.run("list", ["path": "/"])
    let found = names(result["entries"])
    #expect(found == ["a \"quoted\" name", " blank in front", "-a", "*", "link"], "\(found)")
    #expect(result["entries"].listValue?.last?["link_target"] == "../../etc/passwd")
  }

  @Test("is no listing at all, which is an error and no empty directory")
  func garbage() async throws {
    let pieces: [[UInt8]] = [
      Array("<html><body>Not here</body></html>\r\n".utf8), [UInt8](0...255) + [10],
      Array("-rw-r--r-- 1 a b\r\n".utf8), Array(repeating: 0, count: 4096),
      Array(repeating: 0x41, count: 300_000),
    ]
    for piece in pieces {
      for sides in [try sides(list: piece), try sides(facts: piece)] {
        let error = try await sides.host.failure("list", ["path": "/"])
        #expect(error.code == .protocolViolation && error.message.contains("line 1"), "\(error)")
      }
    }
  }

  @Test(
    "has names that lead elsewhere, which are refused, and nothing is written for them",
    arguments: ["../evil", "/etc/evil", "a/b", "..\u{0}", "a\u{0}b", "", "sub/../../evil"]
  )
  func names(_ name: String) async throws {
    let facts = "type=file;size=1; \(name)\r\ntype=file;size=1; good\r\n"
    let unix = "-rw-r--r-- 1 o g 1 Jan 02  2026 \(name)\r\n-rw-r--r-- 1 o g 1 Jan 02  2026 good\r\n"
    for sides in [try sides(facts: Array(facts.utf8)), try sides(list: Array(unix.utf8))] {
      sides.server.add(.on("RETR", .reply("150 Here"), .send("x"), .closeData, .reply("226 Done")))
      sides.server.add(.on("SIZE /good", .reply("213 1")))
      let error = try await sides.host.failure("list", ["path": "/"])
      #expect([.invalidInput, .protocolViolation].contains(error.code), "\(error)")
      let listed = names(error.outputs["entries"] ?? .null)
      #expect(listed == ["good"] || listed.isEmpty, "\(listed)")
      try sides.folder.folder("in")
      _ = try? await sides.host.run(
        "get",
        ["path": "/", "local_path": sides.here("in/to"), "recursive": true]
      )
      #expect(try sides.folder.names() == ["in"])
      let inside = try FileManager.default.subpathsOfDirectory(atPath: sides.folder.path)
      #expect(Set(inside).isSubset(of: ["in", "in/to", "in/to/good"]), "\(inside)")
      #expect(!FileManager.default.fileExists(atPath: "/etc/evil"))
      #expect(!sides.server.commands.contains { $0.contains("evil") && $0.hasPrefix("RETR") })
    }
  }

  @Test("has a CR or a newline in a name, which is another entry, a refused name or an error")
  func lineBreaks() async throws {
    for name in ["a\rb", "a\nb", "a\r\nb", "a\r"] {
      let sides = try sides(facts: Array("type=file;size=1; \(name)\r\n".utf8))
      do throws(HostError) {
        let result = try await sides.host.run("list", ["path": "/"])
        let found = names(result["entries"])
        #expect(found.allSatisfy { $0 == "a\rb" || $0 == "a" || $0 == "a\r" }, "\(found)")
      } catch {
        #expect([.invalidInput, .protocolViolation].contains(error.code), "\(error)")
      }
    }
  }

  @Test("comes by LIST where -a is not understood, or MLSD is announced and refused")
  func others() async throws {
    let line = Array("-rw-r--r-- 1 o g 1 Jan 02  2026 good\r\n".utf8)
    for reply in ["501 No options", "550 -a: No such file or directory", "504 Not that"] {
      let sides = try sides(list: line, [.on("LIST -A", .reply(reply))])
      #expect(
        try await names(sides.host.run("list", ["path": "/"])["entries"]) == ["good"],
        "\(reply)"
      )
    }
    for reply in ["500 What?", "502 No", "504 Not that"] {
      let sides = try ScriptedSides([
        .on("MLSD", .reply(reply)),
        .on("LIST", .reply("150 Here"), .send(line), .closeData, .reply("226 Done")),
      ])
      #expect(
        try await names(sides.host.run("list", ["path": "/"])["entries"]) == ["good"],
        "\(reply)"
      )
    }
  }

  @Test("has nothing in it, in whichever words that is said")
  func empty() async throws {
    for reply in ["226 Done", "450 No files found", "550 No files found.", "250 Well"] {
      for word in ["MLSD", "LIST"] {
        let rules: [ScriptedFTPServer.Rule] =
          reply.first == "2"
          ? [.on(word, .reply("150 Here"), .send(""), .closeData, .reply(reply))]
          : [.on(word, .reply(reply))]
        let features = ScriptedFTPServer.Rule.on("FEAT", .reply("502 No"))
        let sides = try ScriptedSides(rules + (word == "LIST" ? [features] : []))
        #expect(try await sides.host.run("list", ["path": "/"])["count"] == 0, "\(word) \(reply)")
      }
    }
    // That it is not there is something else.
    let sides = try ScriptedSides([.on("MLSD", .reply("550 No such directory"))])
    #expect(try await sides.host.failure("list", ["path": "/"]).vendorState == "not_found")
  }

  @Test("has 50,000 entries, which are not kept")
  func large() async throws {
    let lines = (0..<50_000).map { "type=file;size=\($0);modify=20260102030405; file-\($0)\r\n" }
    let sides = try sides(facts: Array(lines.joined().utf8))
    let (count, sum) = (Locked(0), Locked(0))
    let before = try memory("VmRSS:")
    // From now on the peak is a new one (proc(5), clear_refs).
    try "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    let result = try await sides.host.run("list", ["path": "/"]) { options in
      options.outputs["entries"] = .values { value in
        count.with { $0 += 1 }
        sum.with { $0 += Int(value["size"].intValue ?? 0) }
      }
    }
    #expect(result["count"] == 50_000 && count.with { $0 } == 50_000)
    #expect(sum.with { $0 } == 49_999 * 25_000)
    // All entries would be more than twice as much.
    if Sanitizer.current == nil { #expect(try memory("VmHWM:") - before < 24 << 10) }
    // Without a reader there is a limit.
    let error = try await sides.host.failure("list", ["path": "/"])
    #expect(error.code == .tooLarge && error.pointer?.description == "/max_entries", "\(error)")
    #expect(
      try await sides.host.run("list", ["path": "/", "max_entries": 50_000])["count"] == 50_000
    )
  }
}
