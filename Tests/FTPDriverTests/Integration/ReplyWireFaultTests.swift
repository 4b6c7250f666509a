import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Replies on the wire")
struct ReplyWireFaultTests {
  /// What the process holds, in KiB.
  private static func memory() throws -> Int {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(
      separator: " "
    )
    return (Int(pages[1]) ?? 0) * 4
  }

  @Test("without end are not kept, and end the call", arguments: [" line\r\n", "line\r\n", "x"])
  func endless(_ piece: String) async throws {
    let sent = Locked(0)
    let sides = try ScriptedSides(
      [
        .on(
          "NOOP",
          .raw(Array("200-Begin\r\n".utf8)),
          .runs { connection, _ in
            let bytes = Array(String(repeating: piece, count: 1 << 14).utf8)
            while sent.with({ $0 }) < 64 << 20, connection.write(bytes) {
              sent.with { $0 += bytes.count }
            }
          },
          .close
        )
      ],
      ["socket_timeout": 1]
    )
    try await sides.host.run("quote", ["commands": ["SYST"]])
    let before = try Self.memory()
    let error = try await sides.host.failure("quote", ["commands": ["NOOP"]])
    let after = try Self.memory()
    #expect(error.vendorState == "malformed", "\(error)")
    if Sanitizer.current == nil { #expect(after - before < 24 << 10) }
    #expect(try await sides.host.run("exists", ["path": "/a"])["exists"] == false)
  }

  @Test("may be as long as they like, and are shown cut")
  func long() async throws {
    let long = String(repeating: "word ", count: 20_000)
    let many = (0..<10_000).map { "200-line \($0)\n" }.joined()
    let sides = try ScriptedSides([
      .on("NOOP", .reply("200-Begin\n\(many)200 End")), .on("HELP", .reply("550 " + long)),
    ])
    let well = try await sides.host.run("quote", ["commands": ["NOOP"]])
    let first = well["replies"].listValue?.first
    #expect(first?["code"] == 200 && (first?["text"].stringValue?.utf8.count ?? .max) < 1000)
    let error = try await sides.host.failure("quote", ["commands": ["HELP"]])
    #expect(
      error.status == 550 && error.message.contains("word word"),
      "\(error.message.prefix(400)) \(error.detail?.prefix(900) ?? "")"
    )
    #expect(error.message.utf8.count < 2000)
    // libcurl takes 300 KiB in answer to one request.
    sides.server.add(.on("HELP", .reply("550 " + String(repeating: "word ", count: 1 << 18))))
    let longer = try await sides.host.failure("quote", ["commands": ["HELP"]])
    #expect(longer.vendorState == "malformed", "\(longer.message.prefix(400))")
  }

  @Test("that come byte by byte, or many at once, are the same")
  func pieces() async throws {
    let text = "230-Welcome\r\n230- 220 no end\r\n2301 neither\r\n230 Now\r\n"
    let sides = try ScriptedSides(
      [
        .on(
          "PASS",
          .runs { connection, _ in
            for byte in text.utf8 {
              connection.write([byte])
              usleep(500)
            }
          }
        )
      ],
      files: ["a": [1, 2]]
    )
    #expect(try await sides.host.run("get", ["path": "/a"])["bytes"] == 2)
  }

  /// Lists through a proxy that cuts the control connection at eight places, and once more.
  private func cut(_ server: any FTPServer, _ address: ValueMap, _ path: Value) async throws {
    func host(_ port: Int) throws -> FTPHost {
      var address = address
      address["port"] = .int(Int64(port))
      return try FTPHost(address)
    }
    let whole = try TCPProxy(to: server.port)
    defer { whole.stop() }
    let count = try await host(whole.port).run("list", ["path": path])["count"]
    var failed = 0
    for part in 0..<8 {
      let proxy = try TCPProxy(to: server.port)
      defer { proxy.stop() }
      proxy.cut(after: max(1, whole.passed * part / 8))
      let host = try host(proxy.port)
      do throws(HostError) {
        // A listing may be asked for once more.
        let result = try await host.run("list", ["path": path])
        #expect(result["count"] == count)
      } catch {
        failed += 1
        let isCut = error.code == .unavailable || error.message.contains("was ended meanwhile")
        #expect(isCut && error.isRetryable, "\(part): \(error) \(error.detail ?? "")")
      }
      #expect(try await host.run("list", ["path": path])["count"] == count)
    }
    #expect(failed > 2)
  }

