import DriverHost
import TestSupport
import Testing

@Suite("Which servers may be asked", .requires(.nginx, .python))
struct HostPolicyTests {
  private let rest: RESTHost
  private let echo: PagingServer

  init() async throws {
    rest = try RESTHost.shared.get()
    echo = try await PagingServer()
  }

  private func inputs(_ url: String, _ network: ValueMap) -> ValueMap {
    ["url": .string(url), "network": .map(network)]
  }

  @Test("is decided by the address that is connected to, before anything is sent")
  func address() async throws {
    let url = "http://localhost:\(echo.port)/echo"
    let denied = await rest.failure(inputs(url, ["denied_hosts": ["127.0.0.0/8", "::1"]]))
    #expect(denied?.code == .forbidden)
    #expect(denied?.message.contains("network.denied_hosts has ") == true)
    let unlisted = await rest.failure(inputs(url, ["allowed_hosts": ["10.0.0.0/8"]]))
    #expect(unlisted?.code == .forbidden)
    #expect(try echo.requests().isEmpty)
    let allowed = try await rest.request(inputs(url, ["allowed_hosts": ["127.0.0.0/8"]]))
    #expect(allowed["status_code"] == 200)
  }

  @Test("is decided by the name, before it is looked up")
  func name() async throws {
    let denied = await rest.failure(
      inputs("http://api.example.invalid/", ["denied_hosts": ["*.example.invalid"]])
    )
    #expect(denied?.code == .forbidden)
    let unlisted = await rest.failure(
      inputs("http://api.example.invalid/", ["allowed_hosts": ["example.invalid"]])
    )
    #expect(unlisted?.code == .forbidden)
    let allowed = try await rest.request(
      inputs("http://localhost:\(echo.port)/echo", ["allowed_hosts": ["localhost"]])
    )
    #expect(allowed["status_code"] == 200)
  }

  @Test("holds for redirects too")
  func redirect() async throws {
    let nginx = try await NginxServer.shared
    let url = "\(nginx.url)/redirect-to?url=http://localhost:\(echo.port)/echo"
    let denied = await rest.failure(inputs(url, ["denied_hosts": ["localhost"]]))
    #expect(denied?.code == .forbidden)
    let unlisted = await rest.failure(
      inputs(
        "\(nginx.url)/redirect-to?url=http://[::1]:\(echo.port)/",
        ["allowed_hosts": ["127.0.0.1"]]
      )
    )
    #expect(unlisted?.code == .forbidden)
  }

  @Test("holds for a connection that was kept open for somebody who was allowed to")
  func kept() async throws {
    let url = echo.url + "/echo"
    _ = try await rest.request(["url": .string(url)])
    let error = await rest.failure(inputs(url, ["denied_hosts": ["127.0.0.1"]]))
    #expect(error?.code == .forbidden)
    #expect(try echo.requests().count == 1)
  }

  @Test(
    "is not those that hand out a cloud's keys, however they are written",
    arguments: [
      "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xA9FEA9FE/",
      "http://[::ffff:169.254.169.254]/", "http://[fd00:ec2::254]/", "http://100.100.100.200/",
    ]
  )
  func metadata(url: String) async {
    let error = await rest.failure(["url": .string(url), "connect_timeout": 5])
    #expect(error?.code == .forbidden)
    #expect(error?.message.contains("keys") == true)
  }

  @Test("is refused where an entry is none")
  func wrongEntry() async {
    let error = await rest.failure(
      inputs("http://localhost:1/", ["denied_hosts": ["10.0.0.0/8", "10.0.0.0/99"]])
    )
    #expect(error?.code == .invalidInput)
    #expect(error?.pointer?.description == "/network/denied_hosts/1")
  }
}
