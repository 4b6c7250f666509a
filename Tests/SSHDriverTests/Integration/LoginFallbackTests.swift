import DriverHost
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Logins of which one is not enough", .requiresLogins, .requires(.sshd))
struct LoginFallbackTests {
  private let limit = Duration.seconds(60)

  private func wrong(_ user: LoginUser) -> Value {
    [
      "authentication_method": "username_password", "username": .string(user.name),
      "password": "no",
    ]
  }

  private func key(_ user: LoginUser, _ key: SSHKey, _ more: ValueMap = [:]) -> Value {
    var login: ValueMap = [
      "authentication_method": "ssh_key", "username": .string(user.name),
      "key": .string(key.privateText),
    ]
    for (name, value) in more { login[name] = value }
    return .map(login)
  }

  private func agent(_ socket: String) -> Value {
    ["authentication_method": "agent", "username": "tester", "agent_socket": .string(socket)]
  }

  private func whoami(_ host: SSHHost) async throws(HostError) -> Value {
    try await host.command("id -un", timeout: limit)["stdout"]
  }

  private func failure(_ host: SSHHost) async throws -> HostError {
    try await host.failure("run_command", ["command": "true"], timeout: limit)
  }

  @Test("go on as another user, over a new connection")
  func otherUser() async throws {
    let server = try await SSHServer.shared
    let fallbacks: ValueMap = ["fallbacks": [wrong(.admin), SSHHost.password(.dasher)]]
    let host = try SSHHost(server, wrong(.tester), fallbacks)
    #expect(try await whoami(host) == "dasher\n")
    let result = try await SSHHost(server, wrong(.tester), fallbacks).run("test", timeout: limit)
    let steps = try #require(result["steps"].listValue).compactMap { $0.mapValue?["outcome"] }
    #expect(steps.count > 3 && steps.allSatisfy { $0 == "passed" }, "\(result["steps"])")
    let error = try await failure(SSHHost(server, wrong(.tester), ["fallbacks": [wrong(.dasher)]]))
    #expect(error.code == .unauthenticated, "\(error)")
    #expect(error.message.contains("tester") && error.message.contains("dasher"), "\(error)")
  }

  @Test("go on after the server has had enough of an agent's keys")
  func manyKeys() async throws {
    let server = try await SSHServer.shared
    try await withSSHAgent { agent in
      for _ in 0..<7 { try await agent.add(try await SSHKey(.ed25519)) }
      let login = self.agent(agent.socket)
      let host = try SSHHost(server, login, ["fallbacks": [SSHHost.password(.tester)]])
      #expect(try await whoami(host) == "tester\n")
      let error = try await failure(SSHHost(server, login))
      #expect(error.code == .unauthenticated, "\(error)")
      #expect(error.message.contains("Too many authentication failures"), "\(error)")
    }
  }

  @Test("are both asked for by servers that want two, whichever key it is")
  func twoFactors() async throws {
    var options = SSHServer.Options()
    options.authenticationMethods = "publickey,password"
    try await withSSHServer(options) { server in
      let fallbacks: ValueMap = ["fallbacks": [SSHHost.password(.tester)]]
      let own = key(.tester, server.userKey)
      #expect(try await whoami(try SSHHost(server, own, fallbacks)) == "tester\n")
      let error = try await failure(SSHHost(server, own))
      #expect(error.code == .unauthenticated, "\(error)")
      #expect(error.message.contains("as well") && error.message.contains("password"), "\(error)")
      for kind in [SSHKey.Kind.rsa, .ecdsa] {
        let made = try await SSHKey(kind)
        try server.authorize(made.publicLine, for: .tester)
        #expect(try await whoami(try SSHHost(server, key(.tester, made), fallbacks)) == "tester\n")
        try await withSSHAgent { agent in
          try await agent.add(try await SSHKey(.ed25519))
          try await agent.add(made)
          try await agent.add(try await SSHKey(.ed25519))
          let host = try SSHHost(server, self.agent(agent.socket), fallbacks)
          #expect(try await whoami(host) == "tester\n", "\(kind)")
        }
      }
    }
  }

  @Test("go on after an agent that never answers, or whose socket cannot be")
  func silentAgent() async throws {
    let server = try await SSHServer.shared
    let folder = try TemporaryFolder()
    let path = folder.file("agent")
    let listener = try Self.listener(path)
    defer { close(listener) }
    let long = "/" + String(repeating: "x", count: 200)
    for (socket, words) in [(path, "does not answer"), (long, "longer than")] {
      let fallbacks: ValueMap = ["fallbacks": [SSHHost.password(.tester)]]
      #expect(try await whoami(try SSHHost(server, agent(socket), fallbacks)) == "tester\n")
      let error = try await failure(SSHHost(server, agent(socket)))
      #expect(error.code == .unauthenticated && error.message.contains(words), "\(error)")
      #expect(error.pointer?.description == "/authentication", "\(error)")
    }
  }

  /// A Unix socket that takes connections and says nothing.
  private static func listener(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) {
      unsafe $0.copyBytes(from: Array(path.utf8.prefix(107)))
    }
    let status = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard descriptor >= 0, status == 0, listen(descriptor, 8) == 0 else {
      throw TestSupportError("no socket can be made at \(path)")
    }
    return descriptor
  }

  @Test("say of each certificate of a key what is wrong with it")
  func certificates() async throws {
    let authority = try await SSHKey(.ed25519)
    let stranger = try await SSHKey(.ed25519)
    var options = SSHServer.Options()
    options.userAuthority = authority
    try await withSSHServer(options) { server in
      let own = try await SSHKey(.ecdsa)
      // What differs comes as values: Swift 6.3 gives a closure in a macro's argument the symbol of the next one in the
      // closure around both, so that `refusal { … }` in #expect would have the next call do what this one is to do.
      func refusal(
        by signer: SSHKey,
        for principal: String = "tester",
        validity: String = "-1h:+1h"
      ) async throws -> String {
        var signing = SSHCertificate.Options()
        signing.principals = [principal]
        signing.validity = validity
        let line = try await SSHCertificate(of: own, by: signer, signing).line
        let error = try await failure(
          SSHHost(server, key(.tester, own, ["certificate": .string(line)]))
        )
        #expect(error.code == .unauthenticated, "\(error)")
        #expect(error.message.contains(own.fingerprint), "\(error)")
        return error.message
      }
      let over = try await refusal(by: authority, validity: "-2h:-1h")
      #expect(over.contains("is valid from 20") && over.contains("have a new one"), "\(over)")
      let other = try await refusal(by: authority, for: "dasher")
      #expect(other.contains("is for dasher and not for tester"), "\(other)")
      let unknown = try await refusal(by: stranger)
      #expect(unknown.contains("TrustedUserCAKeys"), "\(unknown)")
      let early = try await refusal(by: authority, validity: "+1h:+2h")
      #expect(early.contains("is valid from 20"), "\(early)")
    }
  }
}
