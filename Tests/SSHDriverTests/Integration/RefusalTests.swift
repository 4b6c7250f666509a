import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Servers that allow little", .requiresLogins, .requires(.sshd))
struct RefusalTests {
  @Test("open no channel, and say so")
  func noChannels() async throws {
    var options = SSHServer.Options()
    options.maxSessions = 0
    try await withSSHServer(options) { server in
      let host = try SSHHost(server)
      let command = try await host.failure(
        "run_command",
        ["command": "true"],
        timeout: .seconds(60)
      )
      #expect(command.code == .forbidden && command.message.contains("no channel"), "\(command)")
      let files = try await host.failure("stat", ["path": "."], timeout: .seconds(60))
      #expect(files.code == .forbidden && files.message.contains("no channel"), "\(files)")
    }
  }

  @Test("run their own command in place of any other, which is no success of ours")
  func forcedCommand() async throws {
    var options = SSHServer.Options()
    options.forceCommand = "/bin/echo only this"
    try await withSSHServer(options) { server in
      let host = try SSHHost(server)
      let error = try await host.failure("run_command", ["command": "id"], timeout: .seconds(60))
      #expect(error.message.contains("only this"), "\(error)")
      let script = try await host.failure(
        "execute_script",
        ["script": "id", "output_vars": ["A"]],
        timeout: .seconds(60)
      )
      #expect(script.message.contains("only this"), "\(script)")
    }
  }

  @Test("forward nothing, though they could")
  func noForwarding() async throws {
    var options = SSHServer.Options()
    options.extra = "PermitOpen none"
    try await withSSHServer(options) { gate in
      let last = try await SSHServer.shared
      let hop: Value = [
        "host": "127.0.0.1", "port": .int(Int64(gate.port)),
        "hostkey": ["hostkey_method": "off"], "authentication": SSHHost.password(.tester),
      ]
      let host = try SSHHost(last, nil, ["jump": [hop]])
      let error = try await host.failure("run_command", ["command": "true"], timeout: .seconds(60))
      #expect(error.code == .forbidden && error.message.contains("127.0.0.1:\(last.port)"))
    }
  }

  @Test("let users in who have no shell")
  func noShell() async throws {
    var options = SSHServer.Options()
    options.users = [
      LoginUser("shut", password: "no way in", shell: .nologin),
      LoginUser("mute", password: "no way in", shell: .none),
    ]
    try await withSSHServer(options) { server in
      for user in options.users {
        let host = try SSHHost(server, SSHHost.password(user))
        let error = try await host.failure(
          "run_command",
          ["command": "true"],
          timeout: .seconds(60)
        )
        #expect(error.code == .remoteFailure && error.status == 1, "\(error)")
        if user.shell == .nologin {
          #expect(error.outputs["stdout"]?.stringValue?.contains("not available") == true)
        }
        // sshd serves these itself.
        #expect(try await host.run("stat", ["path": "."])["type"] == "directory")
      }
    }
  }

  @Test("have a program for files that says nothing")
  func silentFiles() async throws {
    var options = SSHServer.Options()
    options.sftp = .command("/bin/sleep 600")
    try await withSSHServer(options) { server in
      let host = try SSHHost(server)
      for _ in 0..<2 {
        let error = try await host.failure(
          "stat",
          ["path": ".", "answer_timeout": 0.3],
          timeout: .seconds(60)
        )
        #expect(error.code == .timedOut && error.pointer?.description == "/answer_timeout")
      }
      #expect(try await host.command("echo 7")["stdout"] == "7\n")
    }
  }

  @Test("stop in the middle of a file, and the next call has a program of its own")
  func stoppedFiles() async throws {
    var options = SSHServer.Options()
    options.sftp = .program
    try await withSSHServer(options) { server in
      let folder = try TemporaryFolder()
      let files = try ServerFiles(server)
      try files.write([], to: "big")
      #expect(truncate(files.here("big"), 8 << 30) == 0)
      let host = try SSHHost(server)
      let stopped = Locked(false)
      let error = try await host.failure(
        "get",
        [
          "path": .string(files.there("big")), "local_path": .string(folder.file("big")),
          "answer_timeout": 0.5,
        ],
        timeout: .seconds(60)
      ) { options in
        options.onProgress = { _ in
          guard !stopped.with({ $0 }) else { return }
          for process in (try? server.processes(of: .tester)) ?? []
          where process.command.contains("sftp-server") {
            kill(process.processID, SIGSTOP)
            stopped.with { $0 = true }
          }
        }
      }
      #expect(error.code == .timedOut && error.pointer?.description == "/answer_timeout")
      #expect(try folder.names().isEmpty)
      let next = try await host.run(
        "stat",
        ["path": .string(files.there("big")), "answer_timeout": 20]
      )
      #expect(next["size"] == .int(8 << 30))
    }
  }

  @Test("print something before the program for files begins")
  func talkativeShell() async throws {
    var options = SSHServer.Options()
    options.sftp = .command("/bin/echo Welcome to this server")
    try await withSSHServer(options) { server in
      let error = try await SSHHost(server).failure("stat", ["path": "."], timeout: .seconds(60))
      #expect(error.message.contains("Welco"), "\(error)")
    }
  }
}
