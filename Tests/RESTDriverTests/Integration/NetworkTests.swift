import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("The way through the network", .requires(.nginx, .openssl, .python, .squid, .microsocks))
struct NetworkTests {
  private let rest: RESTHost
  private let echo: PagingServer

  init() async throws {
    rest = try RESTHost.shared.get()
    echo = try await PagingServer()
  }

  private func inputs(_ url: String, _ network: ValueMap, _ more: ValueMap = [:]) -> ValueMap {
    var inputs = more
    inputs["url"] = .string(url)
    inputs["network"] = .map(network)
    return inputs
  }

  // MARK: - Proxies

  @Test("leads through a proxy that wants to know who asks, also into a tunnel")
  func proxy() async throws {
    var options = SquidProxy.Options()
    options.credentials = (user: "ann", password: "pr0xy secret")
    let squid = try await SquidProxy(options)
    defer { squid.stop() }
    let authority = try await CertificateAuthority()
    var nginxOptions = NginxServer.Options()
    nginxOptions.certificate = try await authority.issue()
    let encrypted = try await NginxServer(nginxOptions)
    defer { encrypted.stop() }
    func network(_ password: Value) -> ValueMap {
      // A tunnel is noted at its end.
      [
        "proxy": ["url": .string(squid.url), "username": "ann", "password": password],
        "keep_alive": false,
      ]
    }
    let tls: ValueMap = try ["tls": ["ca": .string(authority.pem)]]
    _ = try await rest.request(inputs(echo.url + "/echo", network("pr0xy secret")))
    let tunnel = try await rest.request(
      inputs(encrypted.url + "/json", network("pr0xy secret"), tls)
    )
    #expect(tunnel["headers"]["Via"].isNull)
    try await eventually("the proxy has noted both") {
      try squid.requests().filter { $0.user == "ann" }.map(\.method).sorted() == ["CONNECT", "GET"]
    }
    // What the proxy is told is not for the server.
    #expect(try echo.requests().first?["proxy-authorization"] == nil)
    for url in [echo.url + "/echo", encrypted.url + "/request"] {
      let error = await rest.failure(inputs(url, network("wr0ng"), tls))
      #expect(error?.code == .unauthenticated)
      #expect(error?.message.contains("network.proxy") == true)
      #expect(error?.message.contains("wr0ng") == false)
    }
  }

