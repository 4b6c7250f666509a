import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("A control connection that is cut")
struct ControlCutFaultTests {
  private typealias Action = ScriptedFTPServer.Action

  private static let content = FTPSides.bytes(200_000)

  @Test("when all of a file has come is noted, and the file is there", arguments: [true, false])
  func behindGet(isReset: Bool) async throws {
    let sides = try ScriptedSides(
      [
        .once(
          "RETR",
          .reply("150 Here"),
          .send(Self.content),
          .closeData,
          isReset ? .reset : .close
        )
      ],
      files: ["a": Self.content]
    )
    let result = try await sides.host.run("get", ["path": "/a", "local_path": sides.here("a")])
    #expect(try result["transferred"] == 1 && sides.folder.read("a") == Self.content)
    let file = try #require(result["files"].listValue?.first)
    #expect(file["message"].stringValue?.contains("did not confirm") == true, "\(file)")
    #expect(sides.commands("USER").count == 2 && sides.commands("SIZE").count > 1)
    #expect(try sides.folder.names() == ["a"])
  }

  @Test("when a part of a file has come ends the call, and no file is there")
  func inGet() async throws {
    for end in [Action.close, .reset] {
      let half = Array(Self.content.prefix(100_000))
      let sides = try ScriptedSides(
        [.once("RETR", .reply("150 Here"), .send(half), end)],
        files: ["a": Self.content]
      )
      let inputs: ValueMap = ["path": "/a", "local_path": sides.here("a")]
      let error = try await sides.host.failure("get", inputs)
      #expect([.unavailable, .conflict].contains(error.code) && error.isRetryable, "\(error)")
      #expect(try sides.folder.names().isEmpty)
      try await sides.host.run("get", inputs)
      #expect(try sides.folder.read("a") == Self.content)
    }
  }

  /// Sides whose server takes a file, keeps so much of it, and ends the control connection once.
  private func sides(keeping count: Int, _ end: Action) throws -> ScriptedSides {
    let sides = try ScriptedSides(files: ["b": [7]])
    sides.server.add(
      .once(
        "STOR",
        .reply("150 Send it"),
        .receive,
        .closeData,
        .runs { [weak server = sides.server] _, command in
          let name = String(command.split(separator: "/").last ?? "")
          server?.setFile(name, Array(Self.content.prefix(count)))
        },
        end
      )
    )
    try sides.folder.write(Self.content, to: "a")
    return sides
  }

  @Test("when all of a file has gone is noted, and the file has its name")
  func behindPut() async throws {
    for end in [Action.close, .reset] {
      let sides = try sides(keeping: Self.content.count, end)
      let result = try await sides.host.run("put", ["path": "/a", "local_path": sides.here("a")])
      #expect(sides.server.files == ["a": Self.content, "b": [7]])
      let file = try #require(result["files"].listValue?.first)
      #expect(file["message"].stringValue?.contains("did not confirm") == true, "\(file)")
      #expect(sides.commands("STOR").count == 1)
    }
  }

  @Test("when not all has arrived ends the call, and nothing is left")
  func shortPut() async throws {
    for count in [0, 1, Self.content.count - 1] {
      let sides = try sides(keeping: count, .close)
      let inputs: ValueMap = ["path": "/b", "local_path": sides.here("a")]
      let error = try await sides.host.failure("put", inputs)
      #expect(error.code == .unavailable && error.isRetryable, "\(count): \(error)")
      #expect(sides.hasRemovedTemporary && sides.server.files == ["b": [7]])
      try await sides.host.run("put", inputs)
      #expect(sides.server.files == ["b": Self.content])
    }
  }

  @Test("behind a refusal does not pass for a file that is not there")
  func behindRefusal() async throws {
    let sides = try ScriptedSides([.on("SIZE /a", .reply("550 No"), .close)], files: ["a": [1]])
    let calls: [(String, ValueMap)] = [
      ("exists", ["path": "/a"]), ("stats", ["path": "/a"]),
      ("put", ["path": "/a", "content": "12", "conflict": "skip"]),
      ("rename", ["path": "/b", "new_path": "/a"]),
    ]
    for (action, inputs) in calls {
      let error = try await sides.host.failure(action, inputs)
      #expect(error.code == .unavailable && error.isRetryable, "\(action): \(error)")
    }
    #expect(sides.server.files == ["a": [1]] && sides.commands("STOR").isEmpty)
  }

