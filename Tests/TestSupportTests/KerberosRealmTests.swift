import Foundation
import TestSupport
import Testing

@Suite(
  "Kerberos",
  .requires(.krb5KDC, .kdb5Util, .kadminLocal, .kinit),
  .requires(.apache, .apacheGSSAPI, .curl, .openssl),
  .showingServerLogs
)
struct KerberosRealmTests {
  @Test("lets who has a ticket in to Apache, and nobody else")
  func letsIn() async throws {
    let realm = try await KerberosRealm.shared
    var options = ApacheServer.Options()
    options.realm = realm
    try await withApache(options) { server in
      try server.addFile("hello.txt", "hello")
      let url = server.url + "/negotiate/hello.txt"
      #expect(try await curl(url, environment: realm.environment).status == 401)
      let known = try await curl(
        "--negotiate",
        "--user",
        ":",
        url,
        environment: realm.environment
      )
      #expect(known.status == 200)
      #expect(known.body == "hello")
      let unknown = try await curl(
        "--negotiate",
        "--user",
        ":",
        url,
        environment: realm.environmentWithoutTicket
      )
      #expect(unknown.status == 401)
      let (user, password) = server.options.credentials
      #expect(try await curl("--user", "\(user):\(password)", url).status == 401)
    }
  }

  @Test("names its user to Apache, which speaks TLS")
  func namesUser() async throws {
    let authority = try await CertificateAuthority()
    var realmOptions = KerberosRealm.Options()
    realmOptions.name = "OTHER.TEST"
    realmOptions.credentials = (user: "somebody", password: "it's \"odd\" \\ 100%")
    let realm = try await KerberosRealm(realmOptions)
    #expect(realm.principal == "somebody@OTHER.TEST")
    var options = ApacheServer.Options()
    options.certificate = try await authority.issue()
    options.realm = realm
    try await withApache(options) { server in
      let answer = try await curl(
        "--cacert",
        authority.path,
        "--negotiate",
        "--user",
        ":",
        "--data",
        "four",
        server.url + "/negotiate/request",
        environment: realm.environment
      )
      let received = try received(answer)
      #expect(received.user == realm.principal)
      #expect(received.authType == "Negotiate")
      #expect(received.authorization.hasPrefix("Negotiate "))
      #expect(received.body == 4)
      try await eventually("the request is logged") {
        try server.requests().last?.user == realm.principal
      }
    }
  }

  @Test("gives tickets over UDP and TCP", arguments: [(1, "TCP"), (65_000, "UDP")])
  func givesTickets(limit: Int, transport: String) async throws {
    let realm = try await KerberosRealm.shared
    let folder = try TemporaryFolder()
    // Requests of more bytes than this limit go over TCP first.
    let configuration = try realm.folder.text("krb5.conf").replacing(
      "[libdefaults]\n",
      with: "[libdefaults]\nudp_preference_limit = \(limit)\n"
    )
    var environment = realm.environment
    environment["KRB5_CONFIG"] = try folder.write(configuration, to: "krb5.conf")
    environment["KRB5CCNAME"] = "FILE:" + folder.file("tickets")
    environment["KRB5_TRACE"] = "/dev/stdout"
    let command = try await Command.check(
      "kinit",
      [realm.principal],
      environment: environment,
      input: realm.options.credentials.password + "\n"
    )
    #expect(command.output.contains(transport))
    #expect(!command.output.contains(transport == "TCP" ? "UDP" : "TCP"))
    let file = try folder.read("tickets")
    #expect(String(decoding: file, as: UTF8.self).contains("krbtgt"))
  }

  @Test("gives no ticket for a wrong password")
  func refuses() async throws {
    let realm = try await KerberosRealm.shared
    let command = try await Command.run(
      "kinit",
      [realm.principal],
      environment: realm.environmentWithoutTicket,
      input: "wrong\n"
    )
    #expect(command.status != 0)
    #expect(command.error.contains("Password incorrect"))
  }

  @Test("is gone when it was stopped")
  func stops() async throws {
    let (processID, folder) = try await withKerberos { ($0.processID, $0.folder.path) }
    #expect(ChildProcess.isGone(processID))
    #expect(!FileManager.default.fileExists(atPath: folder))
  }
}
