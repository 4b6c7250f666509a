import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Logins", .requiresLogins, .requires(.sshd))
struct LoginTests {
  private func key(_ user: LoginUser, _ key: SSHKey, _ more: ValueMap = [:]) -> Value {
    var login: ValueMap = [
      "authentication_method": "ssh_key", "username": .string(user.name),
      "key": .string(key.privateText),
    ]
    for (name, value) in more { login[name] = value }
    return .map(login)
  }

  private func whoami(_ host: SSHHost) async throws(HostError) -> Value {
    try await host.command("id -un")["stdout"]
  }

  @Test("by a key of each type, encrypted or not")
  func keys() async throws {
    let server = try await SSHServer.shared
    for kind in [SSHKey.Kind.ed25519, .ecdsa, .ecdsa(384), .ecdsa(521), .rsa] {
      for format in [SSHKey.Format.openSSH, .pem, .pkcs8]
      where kind != .ed25519 || format == .openSSH {
        for passphrase in [nil, "größe"] as [String?] {
          var options = SSHKey.Options()
          (options.passphrase, options.format, options.rounds) = (passphrase, format, 2)
          let made = try await SSHKey(kind, options)
          try server.authorize(made.publicLine, for: .tester)
          let login = key(.tester, made, passphrase.map { ["passphrase": .string($0)] } ?? [:])
          let host = try SSHHost(server, login)
          #expect(try await whoami(host) == "tester\n", "\(kind) \(format) \(passphrase ?? "")")
        }
      }
    }
  }

  @Test("by the path of a key, and by a certificate that a CA has signed")
  func fileAndCertificate() async throws {
    let authority = try await SSHKey(.ed25519)
    var options = SSHServer.Options()
    options.userAuthority = authority
    try await withSSHServer(options) { server in
      let file = try SSHHost(
        server,
        [
          "authentication_method": "ssh_key", "username": "tester",
          "key_file": .string(server.userKey.path),
        ]
      )
      #expect(try await whoami(file) == "tester\n")
      let own = try await SSHKey(.ecdsa)
      var signing = SSHCertificate.Options()
      signing.principals = ["tester"]
      let certificate = try await SSHCertificate(of: own, by: authority, signing)
      let text = try String(contentsOfFile: certificate.path, encoding: .utf8)
      let signed = try SSHHost(server, key(.tester, own, ["certificate": .string(text)]))
      #expect(try await whoami(signed) == "tester\n")
      let bare = try await SSHHost(server, key(.tester, own)).failure(
        "run_command",
        ["command": "true"]
      )
      #expect(bare.code == .unauthenticated && bare.message.contains("authorized_keys"))
    }
  }

  @Test("by an agent, also with an RSA key")
  func agent() async throws {
    let server = try await SSHServer.shared
    try await withSSHAgent { agent in
      let login: Value = [
        "authentication_method": "agent", "username": "tester",
        "agent_socket": .string(agent.socket),
      ]
      let empty = try await SSHHost(server, login).failure("run_command", ["command": "true"])
      #expect(empty.code == .unauthenticated && empty.message.contains("ssh-add"))
      for kind in [SSHKey.Kind.rsa, .ed25519] {
        try await agent.removeAll()
        let made = try await SSHKey(kind)
        try server.authorize(made.publicLine, for: .tester)
        try await agent.add(made)
        #expect(try await whoami(try SSHHost(server, login)) == "tester\n", "\(kind)")
      }
    }
  }

  @Test("by a password, by questions, and by what comes behind a way that is refused")
  func others() async throws {
    let server = try await SSHServer.shared
    let questions: Value = [
      "authentication_method": "keyboard_interactive", "username": "tester",
      "password": "correct horse",
    ]
    #expect(try await whoami(try SSHHost(server, questions)) == "tester\n")
    let answers: Value = [
      "authentication_method": "keyboard_interactive", "username": "tester",
      "answers": ["passw": "correct horse"],
    ]
    #expect(try await whoami(try SSHHost(server, answers)) == "tester\n")
    let other = try await SSHKey(.ed25519)
    let host = try SSHHost(
      server,
      key(.tester, other),
      ["fallbacks": [SSHHost.password(.tester)]]
    )
    #expect(try await whoami(host) == "tester\n")
    var options = SSHServer.Options()
    options.passwords = false
    try await withSSHServer(options) { server in
      // Then the password is the answer to the question for it.
      let name = try await whoami(try SSHHost(server))
      #expect(name == "tester\n")
    }
  }

  @Test("that are refused say why, and name neither key nor password")
  func refused() async throws {
    let server = try await SSHServer.shared
    var options = SSHKey.Options()
    options.passphrase = "right"
    let encrypted = try await SSHKey(.ed25519, options)
    let secret = "wrong-secret-7"
    let cases: [(Value, String)] = [
      (
        [
          "authentication_method": "username_password", "username": "tester",
          "password": .string(secret),
        ],
        "password"
      ),
      (
        [
          "authentication_method": "username_password", "username": "nobody-here",
          "password": .string(secret),
        ],
        "nobody-here"
      ),
      (key(.tester, encrypted), "passphrase"),
      (key(.tester, encrypted, ["passphrase": .string(secret)]), "passphrase"),
      (
        ["authentication_method": "ssh_key", "username": "tester", "key": "no key at all"],
        "private key"
      ),
      (
        ["authentication_method": "ssh_key", "username": "tester", "key_file": "/nowhere/key"],
        "/nowhere/key"
      ),
      (
        ["authentication_method": "agent", "username": "tester", "agent_socket": "/nowhere/agent"],
        "/nowhere/agent"
      ),
    ]
    for (login, words) in cases {
      let host = try SSHHost(server, login)
      let error = try await host.failure("run_command", ["command": "true"])
      #expect(error.code == .unauthenticated, "\(error)")
      #expect(error.message.contains(words), "\(error)")
      #expect(!"\(error) \(error.debugDescription) \(host.log)".contains(secret))
      #expect(error.pointer?.description == "/authentication", "\(error)")
    }
  }
}
