import DriverHost
import TestSupport
import Testing

@Suite("Servers that do not speak SSH as they should", .requiresLogins, .requires(.sshd))
struct FaultTests {
  private func host(_ port: Int, _ timeout: Double) throws -> SSHHost {
    try SSHHost([
      "host": "127.0.0.1", "port": .int(Int64(port)), "connect_timeout": .double(timeout),
      "hostkey": ["hostkey_method": "off"], "authentication": SSHHost.password(.tester),
    ])
  }

  private func host(_ proxy: TCPProxy, _ timeout: Double) throws -> SSHHost {
    try host(proxy.port, timeout)
  }

  private func failure(
    _ fault: TCPFaultServer.Fault,
    timeout: Double = 20
  ) async throws -> HostError {
    let server = try TCPFaultServer(fault)
    defer { server.stop() }
    return try await host(server.port, timeout)
      .failure("run_command", ["command": "true"], timeout: .seconds(60))
  }

  /// How many bytes a server sends until a small command has ended.
  private func bytes(of server: SSHServer) async throws -> Int {
    let proxy = try TCPProxy(to: server.port)
    defer { proxy.stop() }
    try await host(proxy, 60).command("echo 1")
    return proxy.passed
  }

  @Test(
    "that fall silent end the call by connect_timeout",
    arguments: [[], Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), Array("SSH-2.0-Open".utf8)]
  )
  func silent(_ said: [UInt8]) async throws {
    let fault = TCPFaultServer.Fault.runs { connection in
      connection.write(said)
      connection.stall()
    }
    let error = try await failure(fault, timeout: 0.3)
    #expect(error.code == .timedOut && error.pointer?.description == "/connect_timeout")
    #expect(error.message.contains("connect_timeout") && error.isRetryable)
  }

  @Test("that never take a connection end the call by connect_timeout, or at once if they refuse")
  func unreachable() async throws {
    let never = try await failure(.neverConnects, timeout: 0.3)
    #expect(never.code == .timedOut && never.pointer?.description == "/connect_timeout")
    let refused = try await failure(.refuses)
    #expect(refused.code == .unavailable && refused.message.contains("refused"))
  }

  @Test(
    "that fall silent anywhere on the way end the call by the limit of what it does then",
    .slow
  )
  func silentLater() async throws {
    let server = try await SSHServer.shared
    let total = try await bytes(of: server)
    for part in 1..<10 {
      let proxy = try TCPProxy(to: server.port)
      defer { proxy.stop() }
      proxy.hold(after: total * part / 10)
      let error = try await host(proxy, 2).failure(
        "run_command",
        ["command": "echo 1", "script_timeout": 0.5],
        timeout: .seconds(60)
      )
      let pointers = ["/connect_timeout", "/script_timeout"]
      #expect(error.code == .timedOut, "\(part): \(error)")
      #expect(pointers.contains(error.pointer?.description ?? ""), "\(part): \(error)")
    }
  }

  @Test("that fall silent after a login end calls by their own time, and a new connection follows")
  func silentAfterLogin() async throws {
    let server = try await SSHServer.shared
    let proxy = try TCPProxy(to: server.port)
    defer { proxy.stop() }
    let host = try host(proxy, 20)
    #expect(try await host.command("echo 1")["stdout"] == "1\n")
    proxy.hold()
    let error = try await host.failure("run_command", ["command": "echo 2", "script_timeout": 0.3])
    #expect(error.code == .timedOut && error.pointer?.description == "/script_timeout")
    let second = Task { try await host.failure("stat", ["path": "."], timeout: .seconds(1)) }
    #expect(try await second.value.code == .timedOut)
    // The held connections stay as they are: only a new one gets through.
    proxy.lead(to: server.port)
    proxy.cut()
    #expect(try await host.command("echo 3", timeout: .seconds(60))["stdout"] == "3\n")
  }

  @Test("that hang up anywhere on the way end the call with that reason")
  func hangUp() async throws {
    let server = try await SSHServer.shared
    let total = try await bytes(of: server)
    for part in 0..<10 {
      let proxy = try TCPProxy(to: server.port)
      defer { proxy.stop() }
      proxy.cut(after: total * part / 10)
      let host = try host(proxy, 20)
      let error = try await host.failure(
        "run_command",
        ["command": "echo 1"],
        timeout: .seconds(60)
      )
      #expect(error.code == .unavailable && error.isRetryable, "\(part): \(error)")
      // What was cut once is not cut again.
      #expect(try await host.command("echo 2", timeout: .seconds(60))["stdout"] == "2\n")
    }
  }

  @Test("that reset the connection end the call")
  func reset() async throws {
    let error = try await failure(.resets)
    #expect(error.code == .unavailable && error.isRetryable, "\(error)")
  }

  @Test("but HTTP are told from those that do")
  func http() async throws {
    let error = try await failure(
      .runs { connection in
        connection.write(answer("400 Bad Request", "{}"))
        connection.close()
      }
    )
    #expect(error.code == .unavailable && error.message.contains("speaks SSH"), "\(error)")
  }

  @Test("but greet without end are given up")
  func endlessBanner() async throws {
    for piece in ["welcome\r\n", "w"] {
      let fault = TCPFaultServer.Fault.runs { connection in
        let bytes = Array(String(repeating: piece, count: 4096).utf8)
        while connection.write(bytes) {}
      }
      let error = try await failure(fault, timeout: 0.5)
      #expect([.timedOut, .unavailable].contains(error.code), "\(error)")
    }
  }

  @Test("but send packets without end that nobody has asked for are given up soon")
  func endlessPackets() async throws {
    let fault = TCPFaultServer.Fault.runs { connection in
      connection.write("SSH-2.0-Noise_1\r\n")
      let packet: [UInt8] = [0, 0, 0, 12, 4, 100] + [UInt8](repeating: 0, count: 10)
      let bytes = Array(repeatElement(packet, count: 1024).joined())
      while connection.write(bytes) {}
    }
    let error = try await failure(fault)
    #expect(error.code == .unavailable && error.message.contains("sends more"), "\(error)")
  }

  @Test("but send garbage, or packets that cannot be, end the call and nothing else")
  func garbage() async throws {
    var state: UInt64 = 42
    let noise: [UInt8] = (0..<100_000).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
    let pieces: [[UInt8]] = [
      noise, [UInt8](repeating: 0, count: 64), [UInt8](repeating: 255, count: 64),
      // A packet of 12 bytes whose padding is longer than itself.
      [0, 0, 0, 12, 200] + [UInt8](repeating: 20, count: 11),
      // The beginning of a key exchange that has nothing in it.
      [0, 0, 0, 12, 10, 20] + [UInt8](repeating: 0, count: 10),
      // An end, with no reason.
      [0, 0, 0, 12, 10, 1] + [UInt8](repeating: 0, count: 10),
    ]
    for piece in pieces {
      let error = try await failure(
        .runs { connection in
          connection.write("SSH-2.0-Noise_1\r\n")
          connection.write(piece)
          // The other side has said what it has to say, so that nothing is reset.
          _ = connection.read()
          connection.close()
        },
        timeout: 5
      )
      let codes: [HostError.Code] = [.protocolViolation, .unsupported, .unavailable, .timedOut]
      #expect(codes.contains(error.code), "\(error)")
    }
  }
}
