import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Host keys", .requiresLogins, .requires(.sshd))
struct HostKeyTests {
  private func host(_ server: SSHServer, _ hostkey: Value?) throws -> SSHHost {
    var address: ValueMap = [
      "host": "127.0.0.1", "port": .int(Int64(server.port)),
      "authentication": SSHHost.password(.tester),
    ]
    if let hostkey { address["hostkey"] = hostkey }
    return try SSHHost(address)
  }

  @Test("are shown, and each of them pins the server")
  func shown() async throws {
    let server = try await SSHServer.shared
    let result = try await host(server, ["hostkey_method": "off"]).run("host_key")
    let keys = try #require(result["keys"].listValue).compactMap(\.mapValue)
    // libssh2 1.10 has no algorithm for an RSA key that OpenSSH would show.
    let types = Set(keys.compactMap { $0["type"]?.stringValue })
    #expect(types.isSuperset(of: ["ssh-ed25519", "ecdsa-sha2-nistp256"]))
    let prints = Set(keys.compactMap { $0["fingerprint"]?.stringValue })
    #expect(prints.isSubset(of: Set(server.hostKeys.map(\.fingerprint))))
    #expect(result["banner"].stringValue?.hasPrefix("SSH-2.0-OpenSSH") == true)
    for key in keys {
      let line = try #require(key["known_host"])
      let pinned = try host(server, ["hostkey_method": "known_host", "known_host": line])
      #expect(try await pinned.command("echo 7")["stdout"] == "7\n")
    }
    let first = try #require(keys.first { $0["type"] == "ssh-ed25519" }?["fingerprint"])
    let byPrint = try host(
      server,
      ["hostkey_method": "fingerprint", "fingerprint": first]
    )
    let steps = try #require(try await byPrint.run("test")["steps"].listValue)
    #expect(steps.compactMap { $0.mapValue?["outcome"] }.allSatisfy { $0 == "passed" })
  }

  @Test("that are not known, or changed, are refused before anybody logs in")
  func refused() async throws {
    let server = try await SSHServer.shared
    let folder = try TemporaryFolder()
    let empty = try folder.write("", to: "empty")
    let unknown = try await host(
      server,
      ["hostkey_method": "known_hosts_file", "known_hosts_file": [.string(empty)]]
    ).failure("run_command", ["command": "true"])
    #expect(unknown.code == .hostKey && unknown.message.contains("SHA256:"))
    #expect(unknown.pointer?.description == "/hostkey")
    let other = try await SSHKey(.ed25519)
    let line = KnownHosts.line("127.0.0.1", port: server.port, other)
    let file = try folder.write(line + "\n", to: "changed")
    let changed = try await host(
      server,
      ["hostkey_method": "known_hosts_file", "known_hosts_file": [.string(file)]]
    ).failure("run_command", ["command": "true"])
    #expect(changed.code == .hostKey && changed.message.contains(other.fingerprint))
    let shown = server.hostKeys.contains { changed.message.contains($0.fingerprint) }
    #expect(shown, "\(changed)")
    #expect(!server.log.contains("Accepted password for tester from 127.0.0.1 port 1 "))
  }

  @Test("are found by their fingerprint, and asked for no more often than there are of them")
  func pinned() async throws {
    try await withSSHServer { server in
      for key in server.hostKeys where !key.publicLine.hasPrefix("ssh-rsa") {
        let policy: Value = [
          "hostkey_method": "fingerprint", "fingerprint": .string(key.fingerprint),
        ]
        let host = try host(server, policy)
        #expect(try await host.command("echo 7", timeout: .seconds(60))["stdout"] == "7\n")
      }
      let count = { server.log.components(separatedBy: "Connection from").count }
      let before = count()
      let other = try await SSHKey(.ed25519)
      let policy: Value = [
        "hostkey_method": "fingerprint", "fingerprint": .string(other.fingerprint),
      ]
      let error = try await host(server, policy)
        .failure("run_command", ["command": "true"], timeout: .seconds(60))
      #expect(error.code == .hostKey && error.message.contains(other.fingerprint), "\(error)")
      #expect(count() - before <= 4)
    }
  }

  @Test("that are new are stored once where that is wanted, and held to from then on")
  func acceptNew() async throws {
    let server = try await SSHServer.shared
    let folder = try TemporaryFolder()
    let file = folder.file("known_hosts")
    let policy: Value = [
      "hostkey_method": "accept_new", "known_hosts_file": [.string(file)],
    ]
    for _ in 0..<2 {
      let host = try host(server, policy)
      #expect(try await host.command("echo 7")["stdout"] == "7\n")
    }
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 1)
    let other = try await SSHKey(.ed25519)
    let wrong = KnownHosts.line("127.0.0.1", port: server.port, other)
    try (wrong + "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let error = try await host(server, policy).failure("run_command", ["command": "true"])
    #expect(error.code == .hostKey && error.message.contains("changed"), "\(error)")
  }

  @Test("are not looked at where that is wanted, which is warned of")
  func off() async throws {
    let server = try await SSHServer.shared
    let host = try host(server, ["hostkey_method": "off"])
    #expect(try await host.command("echo 7")["stdout"] == "7\n")
    #expect(host.log.contains("hostkey is off"))
    // For whoever looks for the reason of a failure afterwards.
    #expect(host.log.contains("uses libssh2/1."))
  }
}
