import TestSupport
import Testing

@Suite("A scripted server for FTP", .requires(.curl))
struct ScriptedFTPServerTests {
  private func ask(
    _ server: ScriptedFTPServer,
    _ path: String,
    _ arguments: String...
  ) async throws -> Command {
    try await Command.run(
      "curl",
      ["--silent", "--show-error", "--verbose", "--noproxy", "*", "--max-time", "20"]
        + ["--user", "\(server.user):\(server.password)"] + arguments + [server.url + path]
    )
  }

  @Test("does what a good server does without rules")
  func isGood() async throws {
    let server = try ScriptedFTPServer(files: ["name": Array("text".utf8)])
    #expect(try await ask(server, "/name").output == "text")
    #expect(try await ask(server, "/name", "--continue-at", "2").output == "xt")
    #expect(try await ask(server, "/name", "--disable-epsv").output == "text")
    #expect(try await ask(server, "/name", "--ftp-port", "127.0.0.1").output == "text")
    #expect(try await ask(server, "/", "--list-only").output == "name\n")
    let list = try await ask(server, "/")
    #expect(list.output.contains("group 4 Jan 02  2026 name"))
    let folder = try TemporaryFolder()
    let path = try folder.write("other", to: "file")
    #expect(try await ask(server, "/other", "--upload-file", path).status == 0)
    #expect(server.files["other"] == Array("other".utf8))
    #expect(try await ask(server, "/missing").status == 78)
    #expect(server.commands.starts(with: ["USER tester", "PASS correct horse", "PWD", "EPSV"]))
    #expect(server.connectionCount == 8)
  }

  @Test("answers as its rules say")
  func heedsRules() async throws {
    let server = try ScriptedFTPServer(
      rules: [
        .on("RETR short", .reply("150 Here"), .send("half"), .resetData, .reply("426 Broken")),
        .on("RETR late", .reply("150 Here"), .send("all"), .closeData, .reply("551 Not all")),
        .on("EPSV", .reply("500 No")),
        .on("PASV", .passive(address: "192.0.2.1")),
        .on(
          "LIST",
          .reply("150-Here\n 150 it\n150 comes"),
          .send("01-02-26  03:04AM  <DIR>  A\r\n"),
          .closeData,
          .reply("226 Done")
        ),
      ],
      files: ["short": [0], "late": [0, 0, 0], "good": [1]]
    )
    let short = try await ask(server, "/short")
    #expect(short.status != 0)
    #expect(short.error.contains("< 426 Broken") || short.error.contains("reset"))
    let late = try await ask(server, "/late")
    #expect(late.output == "all")
    #expect(late.error.contains("< 551 Not all"))
    #expect(late.error.contains("(192,0,2,1,"))
    #expect(try await ask(server, "/good").outputBytes == [1])
    #expect(try await ask(server, "/").output.contains("<DIR>"))
    server.add(.once("RETR", .reply("550 Once")))
    #expect(try await ask(server, "/good").status == 78)
    #expect(try await ask(server, "/good").status == 0)
  }

  @Test("takes part of what is sent, and says that there is no room")
  func takesPart() async throws {
    let server = try ScriptedFTPServer(rules: [
      .on("STOR", .reply("150 Send"), .receiveSome(100), .closeData, .reply("552 No room"))
    ])
    let folder = try TemporaryFolder()
    let path = try folder.write([UInt8](repeating: 7, count: 3_000_000), to: "file")
    #expect(try await ask(server, "/file", "--upload-file", path).status != 0)
    try await eventually("it has got some") { (server.received.first?.count ?? 0) >= 100 }
  }

  @Test("closes, and is silent")
  func closes() async throws {
    let closing = try ScriptedFTPServer(rules: [.firstGreeting(.reply("421 Later"), .close)])
    #expect(try await ask(closing, "/").status != 0)
    #expect(try await ask(closing, "/").status == 0)
    let silent = try ScriptedFTPServer(rules: [.on("PWD")])
    #expect(try await ask(silent, "/", "--max-time", "1").status == 28)
    let resetting = try ScriptedFTPServer(rules: [.on("USER", .reset)])
    #expect(try await ask(resetting, "/").status == 56)
    let raw = try ScriptedFTPServer(rules: [.greeting(.raw([0, 255, 10]), .close)])
    #expect(try await ask(raw, "/").status != 0)
  }

  @Test(
    "has ports for data that nobody comes to",
    arguments: [ScriptedFTPServer.Listener.refuses, .neverConnects]
  )
  func hasNoData(listener: ScriptedFTPServer.Listener) async throws {
    let server = try ScriptedFTPServer(
      rules: [.on("EPSV", .passive(listener)), .on("PASV", .passive(listener))]
    )
    #expect(try await ask(server, "/", "--max-time", "2").status != 0)
    #expect(!server.commands.contains { $0.hasPrefix("LIST") })
  }

  @Test("ends at once when it is stopped, whatever it waits for")
  func stops() async throws {
    let server = try ScriptedFTPServer()
    let control = try connectToLoopback(server.port)
    _ = control.read()
    control.write(Array("EPSV\r\n".utf8))
    _ = control.read()
    control.write(Array("RETR name\r\nSTOR name\r\n".utf8))
    try await eventually("it waits") { server.commands.count == 3 }
    server.stop()
    #expect(throws: TestSupportError.self) { try connectToLoopback(server.port) }
  }
}
