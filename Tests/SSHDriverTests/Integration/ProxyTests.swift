import DriverHost
import TestSupport
import Testing

@Suite(
  "Proxies",
  .requiresLogins,
  .requires(.sshd, .squid, .microsocks),
  .timeLimit(.minutes(2))
)
struct ProxyTests {
  private func proxy(_ url: String, _ user: String? = "user", _ password: String? = "correct horse")
    -> Value
  {
    var map: ValueMap = ["url": .string(url)]
    if let user { map["username"] = .string(user) }
    if let password { map["password"] = .string(password) }
    return .map(map)
  }

  private func host(_ proxy: Value, _ more: ValueMap = [:]) async throws -> SSHHost {
    var all = more
    all["proxy"] = proxy
    return try SSHHost(try await SSHServer.shared, nil, all)
  }

  private func failure(_ proxy: Value, _ more: ValueMap = [:]) async throws -> HostError {
    try await host(proxy, more).failure(
      "run_command",
      ["command": "true"],
      timeout: .seconds(30)
    )
  }

  @Test("of HTTP lead to a server, with a password")
  func squid() async throws {
    let squid = try await SquidProxy.shared
    let host = try await host(proxy(squid.url))
    #expect(try await host.command("echo through", timeout: .seconds(30))["stdout"] == "through\n")
    let big = try await host.command("head -c 3000000 /dev/zero | wc -c", timeout: .seconds(30))
    #expect(big["stdout"] == "3000000\n")
    #expect(await host.host.close().isClean)
    let server = try await SSHServer.shared
    try await eventually("the tunnel is in Squid's log") {
      try squid.requests().contains {
        $0.method == "CONNECT" && $0.url == "127.0.0.1:\(server.port)" && $0.status == 200
          && $0.user == "user"
      }
    }
    #expect(!host.log.contains("correct horse"))
  }

  @Test("of SOCKS lead to a server, whose name they look up", arguments: ["socks5", "socks5h"])
  func socks(scheme: String) async throws {
    let socks = try await SOCKSProxy.shared
    let server = try await SSHServer.shared
    let host = try await host(
      proxy("\(scheme)://\(socks.address)"),
      ["host": "localhost", "hostkey": ["hostkey_method": "off"]]
    )
    #expect(try await host.command("echo through", timeout: .seconds(30))["stdout"] == "through\n")
    #expect(socks.tunnels().contains("localhost:\(server.port)"))
  }

  @Test("without a password are used without one")
  func open() async throws {
    var options = SOCKSProxy.Options()
    options.credentials = nil
    try await withSOCKS(options) { socks in
      let host = try await host(proxy("socks5h://\(socks.address)", nil, nil))
      #expect(try await host.command("echo 1", timeout: .seconds(30))["stdout"] == "1\n")
    }
  }

  @Test("lead to the first jump host, and no further")
  func jump() async throws {
    let squid = try await SquidProxy.shared
    let first = try await SSHServer.shared
    try await withSSHServer { last in
      let hop: Value = [
        "host": "127.0.0.1", "port": .int(Int64(first.port)),
        "hostkey": [
          "hostkey_method": "known_host",
          "known_host": .string(first.knownHosts.joined(separator: "\n")),
        ],
        "authentication": SSHHost.password(.tester),
      ]
      let host = try SSHHost(last, nil, ["jump": [hop], "proxy": proxy(squid.url)])
      #expect(try await host.command("echo 1", timeout: .seconds(30))["stdout"] == "1\n")
      let steps = try await host.run("test", timeout: .seconds(30))["steps"].listValue ?? []
      #expect(steps.allSatisfy { $0["outcome"] == "passed" }, "\(steps)")
      let messages = steps.compactMap { $0["message"].stringValue }
      #expect(messages[0].contains("behind the proxy \(squid.url)"))
      #expect(messages[1].contains("through the proxy \(squid.url)"))
      #expect(!messages[3].contains("proxy"))
      #expect(await host.host.close().isClean)
      try await eventually("all tunnels have ended") {
        try squid.requests().contains { $0.url == "127.0.0.1:\(first.port)" && $0.status == 200 }
      }
      #expect(try !squid.requests().contains { $0.url == "127.0.0.1:\(last.port)" })
    }
  }

  @Test("show keys and steps too, and a step that fails says what to do")
  func actions() async throws {
    let squid = try await SquidProxy.shared
    let keys = try await host(proxy(squid.url)).run("host_key", timeout: .seconds(30))
    #expect(keys["keys"].listValue?.isEmpty == false)
    let wrong = try await host(proxy(squid.url, "user", "wrong"))
    let steps = try await wrong.run("test", timeout: .seconds(30))["steps"].listValue ?? []
    #expect(steps.count == 4 && steps[1]["outcome"] == "failed", "\(steps)")
    #expect(steps[1]["hint"].stringValue?.contains("proxy") == true, "\(steps)")
  }