  @Test(
    "that are cut anywhere end the call or have it made anew",
    .requiresLogins,
    .requiresFTPServers,
    arguments: [FTPEncryption.Mode.off, .explicit, .implicit]
  )
  func cut(_ mode: FTPEncryption.Mode) async throws {
    let sides = try FTPSides(try await FTPServerKind.vsftpd.shared(mode))
    try sides.write([1], to: "a")
    try await cut(sides.server, sides.host.address, sides.at())
  }

  @Test("that nobody has asked for do not put others out of step")
  func unsolicited() async throws {
    let isSent = Locked(false)
    let sides = try ScriptedSides(
      [
        .once(
          "SIZE /b",
          .reply("550 No"),
          .runs { connection, _ in
            Thread.detachNewThread {
              usleep(200_000)
              connection.write("226 More\r\n213 99\r\n")
              isSent.with { $0 = true }
            }
          }
        )
      ],
      files: ["a": [1, 2], "c": [1, 2, 3]]
    )
    #expect(try await sides.host.run("exists", ["path": "/b"])["exists"] == false)
    try await eventually("it was said") { isSent.with { $0 } }
    // Until it has arrived as well.
    try await Task.sleep(for: .milliseconds(100))
    for (name, size) in [("/a", 2), ("/c", 3), ("/a", 2)] {
      let result = try await sides.host.run("stats", ["path": .string(name)])
      #expect(result["size"] == .int(Int64(size)) && result["type"] == "file")
    }
    #expect(sides.commands("USER").count == 2)
    // In front of the answer to a transfer, nothing wrong comes out of it.
    let other = try ScriptedSides(
      [.once("TYPE I", .reply("200 Well"), .reply("213 1"))],
      files: ["a": Array(repeating: 7, count: 1000)]
    )
    if let result = try? await other.host.run("get", ["path": "/a", "local_path": other.here("a")])
    {
      #expect(try result["bytes"] == 1000 && other.folder.read("a").count == 1000)
    } else {
      #expect(try other.folder.names().isEmpty)
    }
    // The answer that is left over tells that the connection is of no use.
    try await Task.sleep(for: .milliseconds(100))
    #expect(try await other.host.run("stats", ["path": "/a"])["size"] == 1000)
  }

  @Test(
    "to PWD may be strange, or none at all",
    arguments: [
      "257 \"/\"", "257 \"/\"\"quoted\"\"\" is it", "257 /", "257 \"\" nothing", "257 \"home",
      "500 What?",
      "250 \"/\"", "257-more\n \"/\"\n257 \"/\" is it", "257 \"C:\\ftp\"",
    ]
  )
  func home(_ reply: String) async throws {
    let sides = try ScriptedSides(
      [
        .on("PWD", .reply(reply)), .on("CWD /b", .reply("550 No such directory")),
        .on("CWD", .reply("250 Well")),
      ],
      files: ["a": [1, 2, 3]]
    )
    #expect(try await sides.host.run("get", ["path": "/a"])["bytes"] == 3)
    #expect(try await sides.host.run("put", ["path": "/b", "content": "12"])["bytes"] == 2)
    #expect(sides.server.files["b"] == [49, 50])
    #expect(sides.server.files.count == 2)
  }

  @Test(
    "to FEAT may be strange, or none at all",
    arguments: [
      "500 What?", "502 Not here", "530 Log in first", "211 No features", "211-Only\n211 End",
      "211-Features\n MLST type*\n\n \n;;;\n SIZE SIZE\n REST\n211 End", "200 Well",
      "211-Features\n MLST \u{1}\u{2}*;;=*;type\n UTF8 \u{7f}\n211 End",
    ]
  )
  func features(_ reply: String) async throws {
    let sides = try ScriptedSides([.on("FEAT", .reply(reply))], files: ["a": [1, 2, 3]])
    #expect(try await sides.host.run("get", ["path": "/a"])["bytes"] == 3)
    #expect(try await sides.host.run("list", ["path": "/"])["count"] == 1)
    #expect(try await sides.host.run("put", ["path": "/b", "content": "12"])["bytes"] == 2)
  }
}