  @Test("while nobody uses it is not noticed by the next call")
  func idle() async throws {
    let server = try ScriptedSides(files: ["a": [1]])
    let proxy = try TCPProxy(to: server.server.port)
    defer { proxy.stop() }
    let host = try FTPHost(ScriptedSides.address(proxy.port))
    for action in ["exists", "put", "rename", "delete"] {
      var inputs: ValueMap = ["path": "/a"]
      if action == "put" { inputs["content"] = "12" }
      if action == "rename" { (inputs["path"], inputs["new_path"]) = ("/a", "/b") }
      if action == "delete" { inputs["path"] = "/b" }
      try await host.run(action, inputs)
      proxy.cut()
      // Until the end has arrived.
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(server.server.files.isEmpty && server.commands("USER").count >= 4)
  }

  @Test("since a router forgets it, ends a call by socket_timeout, and the next one goes on")
  func silent() async throws {
    let server = try ScriptedSides(files: ["a": [1]])
    let proxy = try TCPProxy(to: server.server.port)
    defer { proxy.stop() }
    let host = try FTPHost(ScriptedSides.address(proxy.port, ["socket_timeout": 0.5]))
    #expect(try await host.run("exists", ["path": "/a"])["exists"] == true)
    proxy.hold()
    let error = try await host.failure("exists", ["path": "/a"])
    #expect(error.code == .timedOut && error.pointer?.description == "/socket_timeout", "\(error)")
    proxy.cut()
    #expect(try await host.run("exists", ["path": "/a"])["exists"] == true)
  }

  @Test("since a router forgets it for long, is found out before the next call", .slow)
  func silentForLong() async throws {
    // The first NOOP is never answered.
    let sides = try ScriptedSides([.once("NOOP")], files: ["a": [1]], ["socket_timeout": 0.5])
    #expect(try await sides.host.run("exists", ["path": "/a"])["exists"] == true)
    // As long as a connection is trusted.
    try await Task.sleep(for: .seconds(16))
    #expect(try await sides.host.run("exists", ["path": "/a"])["exists"] == true)
    #expect(sides.commands("USER").count == 2 && sides.commands("NOOP").count == 1)
  }

  @Test(
    "in the middle of files of a real server leaves them whole or not there",
    .requiresLogins,
    .requires(.vsftpd)
  )
  func real() async throws {
    let server = try await FTPServerKind.vsftpd.shared(.off)
    let sides = try FTPSides(server)
    let proxy = try TCPProxy(to: server.port)
    defer { proxy.stop() }
    let content = FTPSides.bytes(4 << 20)
    try sides.write(content, to: "source")
    try sides.folder.write(content, to: "here")
    let host = try FTPHost(server, ["port": .int(Int64(proxy.port)), "socket_timeout": 5])
    for (action, local) in [("get", "there"), ("put", "here")] {
      let isCut = Locked(false)
      let inputs: ValueMap = [
        "path": sides.at(action == "get" ? "source" : "target"), "local_path": sides.here(local),
        "max_bandwidth": 8_000_000,
      ]
      var failure: HostError?
      do throws(HostError) {
        try await host.run(action, inputs) { options in
          options.onProgress = { _ in
            isCut.with { $0 = true }
            proxy.cut()
          }
        }
      } catch {
        failure = error
      }
      #expect(isCut.with { $0 })
      if let failure {
        #expect(failure.code == .unavailable || failure.code == .timedOut, "\(failure)")
      } else {
        let got = try action == "get" ? sides.folder.read(local) : sides.read("target")
        #expect(got == content)
      }
    }
    try await eventually("temporary files are gone") {
      try !(sides.names() + sides.folder.names()).contains { $0.contains(".dh-") }
    }
  }
}
