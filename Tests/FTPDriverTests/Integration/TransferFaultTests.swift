import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Transfers that go wrong in part")
struct TransferFaultTests {
  @Test("are not the server's fault where a reader or a source is slow")
  func slowSides() async throws {
    let content = FTPSides.bytes(8 << 20)
    let sides = try ScriptedSides(files: ["a": content], ["socket_timeout": 1.5])
    let got = Locked<[UInt8]>([])
    try await sides.host.run("get", ["path": "/a"]) { options in
      options.outputs["content"] = .bytes { bytes in
        let isFirst = got.with { value in
          defer { value += bytes }
          return value.isEmpty
        }
        if isFirst { usleep(2_200_000) }
      }
    }
    #expect(got.with { $0 } == content)
    let count = Locked(0)
    let put = try await sides.host.run("put", ["path": "/b"]) { options in
      options.sources["content"] = .handler { _ in
        let number = count.with { value in
          value += 1
          return value
        }
        if number == 2 { usleep(2_200_000) }
        return number < 5 ? [1, 2, 3] : []
      }
    }
    #expect(put["bytes"] == 12 && sides.server.files["b"]?.count == 12)
  }

  @Test("and are made in place, leave no part of a file that was not there before")
  func inPlace() async throws {
    let sides = try ScriptedSides(files: ["b": [7]])
    sides.server.add(
      .on(
        "STOR",
        .reply("150 Send it"),
        .receive,
        .closeData,
        .runs { [weak server = sides.server] _, command in
          server?.setFile(String(command.split(separator: "/").last ?? ""), [49])
        },
        .reply("552 Too much")
      )
    )
    let inputs: ValueMap = ["path": "/a", "content": "123", "atomic": false]
    let error = try await sides.host.failure("put", inputs)
    #expect(error.vendorState == "quota_exceeded", "\(error)")
    #expect(sides.commands("STOR") == ["STOR /a"] && sides.commands("DELE") == ["DELE /a"])
    #expect(sides.server.files == ["b": [7]])
  }

  @Test("say which of several files have failed, and transfer the others")
  func several() async throws {
    let sides = try ScriptedSides([
      .on("STOR /IN/.B.DH-", .reply("550 b: Permission denied")),
      .on("CWD /IN", .reply("250 Well")),
    ])
    for name in ["a", "b", "c"] { try sides.folder.write(name, to: "in/" + name) }
    let inputs: ValueMap = ["path": "/", "local_path": sides.here("in")]
    let error = try await sides.host.failure("mput", inputs)
    #expect(error.code == .forbidden && error.message.contains("1 of 3 files failed"), "\(error)")
    #expect(error.outputs["transferred"] == 2 && error.outputs["failed"] == 1)
    #expect(sides.server.files == ["a": [97], "c": [99]])
    // A full disk ends all of it: at most one more is on its way.
    let full = try ScriptedSides([
      .on("STOR", .reply("452 Nothing left")), .on("CWD /IN", .reply("250 Well")),
    ])
    let ended = try await full.host.failure(
      "mput",
      ["path": "/", "local_path": sides.here("in"), "parallel": 1]
    )
    #expect(ended.vendorState == "disk_full" && full.commands("STOR").count < 3, "\(ended)")
    #expect(full.server.files.isEmpty)
  }

  @Test("keep the only copy that is whole, and say where it is")
  func leftBehind() async throws {
    // It replaces nothing, and then does not give the name either.
    let sides = try ScriptedSides([.on("RNTO", .reply("550 It failed"))], files: ["b": [7]])
    let error = try await sides.host.failure("put", ["path": "/b", "content": "123"])
    let name = try #require(sides.commands("STOR").first?.dropFirst(6))
    #expect(sides.server.files == [String(name): [49, 50, 51]], "\(sides.server.files)")
    #expect(error.message.contains(name) && error.message.contains("stays there"), "\(error)")
  }

  @Test("replace a file on a server that renames onto nothing")
  func replaced() async throws {
    let sides = try ScriptedSides([.once("RNTO", .reply("550 It failed"))], files: ["b": [7]])
    #expect(try await sides.host.run("put", ["path": "/b", "content": "123"])["transferred"] == 1)
    #expect(sides.server.files == ["b": [49, 50, 51]])
  }

