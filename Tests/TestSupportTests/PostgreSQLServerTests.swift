import Foundation
import TestSupport
import Testing

@Suite(
  "PostgreSQL",
  .requires(.postgres, .initdb, .psql, .pgIsReady, .setpriv),
  .showingServerLogs
)
struct PostgreSQLServerTests {
  @Test("runs statements, each in a transaction of its own, and gives their rows")
  func runs() async throws {
    let server = try await PostgreSQLServer.shared
    let rows = try await server.run(
      "select current_user, current_database(), 'größe 😀', null; show server_encoding; show fsync"
    )
    #expect(rows == "tester|tests|größe 😀|\nUTF8\noff")
    #expect(
      try await server.run("create table runs (n integer); insert into runs values (1)") == ""
    )
    let failure = await #expect(throws: TestSupportError.self) {
      try await server.run("insert into runs values (2); selct; insert into runs values (3)")
    }
    #expect(failure?.description.contains("selct") == true)
    #expect(try await server.run("select n from runs order by n") == "1\n2")
    #expect(try await server.run("select current_database()", database: "postgres") == "postgres")
  }

  @Test("listens on 127.0.0.1 only, and lets nobody in without the password")
  func listens() async throws {
    let server = try await PostgreSQLServer.shared
    #expect(
      try await server.run("show listen_addresses; show unix_socket_directories") == "127.0.0.1\n"
    )
    let psql = try Tool.psql.required()
    let words = [
      "--no-password", "--host", "127.0.0.1", "--port", "\(server.port)", "--username", server.user,
      "--dbname", server.database, "--command", "select 1",
    ]
    for password in [nil, "wrong"] {
      let command = try await Command.run(psql, words, environment: ["PGPASSWORD": password])
      #expect(command.status == 2)
    }
    let right = try await Command.run(psql, words, environment: ["PGPASSWORD": server.password])
    #expect(right.status == 0, "\(right.error)")
  }

  @Test("takes credentials, database, certificate and settings of its options")
  func takesOptions() async throws {
    var options = PostgreSQLServer.Options()
    options.credentials = (user: "søren & co", password: "100% \"o':\\")
    options.database = "da \"ta"
    options.certificate = try await CertificateAuthority().issue()
    options.settings["max_connections"] = "7"
    try await withPostgreSQL(options) { server in
      let rows = try await server.run(
        """
        select current_user, current_database(), ssl from pg_stat_ssl where pid = pg_backend_pid();
        show max_connections
        """
      )
      #expect(rows == "søren & co|da \"ta|t\n7")
    }
  }

  @Test("is gone with what it has started when it was stopped, and so is its folder")
  func stops() async throws {
    let (processIDs, folder) = try await withPostgreSQL { server in
      (try await processes(of: server), server.folder.path)
    }
    #expect(processIDs.count > 1)
    for processID in processIDs {
      try await eventually("process \(processID) is gone") { ChildProcess.isGone(processID) }
    }
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test("dies under its clients when it is killed or shut down", arguments: [true, false])
  func endsSessions(kills: Bool) async throws {
    try await withPostgreSQL { server in
      let session = Task { try await server.run("select pg_sleep(600)") }
      try await eventually("it sleeps") {
        try await server.run(
          "select count(*) from pg_stat_activity where query ~ '^select pg_sleep' and state = 'active'"
        ) == "1"
      }
      let processIDs = try await processes(of: server)
      if kills { server.kill() } else { try await server.shutDown() }
      #expect(!server.isRunning)
      let failure = await #expect(throws: TestSupportError.self) { try await session.value }
      #expect(failure?.description.contains("terminat") == true)
      for processID in processIDs {
        try await eventually("process \(processID) is gone") { ChildProcess.isGone(processID) }
      }
    }
  }

  @Test("dies with this process, as what it has started does, sessions that are busy included")
  func dies() async throws {
    let result = await #expect(
      processExitsWith: .signal(SIGKILL),
      observing: [\.standardOutputContent]
    ) {
      let server = try await PostgreSQLServer()
      Task { try await server.run("do $$ begin loop end loop; end $$") }
      try await eventually("a session is busy") {
        try await server.run(
          "select count(*) from pg_stat_activity where query ~ '^do' and state = 'active'"
        ) == "1"
      }
      let command = try await Command.check("ps", ["-o", "pid=", "--ppid", "\(server.processID)"])
      // Swift's print would keep it in a buffer that a killed process does not write.
      Descriptor(1).write(Array("\n\(server.processID)\n\(command.output)".utf8))
      kill(getpid(), SIGKILL)
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    let processIDs = output.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
    #expect(processIDs.count >= 3, "in \(output)")
    for processID in processIDs {
      try await eventually("process \(processID) is gone") { ChildProcess.isGone(processID) }
    }
  }

  @Test("says what is wrong with its settings")
  func saysWhatIsWrong() async throws {
    var options = PostgreSQLServer.Options()
    options.settings["no_such_word"] = "on"
    let error = await #expect(throws: TestSupportError.self) {
      try await withPostgreSQL(options) { _ in }
    }
    #expect(error?.description.contains("no_such_word") == true)
  }

  /// The postmaster's number and those of its children.
  private func processes(of server: PostgreSQLServer) async throws -> [pid_t] {
    let command = try await Command.check("ps", ["-o", "pid=", "--ppid", "\(server.processID)"])
    return [server.processID]
      + command.output.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
  }
}