  @Test("leads past the proxy to its exceptions")
  func exceptions() async throws {
    // Nothing listens there.
    let proxy: Value = ["url": "http://127.0.0.1:1", "exceptions": ["127.0.0.0/8"]]
    let result = try await rest.request(inputs(echo.url + "/echo", ["proxy": proxy]))
    #expect(result["status_code"] == 200)
    let error = await rest.failure(inputs("http://localhost:\(echo.port)/echo", ["proxy": proxy]))
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("proxy") == true)
  }

  @Test("heeds no proxy of the process's environment")
  func environment() async throws {
    let command = try await Command.run(
      ThisPackage.products + "/drivers",
      ["run", "--type", "REST", "url=\(echo.url)/echo"],
      environment: ["http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"]
    )
    #expect(command.status == 0)
  }

  @Test("leads through SOCKS, with a password, and with names looked up on either side")
  func socks() async throws {
    var options = SOCKSProxy.Options()
    options.credentials = (user: "ann", password: "s0cks")
    let proxy = try await SOCKSProxy(options)
    defer { proxy.stop() }
    for (scheme, host) in [("socks5", "127.0.0.1"), ("socks5h", "localhost")] {
      let result = try await rest.request(
        inputs(
          "http://\(host):\(echo.port)/echo",
          [
            "proxy": [
              "url": .string("\(scheme)://\(proxy.address)"), "username": "ann",
              "password": "s0cks",
            ]
          ]
        )
      )
      #expect(result["status_code"] == 200)
    }
    try await eventually("both tunnels are noted") {
      proxy.tunnels().contains("localhost:\(echo.port)")
        && proxy.tunnels().contains("127.0.0.1:\(echo.port)")
    }
    let error = await rest.failure(
      inputs(echo.url + "/echo", ["proxy": ["url": .string("socks5://\(proxy.address)")]])
    )
    #expect(error?.message.contains("proxy") == true)
  }

  @Test("leads through a proxy that is spoken to over TLS, whose certificate is checked")
  func encryptedProxy() async throws {
    let authority = try await CertificateAuthority()
    var options = SquidProxy.Options()
    options.certificate = try await authority.issue()
    options.credentials = nil
    let squid = try await SquidProxy(options)
    defer { squid.stop() }
    let url = Value.string(try #require(squid.tlsURL))
    let good = try await rest.request(
      inputs(echo.url + "/echo", ["proxy": ["url": url, "ca": .string(try authority.pem)]])
    )
    #expect(good["status_code"] == 200)
    let error = await rest.failure(inputs(echo.url + "/echo", ["proxy": ["url": url]]))
    #expect(error?.code == .tls)
    let unchecked = try await rest.request(
      inputs(echo.url + "/echo", ["proxy": ["url": url, "verify": false]])
    )
    #expect(unchecked["status_code"] == 200)
  }

  @Test("is refused where the proxy's address is none, or holds a password")
  func wrongProxy() async {
    for url: Value in [
      "ftp://proxy:1", "http://ann:s3cr3t@proxy:1", "proxy:3128", "http://proxy:99999",
    ] {
      let error = await rest.failure(inputs("http://localhost:1/", ["proxy": ["url": url]]))
      #expect(error?.code == .invalidInput)
      #expect(error?.message.contains("s3cr3t") == false)
    }
  }

  // MARK: - Addresses

  @Test("leads to a socket of this machine")
  func unixSocket() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("http.sock")
    let server = try await Command.serving(socket: path)
    defer { server.stop() }
    let result = try await rest.request(
      inputs("http://docker/version", ["unix_socket": .string(path)])
    )
    #expect(result["text"] == "GET /version docker")
    let error = await rest.failure(
      inputs("http://docker/", ["unix_socket": .string(folder.file("none.sock"))])
    )
    #expect(error?.code == .unavailable)
    // The same address without the socket is another server.
    let other = await rest.failure(["url": "http://docker.invalid/"])
    #expect(other?.code == .dns)
  }

  @Test("leads to an address in place of the name's own, for this request only")
  func resolve() async throws {
    let authority = try await CertificateAuthority()
    var options = NginxServer.Options()
    options.certificate = try await authority.issue(names: ["api.example.test"])
    let nginx = try await NginxServer(options)
    defer { nginx.stop() }
    let url = "https://api.example.test:\(nginx.port)/json"
    let tls: ValueMap = try ["tls": ["ca": .string(authority.pem)]]
    let result = try await rest.request(
      inputs(url, ["resolve": ["api.example.test:\(nginx.port)": "127.0.0.1"]], tls)
    )
    #expect(result["status_code"] == 200)
    var plain = tls
    plain["url"] = .string(url)
    #expect(await rest.failure(plain)?.code == .dns)
    let wrong = await rest.failure(inputs(url, ["resolve": ["api.example.test": "localhost"]], tls))
    #expect(wrong?.code == .invalidInput)
  }

  @Test("is by the addresses of one family only")
  func family() async throws {
    let four = try await rest.request(
      inputs("http://localhost:\(echo.port)/echo", ["ip_family": "ipv4"])
    )
    #expect(four["status_code"] == 200)
    let six = await rest.failure(
      inputs("http://localhost:\(echo.port)/echo", ["ip_family": "ipv6"])
    )
    #expect(six?.code == .unavailable || six?.code == .dns)
  }

  @Test("goes out from an address of this machine")
  func interface() async throws {
    let good = try await rest.request(inputs(echo.url + "/echo", ["interface": "127.0.0.1"]))
    #expect(good["status_code"] == 200)
    let device = try await rest.request(inputs(echo.url + "/echo", ["interface": "lo"]))
    #expect(device["status_code"] == 200)
    let error = await rest.failure(inputs(echo.url + "/echo", ["interface": "198.51.100.1"]))
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("interface") == true)
  }

  @Test(
    "is refused where a part of it would do nothing",
    arguments: [
      ["proxy": ["url": "http://127.0.0.1:1"], "ip_family": "ipv4"],
      ["unix_socket": "/run/none.sock", "ip_family": "ipv6"],
      ["unix_socket": "/run/none.sock", "interface": "lo"],
      ["unix_socket": "/run/none.sock", "resolve": ["a.test": "127.0.0.1"]],
      ["unix_socket": "/run/none.sock", "proxy": ["url": "http://127.0.0.1:1"]],
    ] as [ValueMap]
  )
  func idle(network: ValueMap) async {
    let error = await rest.failure(inputs("http://localhost:1/", network))
    #expect(error?.code == .invalidInput)
    #expect(error?.pointer?.description.hasPrefix("/network/") == true)
  }

  // MARK: - Connections

  @Test("is by the version of HTTP that is asked for", arguments: ["auto", "1.1", "2"])
  func version(wanted: String) async throws {
    let authority = try await CertificateAuthority()
    var options = NginxServer.Options()
    options.certificate = try await authority.issue()
    options.http2 = true
    let nginx = try await NginxServer(options)
    defer { nginx.stop() }
    let tls: ValueMap = try ["tls": ["ca": .string(authority.pem)]]
    // A kept connection of the other version is none for this one.
    for version in [wanted == "1.1" ? "2" : "1.1", wanted] {
      let result = try await rest.request(
        inputs(nginx.url + "/json", ["http_version": .string(version)], tls)
      )
      #expect(result["http_version"] == .string(version == "1.1" ? "1.1" : "2"))
    }
  }

  @Test("begins with HTTP/2 where that is known beforehand")
  func priorKnowledge() async throws {
    var options = NginxServer.Options()
    options.http2 = true
    let nginx = try await NginxServer(options)
    defer { nginx.stop() }
    let result = try await rest.request(
      inputs(nginx.url + "/json", ["http_version": "2-prior-knowledge"])
    )
    #expect(result["http_version"] == "2")
  }

  @Test("ends with the request where no connection is to be kept")
  func keepAlive() async throws {
    func connection(_ network: ValueMap) async throws -> Value {
      try await rest.request(inputs(echo.url + "/echo", network))["json"]["connection"]
    }
    let first = try await connection(["keep_alive": false])
    let second = try await connection(["keep_alive": false])
    let third = try await connection([:])
    let fourth = try await connection([:])
    #expect(first != second && second != third && third == fourth)
  }

  @Test("is left where the answer comes too slowly")
  func lowSpeed() async throws {
    let nginx = try await NginxServer.shared
    try nginx.addFile("slow.bin", size: 1 << 20)
    let error = await rest.failure([
      "url": .string(nginx.url + "/slow/slow.bin"), "total_timeout": 60,
      "low_speed": ["bytes_per_second": 1_000_000, "seconds": 1],
    ])
    #expect(error?.code == .timedOut)
    #expect(error?.pointer?.description == "/low_speed")
  }
}

extension Command {
  /// A server on a socket of a path, which answers with method, path and host.
  fileprivate static func serving(socket path: String) async throws -> ChildProcess {
    let script = """
      import http.server, os, socketserver
      class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def address_string(self): return ""
        def log_message(self, *_): pass
        def do_GET(self):
          body = f"GET {self.path} {self.headers['Host']}".encode()
          self.send_response(200)
          self.send_header("Content-Type", "text/plain")
          self.send_header("Content-Length", str(len(body)))
          self.end_headers()
          self.wfile.write(body)
      socketserver.ThreadingUnixStreamServer("\(path)", Handler).serve_forever()
      """
    let process = try ChildProcess(
      try Tool.python.required(),
      ["-c", script],
      environment: [:],
      folder: "/",
      output: 1,
      error: 2,
      deathSignal: "TERM"
    )
    try await eventually("the socket is there") { FileManager.default.fileExists(atPath: path) }
    return process
  }
}
