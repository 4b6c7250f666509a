import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("A call that is stopped")
struct StopFaultTests {
  /// How it is stopped.
  enum Stop: String, Sendable, CaseIterable {
    case cancel, timeout

    var code: HostError.Code { self == .cancel ? .cancelled : .timedOut }
  }

  /// What a server does with a command that it never comes to an end with.
  private final class Stall: Sendable {
    private let begun = Locked(false)
    private let ended = Locked(false)

    var hasBegun: Bool { begun.with { $0 } }
    /// Whether the client has ended the control connection.
    var hasEnded: Bool { ended.with { $0 } }

    /// Waits until the client ends the control connection.
    var action: ScriptedFTPServer.Action {
      .runs { [begun, ended] connection, _ in
        begun.with { $0 = true }
        connection.stall()
        ended.with { $0 = true }
      }
    }
  }

  /// Makes a call that does not end, stops it, and looks what is left of it.
  private func check(
    _ stop: Stop,
    _ stall: Stall,
    _ sides: ScriptedSides,
    _ action: String,
    _ inputs: ValueMap,
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ change: @escaping @Sendable (inout CallOptions) -> Void = { _ in }
  ) async throws {
    let timeout: Duration = stop == .timeout ? .milliseconds(1500) : .seconds(60)
    let call = Task {
      try await sides.host.failure(
        action,
        inputs,
        timeout: timeout,
        sourceLocation: sourceLocation,
        change
      )
    }
    try await eventually("it has come so far") { stall.hasBegun }
    if stop == .cancel { call.cancel() }
    let error = try await call.value
    #expect(error.code == stop.code, "\(error)", sourceLocation: sourceLocation)
    try await eventually("the connection has ended there too") { stall.hasEnded }
    let next = try await sides.host.run("exists", ["path": "/a"])
    #expect(next["exists"] == true, sourceLocation: sourceLocation)
    #expect(try sides.folder.names().allSatisfy { !$0.contains(".dh-") })
  }

  @Test("while it connects ends", arguments: Stop.allCases)
  func connecting(_ stop: Stop) async throws {
    let server = try TCPFaultServer(.neverConnects)
    defer { server.stop() }
    let host = try FTPHost(ScriptedSides.address(server.port))
    let timeout: Duration = stop == .timeout ? .milliseconds(300) : .seconds(60)
    let call = Task { try await host.failure("list", ["path": "/"], timeout: timeout) }
    try await Task.sleep(for: .milliseconds(100))
    if stop == .cancel { call.cancel() }
    #expect(try await call.value.code == stop.code)
  }

  @Test("while it logs in ends, and the next one logs in", arguments: Stop.allCases)
  func loggingIn(_ stop: Stop) async throws {
    for word in ["USER", "PASS", "FEAT"] {
      let stall = Stall()
      let sides = try ScriptedSides([.once(word, stall.action)], files: ["a": [1]])
      try await check(stop, stall, sides, "list", ["path": "/"])
    }
  }

  @Test("while nobody reads its listing ends", arguments: Stop.allCases)
  func listing(_ stop: Stop) async throws {
    let stall = Stall()
    let lines = (0..<20_000).map { "type=file;size=\($0); file-\($0)\r\n" }.joined()
    let sides = try ScriptedSides(
      [.once("MLSD", .reply("150 Here"), .send(lines), stall.action)],
      files: ["a": [1]]
    )
    let stream = ValueStream()
    try await check(stop, stall, sides, "list", ["path": "/"]) { options in
      options.outputs["entries"] = .valueStream(stream)
    }
    withExtendedLifetime(stream) {}
  }

  @Test("while it gets a file ends, also where nobody reads that", arguments: Stop.allCases)
  func getting(_ stop: Stop) async throws {
    for isRead in [true, false] {
      let stall = Stall()
      let sides = try ScriptedSides(
        [.once("RETR", .reply("150 Here"), .send(FTPSides.bytes(300_000)), stall.action)],
        files: ["a": FTPSides.bytes(400_000)]
      )
      var inputs: ValueMap = ["path": "/a"]
      let stream = ByteStream()
      if isRead { inputs["local_path"] = sides.here("a") }
      try await check(stop, stall, sides, "get", inputs) { options in
        if !isRead { options.outputs["content"] = .stream(stream) }
      }
      #expect(try sides.folder.names().isEmpty)
    }
  }

  @Test("while it puts a file ends, and what was sent is removed", arguments: Stop.allCases)
  func putting(_ stop: Stop) async throws {
    for isLocal in [true, false] {
      let stall = Stall()
      let sides = try ScriptedSides(files: ["a": [1]])
      sides.server.add(
        .once(
          "STOR",
          .reply("150 Send it"),
          .receiveSome(2),
          .runs { [weak server = sides.server] _, command in
            server?.setFile(String(command.split(separator: "/").last ?? ""), [1, 2])
          },
          stall.action
        )
      )
      try sides.folder.write(FTPSides.bytes(16 << 20), to: "big")
      var inputs: ValueMap = ["path": "/b"]
      if isLocal { inputs["local_path"] = sides.here("big") }
      // It gives a little, and then nothing more, without an end.
      let (bytes, more) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
      more.yield([1, 2])
      try await check(stop, stall, sides, "put", inputs) { options in
        if !isLocal { options.sources["content"] = .sequence(bytes) }
      }
      more.finish()
      #expect(sides.hasRemovedTemporary && sides.server.files == ["a": [1]])
    }
  }

  @Test("while it waits for a connection ends, and the others go on", arguments: Stop.allCases)
  func waiting(_ stop: Stop) async throws {
    let stall = Stall()
    let sides = try ScriptedSides(
      [.once("RETR", .reply("150 Here"), .send("1"), stall.action)],
      files: ["a": [1, 2]],
      ["max_connections": 1]
    )
    let first = Task { try await sides.host.failure("get", ["path": "/a"]) }
    try await eventually("it has come so far") { stall.hasBegun }
    let timeout: Duration = stop == .timeout ? .milliseconds(300) : .seconds(60)
    let second = Task {
      try await sides.host.failure("exists", ["path": "/a"], timeout: timeout)
    }
    let third = Task { try await sides.host.run("exists", ["path": "/a"]) }
    try await Task.sleep(for: .milliseconds(100))
    if stop == .cancel { second.cancel() }
    #expect(try await second.value.code == stop.code)
    first.cancel()
    #expect(try await first.value.code == .cancelled)
    #expect(try await third.value["exists"] == true)
  }
}
