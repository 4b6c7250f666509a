import Foundation
import TestSupport
import Testing

@Suite(
  "Keys of SSH",
  .requires(.sshd, .ssh, .sshAdd, .sshAgent, .sshKeygen, .openssl),
  .requiresLogins,
  .showingServerLogs
)
struct SSHKeyTests {
  @Test("are written in each format, with and without a passphrase", arguments: KeyFile.all)
  func formats(_ file: KeyFile) async throws {
    let server = try await SSHServer.shared
    let key = try await SSHKey(file.kind, file.options)
    #expect(key.privateText.hasPrefix("-----BEGIN \(file.title)-----\n"))
    #expect(key.fingerprint.hasPrefix("SHA256:"))
    #expect(key.publicLine.hasSuffix(" tests"))
    try server.authorize(key.publicLine, for: .dasher)
    let client = try OpenSSHClient(.key(key), knownHosts: server.knownHosts)
    let command = try await client.run("echo in", as: .dasher, port: server.port)
    #expect(command.output == "in\n", "\(command.error)")
    guard file.options.passphrase != nil else { return }
    let plain = try await Command.run("ssh-keygen", ["-y", "-P", "wrong", "-f", key.path])
    #expect(plain.status != 0)
  }

  @Test("are handed to an agent, with their certificates")
  func agent() async throws {
    let authority = try await SSHKey()
    var serverOptions = SSHServer.Options()
    serverOptions.hostKeys = [.ed25519]
    serverOptions.userAuthority = authority
    var encrypted = SSHKey.Options()
    encrypted.passphrase = "open sesame"
    let keys = [try await SSHKey(.rsa, encrypted), try await SSHKey(.ecdsa)]
    var options = SSHCertificate.Options()
    options.principals = ["tester"]
    let certificate = try await SSHCertificate(of: keys[1], by: authority, options)
    try await withSSHServer(serverOptions) { server in
      try await withSSHAgent { agent in
        try server.authorize(keys[0].publicLine, for: .dasher)
        let client = try OpenSSHClient(.agent(agent), knownHosts: server.knownHosts)
        #expect(try await client.run("true", as: .dasher, port: server.port).status == 255)
        try await agent.add(keys[0])
        #expect(try await agent.fingerprints() == [keys[0].fingerprint])
        #expect(try await client.run("true", as: .dasher, port: server.port).status == 0)
        #expect(try await client.run("true", as: .tester, port: server.port).status == 255)
        try await agent.add(keys[1], certificate: certificate)
        #expect(try await agent.fingerprints().count == 3)
        #expect(try await client.run("true", as: .tester, port: server.port).status == 0)
        try await agent.removeAll()
        #expect(try await agent.fingerprints() == [])
      }
    }
  }

  @Test("go with their agent, which ends with the process that started it")
  func agentEnds() async throws {
    let processID = try await withSSHAgent { $0.processID }
    #expect(ChildProcess.isGone(processID))
    let result = await #expect(
      processExitsWith: .signal(SIGKILL),
      observing: [\.standardOutputContent]
    ) {
      let agent = try await SSHAgent()
      Descriptor(1).write(Array("\n\(agent.processID)\n".utf8))
      kill(getpid(), SIGKILL)
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    let number = try #require(output.split(separator: "\n").compactMap { pid_t($0) }.first)
    try await eventually("process \(number) is gone") { ChildProcess.isGone(number) }
  }
}

/// A key's file, with a name for the list of tests.
struct KeyFile: Sendable, CustomTestStringConvertible {
  var kind: SSHKey.Kind
  var options: SSHKey.Options
  /// What stands in its first line.
  var title: String

  var testDescription: String {
    "\(kind) \(options.format)" + (options.passphrase == nil ? "" : " encrypted")
  }

  static let all = [
    KeyFile(.ed25519, .openSSH, "OPENSSH PRIVATE KEY"),
    KeyFile(.rsa, .pem, "RSA PRIVATE KEY"),
    KeyFile(.ecdsa, .pem, "EC PRIVATE KEY"),
    KeyFile(.rsa, .pkcs8, "PRIVATE KEY"),
    KeyFile(.ed25519, .openSSH, "OPENSSH PRIVATE KEY", passphrase: "open sesame"),
    KeyFile(
      .ecdsa(521),
      .openSSH,
      "OPENSSH PRIVATE KEY",
      passphrase: "it's \"odd\" \\ 100%",
      cipher: "aes256-gcm@openssh.com"
    ),
    KeyFile(.rsa, .pem, "RSA PRIVATE KEY", passphrase: "open sesame"),
    KeyFile(.ecdsa, .pkcs8, "ENCRYPTED PRIVATE KEY", passphrase: "open sesame"),
  ]

  private init(
    _ kind: SSHKey.Kind,
    _ format: SSHKey.Format,
    _ title: String,
    passphrase: String? = nil,
    cipher: String? = nil
  ) {
    self.kind = kind
    self.title = title
    options = SSHKey.Options()
    options.format = format
    options.passphrase = passphrase
    options.cipher = cipher
    options.rounds = passphrase == nil || format != .openSSH ? nil : 4
  }
}