  @Test("that do not take the password say so, and nobody sees it")
  func wrongPassword() async throws {
    let squid = try await SquidProxy.shared
    let socks = try await SOCKSProxy.shared
    let server = try await SSHServer.shared
    for url in [squid.url, "socks5h://\(socks.address)"] {
      let error = try await failure(proxy(url, "user", "wrong-secret"))
      #expect(error.code == .unauthenticated, "\(error)")
      #expect(error.pointer?.description == "/proxy/password", "\(error)")
      #expect(error.message.contains(url), "\(error)")
      #expect(error.message.contains("127.0.0.1:\(server.port)"), "\(error)")
      #expect(!"\(error)".contains("wrong-secret"))
      let nobody = try await failure(proxy(url, nil, nil))
      #expect(nobody.code == .unauthenticated, "\(nobody)")
      #expect(nobody.message.contains("give proxy.username and proxy.password"), "\(nobody)")
    }
  }

  @Test("that forbid the way, or find no server at its end, say which")
  func refused() async throws {
    let squid = try await SquidProxy.shared
    let socks = try await SOCKSProxy.shared
    let forbidden = try await failure(proxy(squid.url), ["host": "192.0.2.1"])
    #expect(forbidden.code == .forbidden && forbidden.message.contains("403"), "\(forbidden)")
    let closed = try TCPFaultServer(.refuses)
    let port: ValueMap = ["port": .int(Int64(closed.port))]
    let away = try await failure(proxy(squid.url), port)
    #expect(away.code == .unavailable && away.message.contains("503"), "\(away)")
    let refused = try await failure(proxy("socks5h://\(socks.address)"), port)
    #expect(refused.code == .unavailable, "\(refused)")
    #expect(refused.message.contains("connection refused"), "\(refused)")
  }

  @Test("that cannot be reached are named, with the server that they were to lead to")
  func unreachable() async throws {
    let closed = try TCPFaultServer(.refuses)
    let server = try await SSHServer.shared
    for url in ["http://127.0.0.1:\(closed.port)", "socks5h://127.0.0.1:\(closed.port)"] {
      let error = try await failure(proxy(url))
      #expect(error.code == .unavailable && error.pointer?.description == "/proxy/url", "\(error)")
      #expect(error.message.contains("the proxy \(url)"), "\(error)")
      #expect(error.message.contains("127.0.0.1:\(server.port)"), "\(error)")
    }
    let name = try await failure(proxy("http://no-such-proxy.invalid:1"))
    #expect(name.code == .dns && name.message.contains("no-such-proxy.invalid"), "\(name)")
  }

  @Test("that are none, say too much or go away are told apart")
  func nonsense() async throws {
    let long = Array("HTTP/1.1 200 OK\r\n".utf8) + [UInt8](repeating: 0x61, count: 100_000)
    let faults: [(TCPFaultServer.Fault, HostError.Code, String)] = [
      (.nonsense, .protocolViolation, "no HTTP"),
      (.sends(long, then: .stalls), .protocolViolation, "16384 bytes"),
      (.sends([], then: .closes), .unavailable, "without an answer"),
      (.halfHead(then: .resets), .unavailable, "is lost"),
    ]
    for (fault, code, text) in faults {
      let server = try TCPFaultServer(fault)
      let error = try await failure(proxy(server.url, nil, nil))
      #expect(error.code == code && error.message.contains(text), "\(error)")
      #expect(error.message.contains(server.url), "\(error)")
      #expect(server.connectionCount == 1)
    }
    let web = try TCPFaultServer(.runs { $0.write("HTTP/1.1 400 Bad\r\n\r\n") })
    let error = try await failure(proxy("socks5h://127.0.0.1:\(web.port)", nil, nil))
    #expect(error.code == .protocolViolation && error.message.contains("no SOCKS"), "\(error)")
  }

  @Test("that are silent end by connect_timeout, and are closed then")
  func silent() async throws {
    let ended = Locked(0)
    for scheme in ["http", "socks5h"] {
      let server = try TCPFaultServer(
        .runs {
          $0.stall()
          ended.with { $0 += 1 }
        }
      )
      let url = "\(scheme)://127.0.0.1:\(server.port)"
      let host = try await host(proxy(url), ["connect_timeout": 0.3])
      let error = try await host.failure("run_command", ["command": "true"], timeout: .seconds(30))
      #expect(error.code == .timedOut, "\(error)")
      #expect(error.pointer?.description == "/connect_timeout", "\(error)")
      #expect(error.message.contains(url), "\(error)")
      let steps = try await host.run("test", timeout: .seconds(30))["steps"].listValue ?? []
      #expect(steps.count == 4 && steps[1]["outcome"] == "failed", "\(steps)")
      let keys = try await host.failure("host_key", timeout: .seconds(30))
      #expect(keys.code == .timedOut, "\(keys)")
    }
    try await eventually("all connections are closed") { ended.with { $0 } == 6 }
  }

  @Test("that do not speak a protocol of ours are refused with the reason")
  func kinds() async throws {
    for url in ["https://proxy.test:3128", "socks4://proxy.test"] {
      let error = try await failure(proxy(url, nil, nil))
      #expect(error.code == .unsupported && error.pointer?.description == "/proxy/url", "\(error)")
    }
    let injected = try await failure(
      proxy("http://127.0.0.1:1", nil, nil),
      ["host": "a HTTP/1.1\r\nX: y"]
    )
    #expect(injected.code == .invalidInput, "\(injected)")
  }
}