  @Test("go on behind a server that ends idle connections by 421")
  func idle() async throws {
    let isEnded = Locked(false)
    let sides = try ScriptedSides(
      [
        .once(
          "RETR",
          .usual,
          .runs { connection, _ in
            usleep(100_000)
            connection.write("421 Timeout\r\n")
            isEnded.with { $0 = true }
          },
          .close
        )
      ],
      files: ["a": [1]]
    )
    #expect(try await sides.host.run("get", ["path": "/a"])["bytes"] == 1)
    try await eventually("it has ended the connection") { isEnded.with { $0 } }
    try await Task.sleep(for: .milliseconds(50))
    try await sides.host.run("put", ["path": "/b", "content": "12"])
    #expect(sides.server.files["b"] == [49, 50] && sides.commands("USER").count == 2)
  }

  @Test("end in time where an active server does not connect")
  func active() async throws {
    let more: ValueMap = ["data_connection": ["mode": "active"], "socket_timeout": 0.5]
    let sides = try ScriptedSides([.once("RETR", .reply("425 No way"))], files: ["a": [1]], more)
    let refused = try await sides.host.failure("get", ["path": "/a"])
    #expect(refused.status == 425 && refused.isRetryable, "\(refused)")
    #expect(try await sides.host.run("get", ["path": "/a"])["bytes"] == 1)
    sides.server.add(.on("RETR", .reply("150 Here"), .pause(.seconds(1)), .reply("426 Cut")))
    let silent = try await sides.host.failure("get", ["path": "/a", "local_path": sides.here("a")])
    #expect([.timedOut, .unavailable].contains(silent.code) && silent.isRetryable, "\(silent)")
    #expect(try sides.folder.names().isEmpty)
  }

  @Test("put an end to all others where the disk of the server is full", arguments: [1, 3])
  func full(_ parallel: Int64) async throws {
    let sides = try ScriptedSides([
      .on("STOR", .reply("552 Disk full")), .on("MKD", .reply("257 \"/folder\" made")),
    ])
    for number in 0..<20 { try sides.folder.write("1", to: "\(number)") }
    let inputs: ValueMap = [
      "path": "/", "local_path": .string(sides.folder.path), "recursive": true,
      "parallel": .int(parallel),
    ]
    let error = try await sides.host.failure("put", inputs)
    #expect(error.status == 552, "\(error)")
    #expect((1...Int(parallel)).contains(sides.commands("STOR").count))
  }

  @Test("are waited for where an active server is slow to connect, or says no", arguments: 0..<10)
  func slowlyActive(_ round: Int) async throws {
    let sides = try ScriptedSides(files: ["a": [1]], ["data_connection": ["mode": "active"]])
    // The first one logs in: the race is lost over a connection that is there already.
    #expect(try await sides.host.run("get", ["path": "/a"])["bytes"] == 1)
    let end: [ScriptedFTPServer.Action] = [.closeData, .reply("226 Done")]
    let listing = "-rw-r--r-- 1 a b 7 Jan 01 2020 a\r\n"
    sides.server.add(.late("RETR", [.send([7])] + end))
    sides.server.add(.late("MLSD", [.send("type=file;size=7; a\r\n")] + end))
    sides.server.add(.late("LIST", [.send(listing)] + end))
    #expect(try await sides.host.run("get", ["path": "/a"])["bytes"] == 1)
    #expect(try await sides.host.run("list", ["path": "/"])["count"] == 1)
    sides.server.add(.late("RETR", [.reply("426 Cut")]))
    let cut = try await sides.host.failure("get", ["path": "/a", "verify": "none"])
    #expect(cut.status == 426 && cut.isRetryable, "\(cut)")
  }
}

extension ScriptedFTPServer.Rule {
  /// Begins, and goes on after a while.
  fileprivate static func late(
    _ word: String,
    _ actions: [ScriptedFTPServer.Action]
  ) -> ScriptedFTPServer.Rule {
    .on(word, [.reply("150 Here"), .pause(.milliseconds(20))] + actions)
  }
}
