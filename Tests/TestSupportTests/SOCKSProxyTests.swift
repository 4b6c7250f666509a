import TestSupport
import Testing

@Suite("microsocks", .requires(.microsocks, .nginx, .curl), .showingServerLogs)
struct SOCKSProxyTests {
  @Test("makes tunnels for those who may, and tells where to")
  func makesTunnels() async throws {
    let server = try await NginxServer.shared
    try await withSOCKS { proxy in
      let address = "socks5h://" + proxy.address
      let url = "http://localhost:\(server.port)/json"
      // Exit code 97: the proxy refused.
      for words in [["-x", address], ["-x", address, "-U", "user:wrong"]] {
        let answer = try await curl(through: words + [url])
        #expect(answer.exit == 97)
      }
      #expect(proxy.tunnels() == [])
      for scheme in ["socks5h://", "socks5://"] {
        let words = ["-4", "-x", scheme + proxy.address, "-U", "user:correct horse", url]
        let answer = try await curl(through: words)
        #expect(answer.status == 200)
      }
      // The first one's name was looked up by the proxy, the other one's by curl.
      #expect(proxy.tunnels() == ["localhost:\(server.port)", "127.0.0.1:\(server.port)"])
    }
  }

  @Test("makes tunnels for everybody where it has no credentials")
  func isOpen() async throws {
    let server = try await NginxServer.shared
    var options = SOCKSProxy.Options()
    options.credentials = nil
    try await withSOCKS(options) { proxy in
      let words = ["-x", "socks5://" + proxy.address, server.url + "/json"]
      let answer = try await curl(through: words)
      #expect(answer.status == 200)
      #expect(proxy.tunnels() == ["127.0.0.1:\(server.port)"])
    }
  }

  @Test("goes nowhere but to the loopback network")
  func staysHere() async throws {
    let proxy = try await SOCKSProxy.shared
    let words = ["-x", "socks5://" + proxy.address, "-U", "user:correct horse"]
    // An address that is nobody's, by RFC 5737.
    #expect(try await curl(through: words + ["http://192.0.2.1/"]).exit == 97)
  }

  @Test("is gone when it was stopped")
  func stops() async throws {
    let processID = try await withSOCKS { $0.processID }
    #expect(ChildProcess.isGone(processID))
  }
}
