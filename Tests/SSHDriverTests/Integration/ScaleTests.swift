import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("SSH at scale", .requiresLogins, .requires(.sshd))
struct ScaleTests {
  private static func descriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
  }

  /// What the process holds, in KiB.
  private static func memory() throws -> Int {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(
      separator: " "
    )
    return (Int(pages[1]) ?? 0) * 4
  }

  /// Sixteen addresses of this machine are as many as sshd listens on; a different keep-alive makes another session of
  /// the same address.
  @Test(
    "has 1,000 sessions in one process, each with its own output",
    .slow,
    .timeLimit(.minutes(10))
  )
  func sessions() async throws {
    var options = SSHServer.Options()
    options.extra = (2...15).map { "ListenAddress 127.0.0.\($0)" }.joined(separator: "\n")
    options.maxStartups = "2000"
    try await withSSHServer(options) { server in
      var address = try SSHHost(
        server,
        [
          "authentication_method": "ssh_key", "username": "tester",
          "key": .string(server.userKey.privateText),
        ]
      ).address
      address["hostkey"] = [
        "hostkey_method": "fingerprint",
        "fingerprint": .string(server.hostKeys[0].fingerprint),
      ]
      let host = try SSHHost(address) { configuration in
        (configuration.sessions.maximum, configuration.sessions.idleTime) = (1100, .seconds(600))
      }
      let before = try Self.descriptors()
      let items = (0..<1000).map { number -> ValueMap in
        [
          "host": .string("127.0.0.\(number % 15 + 1)"),
          "keep_alive": .int(Int64(1000 + number)), "command": .string("echo \(number)"),
          "connect_timeout": 300, "script_timeout": 300,
        ]
      }
      address["host"] = nil
      var outputs: [Int: Value] = [:]
      var first: String?
      let summary = await host.host.connectMany(
        to: .type("SSH"),
        address,
        items: items,
        FanOut(parallel: 40)
      ) { item in
        switch item.outcome {
        case .success(let result): outputs[item.index] = result["stdout"]
        case .failure(let error): first = first ?? "\(error)"
        }
      }
      #expect(summary.succeeded == 1000, "\(first ?? "")")
      #expect((0..<1000).allSatisfy { outputs[$0] == .string("\($0)\n") })
      // Not so many more than before: what earlier tests had open may have gone meanwhile.
      #expect(try Self.descriptors() >= 1000)
      #expect(await host.host.close().isClean)
      try await eventually("the sockets are closed") {
        try Self.descriptors() <= before + 16
      }
    }
  }

  @Test(
    "runs 10,000 commands in one session, and holds no more afterwards",
    .slow,
    .timeLimit(.minutes(10))
  )
  func commands() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    func run(_ numbers: Range<Int>) async throws {
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in numbers {
          if number >= numbers.lowerBound + 8 { #expect(try await group.next() == true) }
          group.addTask {
            try await host.command("echo \(number)")["stdout"] == .string("\(number)\n")
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
    }
    try await run(0..<2000)
    let before = try (Self.descriptors(), Self.memory())
    try await run(2000..<10_000)
    let after = try (Self.descriptors(), Self.memory())
    #expect(after.0 <= before.0 + 4)
    // 8,000 commands with 1 KiB left of each would be 8 MiB.
    if Sanitizer.current == nil { #expect(after.1 - before.1 < 6 << 10) }
    #expect(host.host.statistics.drivers["SSH"]?.misuses == 0)
  }
}
