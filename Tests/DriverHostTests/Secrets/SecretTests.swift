@testable import DriverHost
import TestSupport
import Testing

@Suite("The secrets of a connector")
struct SecretTests {
  @Test("take the place of references, with their types where they stand alone")
  func references() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write(
      "connectors/a.yaml",
      #"""
      connector_type: ECHO
      value:
        int: vault.secret(main:orders.int)
        map: {inner: ["vault.secret(main:orders.deep)", "id vault.secret(main:orders.int)!"]}
        string: write \vault.secret(main:orders.secret)
        secret: vault.secret(secret)
      vault_secrets: [main:orders]
      """#
    )
    let result = try await fixture.host.connect("a")
    #expect(result["int"] == .int(.max))
    #expect(result["map"] == ["inner": [["a": [1, 2.5]], "id 9223372036854775807!"]])
    #expect(result["string"] == "write vault.secret(main:orders.secret)")
    #expect(result["secret"] == "s3cret-of-orders")
  }

  @Test("are not asked for by texts in a call, which may be other people's, unless that is said")
  func injection() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write("connectors/a.yaml", "connector_type: ECHO\n")
    let text: Value = "vault.secret(main:orders.secret)"
    #expect(try await fixture.host.connect("a", ["string": text])["string"] == text)
    var options = CallOptions()
    options.resolvesReferences = true
    let said = try await fixture.host.connect(type: "ECHO", ["string": text], options: options)
    #expect(said["string"] == "s3cret-of-orders")
    options = CallOptions()
    options.vaultSecrets = [SecretPath(configuration: "main", path: "orders")]
    let other: Value = "vault.secret(main:others.secret)"
    let attached = try await fixture.host.connect(
      type: "ECHO",
      ["string": "vault.secret(secret)", "map": ["long": text, "other": other]],
      options: options
    )
    #expect(attached["string"] == "s3cret-of-orders" && attached["int"] == .int(.max))
    // What is attached was given to the call, and nothing else.
    #expect(attached["map"] == ["long": "s3cret-of-orders", "other": other])
    options.vaultSecrets = []
    let none = try await fixture.host.connect(type: "ECHO", ["string": text], options: options)
    #expect(none["string"] == text)
    options.vaultSecrets = [SecretPath(configuration: "main", path: "orders")]
    // What the call gives comes last, also where there is no connector.
    let called = try await fixture.host.connect(type: "ECHO", ["int": 3], options: options)
    #expect(called["int"] == 3 && called["secret"] == "s3cret-of-orders")
  }

  @Test("are looked up once for all calls that wait, and then not again while they hold")
  func singleFlight() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write("vaults/s.yaml", "connector_type: STORE\nvalue: {milliseconds: 100}\n")
    try fixture.write(
      "connectors/a.yaml",
      "connector_type: ECHO\nvalue: {secret: 'vault.secret(s:p.secret)', int: 'vault.secret(s:p.number)'}\n"
    )
    func count() async throws -> Int64 {
      var options = CallOptions()
      options.action = "count"
      return try await fixture.host.connect(type: "STORE", options: options)["count"].intValue ?? -1
    }
    let before = try await count()
    let outcomes = await fixture.host.connectMany(
      to: .connector("a"),
      items: Array(repeating: [:], count: 50),
      FanOut(parallel: 50)
    )
    #expect(try outcomes.allSatisfy { try $0.get()["int"] == .int(before + 1) })
    #expect(try await fixture.host.connect("a")["int"] == .int(before + 1))
    #expect(try await count() == before + 1)
    // A configuration that was changed is asked anew.
    try fixture.write("vaults/s.yaml", "connector_type: STORE\nvalue: {milliseconds: 1}\n")
    #expect(try await fixture.host.connect("a")["int"] == .int(before + 2))
  }

  @Test("are looked up again after their lease, and after the time that their configuration says")
  func lease() async throws {
    let fixture = try await ConnectorFixture()
    for text in [
      "connector_type: STORE\nvalue: {lease_seconds: 0}\n",
      "connector_type: STORE\ncache_seconds: 0\n",
    ] {
      try fixture.write("vaults/s.yaml", text)
      try fixture.write(
        "connectors/a.yaml",
        "connector_type: ECHO\nvalue: {int: 'vault.secret(s:p.number)'}\n"
      )
      let first = try await fixture.host.connect("a")["int"].intValue ?? 0
      #expect(try await fixture.host.connect("a")["int"] == .int(first + 1))
    }
  }

  @Test(
    "that cannot be had fail in ways that are told apart, and name configuration, path and key",
    arguments: [
      ("sealed", HostError.Code.unavailable, "sealed", "unseal it"),
      ("missing_path", .notFound, "missing_path", "has nothing at `p`"),
      ("forbidden", .forbidden, "forbidden", "does not let us read `p`"),
      ("unauthenticated", .unauthenticated, "forbidden", "does not let us read `p`"),
      ("unavailable", .unavailable, "unreachable", "cannot be reached"),
      ("timed_out", .timedOut, "unreachable", "cannot be reached"),
      ("nothing", .notFound, "missing_key", "the secret s:p has no key `secret`"),
      ("mute", .protocolViolation, "configuration", "no map `data`"),
    ]
  )
  func failures(failure: String, code: HostError.Code, state: String, message: String) async throws
  {
    let fixture = try await ConnectorFixture()
    try fixture.write("vaults/s.yaml", "connector_type: STORE\nvalue: {failure: \(failure)}\n")
    try fixture.write(
      "connectors/a.yaml",
      "connector_type: ECHO\nvalue: {secret: 'vault.secret(s:p.secret)'}\n"
    )
    let error = await fixture.failure("a")
    #expect(error?.code == code && error?.stage == .secret && error?.vendorState == state)
    #expect(error?.message.contains(message) ?? false, "\(error as Any)")
    #expect(error?.message.contains("vault s") ?? false || error?.message.contains("s:p") ?? false)
    #expect(error?.details?.listValue?.first?.mapValue?["key"] == "secret")
    #expect(
      error?.message.contains("`secret`") ?? false || error?.message.contains("s:p.secret") ?? false
    )
    #expect(error?.pointer == JSONPointer(["secret"]) && error?.location?.line == 2)
    // What failed is not remembered.
    try fixture.write("vaults/s.yaml", "connector_type: STORE\n")
    #expect(await fixture.failure("a") == nil)
  }

  @Test("that cannot be had are all named in one error")
  func allAtOnce() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write("vaults/s.yaml", "connector_type: STORE\nvalue: {failure: sealed}\n")
    try fixture.write(
      "connectors/a.yaml",
      """
      connector_type: ECHO
      value:
        secret: vault.secret(s:p.secret)
        string: vault.secret(main:nothing.x)
        any: vault.secret(man:orders.x)
        nul: vault.secret(main:orders.secrte)
      """
    )
    let error = await fixture.failure("a")
    let text = error?.message ?? ""
    for part in [
      "4 secrets", "s is sealed", "has nothing at `nothing`", "there is no vault configuration",
      "did you mean `main`?",
      "has no key `secrte`; did you mean `secret`?",
    ] { #expect(text.contains(part), "\(part) in \(text)") }
    #expect(error?.details?.listValue?.count == 4)
  }

  @Test("that are referred to wrongly are refused with their place")
  func malformed() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write(
      "connectors/a.yaml",
      """
      connector_type: ECHO
      value:
        secret: vault.secret(main:orders.secret
        any: vault.secret(secret)
        string: x vault.secret(main:orders.deep)
      """
    )
    let faults = await fixture.failure("a")?.faults ?? []
    #expect(faults.map(\.location?.line) == [3, 4, 5])
    #expect(faults.map(\.kind) == [.invalid, .invalid, .invalid])
  }

  @Test("of a configuration that is opened by itself are refused, and by another one are had")
  func cycles() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write("secrets/opener.json", #"{"word": "sesame"}"#)
    try fixture.write(
      "vaults/b.yaml",
      "connector_type: STORE\nvalue: {password: 'vault.secret(main:opener.word)'}\n"
    )
    try fixture.write(
      "vaults/c.yaml",
      "connector_type: STORE\nvalue: {password: 'vault.secret(d:x.y)'}\n"
    )
    try fixture.write(
      "vaults/d.yaml",
      "connector_type: STORE\nvalue: {password: 'vault.secret(c:x.y)'}\n"
    )
    try fixture.write(
      "connectors/b.yaml",
      "connector_type: ECHO\nvalue: {int: 'vault.secret(b:p.number)'}\n"
    )
    try fixture.write(
      "connectors/c.yaml",
      "connector_type: ECHO\nvalue: {int: 'vault.secret(c:p.number)'}\n"
    )
    #expect(try await fixture.host.connect("b")["int"].intValue ?? 0 > 0)
    let error = await fixture.failure("c")
    #expect(error?.message.contains("c → d → c") ?? false, "\(error as Any)")
  }

  @Test("are in no log, no error and no record, which hold the references")
  func masked() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write(
      "connectors/a.yaml",
      """
      connector_type: ECHO
      value: {string: "vault.secret(main:orders.secret)", secret: literal-secret}
      vault_secrets: main:orders
      """
    )
    let result = try await fixture.host.connect("a")
    #expect(result["string"] == "s3cret-of-orders")
    let record = try #require(try await fixture.history.execution(result.execution))
    // The attached secret overrides the literal one.
    #expect(record.input["secret"] == "vault.secret(main:orders.secret)")
    #expect(record.input["string"] == "vault.secret(main:orders.secret)")
    #expect(record.output?["string"] == "***")
    let all = try await fixture.history.executions(ExecutionQuery())
    #expect(all.contains { $0.parent == record.id && $0.action == "secret" })
    for kept in all {
      let text = JSON.text(.map(kept.input)) + JSON.text(.map(kept.output ?? [:]))
      #expect(!text.contains("s3cret") && !text.contains("literal-secret"), "\(text)")
    }
    // A driver that flags nothing does not give a secret away either.
    try fixture.write("vaults/s.yaml", "connector_type: STORE\n")
    try fixture.write(
      "connectors/b.yaml",
      "connector_type: ECHO\nvalue: {int: 'vault.secret(s:p.secret)'}\n"
    )
    let error = await fixture.failure("b")
    #expect(
      error?.faults.first?.pointer.tokens == ["int"]
        && error.map { !"\($0)".contains("given-") } ?? false
    )
    let later = try await fixture.history.executions(ExecutionQuery())
    #expect(later.allSatisfy { !JSON.text(.map($0.output ?? [:])).contains("given-") })
    #expect(!fixture.log.holds("s3cret") && !fixture.log.holds("given-"))
  }

  @Test("let nothing be seen of a secret input that they are only a part of")
  func halves() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write(
      "connectors/a.yaml",
      """
      connector_type: ECHO
      value:
        string: "plain vault.secret(main:orders.secret)"
        secret: "the-own-half vault.secret(main:orders.secret)"
      """
    )
    let result = try await fixture.host.connect("a")
    let record = try #require(try await fixture.history.execution(result.execution))
    let explained = try await fixture.host.explain(.connector("a")).inputs
    for shown in [record.input, ValueMap(explained.map { ($0.name, $0.value) })] {
      #expect(shown["string"] == "plain vault.secret(main:orders.secret)")
      #expect(shown["secret"] == "***vault.secret(main:orders.secret)")
    }
  }

  @Test("are masked where an answer repeats them without the text that they stood in")
  func parts() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write(
      "secrets/app.json",
      #"{"word": "correct-horse", "pin": 98765.4321, "wait": "hidden-wait"}"#
    )
    try fixture.write(
      "connectors/a.yaml",
      """
      connector_type: ECHO
      value:
        string: Bearer vault.secret(main:app.word)!
        double: vault.secret(main:app.pin)
        map: {nested: "tenant vault.secret(main:app.word)"}
      """
    )
    // The driver's answer holds the word alone, as a server's would.
    let inputs: ValueMap = ["list": ["correct-horse", 98765.4321]]
    let result = try await fixture.host.connect("a", inputs)
    #expect(result["string"] == "Bearer correct-horse!")
    let record = try #require(try await fixture.history.execution(result.execution))
    let output = JSON.text(.map(record.output ?? [:]))
    #expect(!output.contains("correct-horse") && !output.contains("98765"), "\(output)")
    // An input of the host's own that a vault supplied is not quoted either.
    try fixture.write(
      "connectors/b.yaml",
      "connector_type: ECHO\nvalue: {max_runtime: 'vault.secret(main:app.wait)'}\n"
    )
    let error = await fixture.failure("b")
    #expect(error?.faults.first?.pointer.tokens == ["max_runtime"])
    #expect(error.map { !"\($0) \($0.faults)".contains("hidden-wait") } ?? false)
  }

  @Test("that a server refuses are looked up again by the next call")
  func refused() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write("vaults/s.yaml", "connector_type: STORE\n")
    try fixture.write(
      "connectors/a.yaml",
      "connector_type: STORE\nvalue: {password: 'vault.secret(s:p.secret)', failure: unauthenticated}\n"
    )
    let inputs: ValueMap = ["path": "x"]
    func looks() async throws -> Int {
      try await fixture.history.executions(ExecutionQuery()).count { $0.connectorName == "vault:s" }
    }
    #expect(await fixture.failure("a", inputs)?.code == .unauthenticated)
    #expect(try await looks() == 1)
    #expect(await fixture.failure("a", inputs)?.code == .unauthenticated)
    #expect(try await looks() == 2)
  }

  @Test("are waited for no longer than the call may take, while others go on waiting")
  func deadline() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write("vaults/s.yaml", "connector_type: STORE\nvalue: {milliseconds: 1500}\n")
    try fixture.write(
      "connectors/a.yaml",
      "connector_type: ECHO\nvalue: {int: 'vault.secret(s:p.number)'}\n"
    )
    async let patient = fixture.host.connect("a")
    var options = CallOptions()
    options.timeout = .milliseconds(50)
    let error = await fixture.failure("a", options: options)
    #expect(error?.code == .timedOut && error?.stage == .secret)
    let impatient = Task { await fixture.failure("a") }
    impatient.cancel()
    #expect(await impatient.value?.code == .cancelled)
    #expect(try await patient["int"].intValue ?? 0 > 0)
  }
}
