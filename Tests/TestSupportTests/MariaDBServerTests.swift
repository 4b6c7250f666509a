import Foundation
import TestSupport
import Testing

@Suite(
  "MariaDB",
  .requires(.mariadbd, .mariadbInstallDB, .mariadb, .setpriv),
  .showingServerLogs
)
struct MariaDBServerTests {
  @Test("runs statements, and gives their rows")
  func runs() async throws {
    let server = try await MariaDBServer.shared
    let rows = try await server.run(
      "select current_user(), database(), 'größe 😀', null, @@character_set_database, @@log_bin"
    )
    #expect(rows == "tester@%\ttests\tgröße 😀\tNULL\tutf8mb4\t0")
    #expect(
      try await server.run("create table runs (n integer); insert into runs values (1)") == ""
    )
    let failure = await #expect(throws: TestSupportError.self) {
      try await server.run("insert into runs values (2); selct; insert into runs values (3)")
    }
    #expect(failure?.description.contains("selct") == true)
    #expect(try await server.run("select n from runs order by n") == "1\n2")
    #expect(try await server.run("select database()", database: "mysql") == "mysql")
  }

  @Test("listens on 127.0.0.1 only, and lets nobody in without the password")
  func listens() async throws {
    let server = try await MariaDBServer.shared
    #expect(try await server.run("select @@bind_address") == "127.0.0.1")
    let client = try Tool.mariadb.required()
    func status(_ user: String, _ password: String?) async throws -> Int32 {
      try await Command.run(
        client,
        [
          "--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--port=\(server.port)",
          "--user=\(user)", "--execute=select 1",
        ],
        environment: ["MYSQL_PWD": password]
      ).status
    }
    #expect(try await status(server.user, nil) == 1)
    #expect(try await status(server.user, "wrong") == 1)
    #expect(try await status("root", nil) == 1)
    #expect(try await status(server.user, server.password) == 0)
  }

  @Test("takes credentials, database, certificate and settings of its options")
  func takesOptions() async throws {
    var options = MariaDBServer.Options()
    options.credentials = (user: "søren's \"co\"", password: "100% \"o':\\")
    options.database = "da `ta"
    options.certificate = try await CertificateAuthority().issue()
    options.settings["max-connections"] = "17"
    try await withMariaDB(options) { server in
      let rows = try await server.run(
        "select current_user(), database(), @@have_ssl, @@max_connections"
      )
      #expect(rows == "søren's \"co\"@%\tda `ta\tYES\t17")
    }
  }

  @Test("is gone when it was stopped, and so is its folder")
  func stops() async throws {
    let (processID, folder) = try await withMariaDB { ($0.processID, $0.folder.path) }
    try await eventually("process \(processID) is gone") { ChildProcess.isGone(processID) }
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test("dies under its clients when it is killed or shut down", arguments: [true, false])
  func endsSessions(kills: Bool) async throws {
    try await withMariaDB { server in
      let session = Task { try await server.run("select sleep(600)") }
      try await eventually("it sleeps") {
        try await server.run(
          "select count(*) from information_schema.processlist where info like 'select sleep%'"
        ) == "1"
      }
      if kills { server.kill() } else { try await server.shutDown() }
      #expect(!server.isRunning && ChildProcess.isGone(server.processID))
      await #expect(throws: TestSupportError.self) { try await session.value }
    }
  }

  @Test("dies with this process")
  func dies() async throws {
    let result = await #expect(
      processExitsWith: .signal(SIGKILL),
      observing: [\.standardOutputContent]
    ) {
      let server = try await MariaDBServer()
      // Swift's print would keep it in a buffer that a killed process does not write.
      Descriptor(1).write(Array("\n\(server.processID)\n".utf8))
      kill(getpid(), SIGKILL)
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    let processIDs = output.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
    #expect(!processIDs.isEmpty, "in \(output)")
    for processID in processIDs {
      try await eventually("process \(processID) is gone") { ChildProcess.isGone(processID) }
    }
  }

  @Test("says what is wrong with its settings")
  func saysWhatIsWrong() async throws {
    var options = MariaDBServer.Options()
    options.settings["no-such-word"] = "on"
    let error = await #expect(throws: TestSupportError.self) {
      try await withMariaDB(options) { _ in }
    }
    #expect(error?.description.contains("no-such-word") == true)
  }
}
