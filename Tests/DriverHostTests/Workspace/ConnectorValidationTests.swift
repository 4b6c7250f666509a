import Testing

@testable import DriverHost

@Suite("Holding a stored value against its type")
struct ConnectorValidationTests {
  private static let type = """
    {"type": "object", "required": ["url"], "properties": {
      "url": {"type": "string", "pattern": "^https?://"},
      "port": {"type": "integer", "minimum": 1},
      "level": {"enum": ["low", "high"]},
      "data": {"type": "string", "contentEncoding": "base64"},
      "keys": {"type": "object", "x-secret": true},
      "password": {"type": "string", "x-secret": true, "minLength": 4},
      "limit": {"oneOf": [{"type": "integer"}, {"type": "object", "required": ["a"],
        "properties": {"a": {"type": "integer"}}}]},
      "auth": {"type": "object", "required": ["method"], "oneOf": [
        {"properties": {"method": {"const": "none"}}},
        {"properties": {"method": {"const": "basic"}, "user": {"type": "string"},
          "password": {"type": "string", "x-secret": true}}, "required": ["user", "password"]}]}}}
    """

  private let validation: ConnectorValidation

  init() throws {
    validation = try ConnectorValidation(
      InputSchemaFixture.descriptor(
        Self.type,
        actions: [
          ("go", #"{"properties": {"item": {"type": "string"}}}"#),
          ("find", #"{"properties": {"prefix": {"type": "string"}}}"#),
        ]
      )
    )
  }

  private func faults(_ yaml: String) throws -> [String] {
    let document = try YAML.parse(Array(yaml.utf8), file: "c.yaml")
    return validation.faults(
      in: document.value.mapValue ?? [:],
      locations: { document.locations.nearest(to: $0) }
    ).map(\.description)
  }

  @Test("asks for nothing: what is missing may come at the call, also inside of an input")
  func missing() throws {
    #expect(try faults("port: 1") == [])
    #expect(try faults("auth: {method: basic, user: ada}") == [])
  }

  @Test("takes the inputs of all actions and those of the host, and checks these too")
  func actions() throws {
    #expect(try faults("{item: a, prefix: b, max_runtime: 5, retry: {attempts: 2}}") == [])
    #expect(
      try faults("max_runtime: -1\nretry: {attempt: 2}\n") == [
        "c.yaml:1:14: /max_runtime: expected a number of seconds above 0 and below 1e9; fractions are allowed",
        "c.yaml:2:9: /retry/attempt: unknown: it takes attempts, deadline, initial, jitter, maximum, multiplier",
      ]
    )
  }

  @Test("finds all faults at once, in the order of the file, each with its place")
  func all() throws {
    let found = try faults(
      "prot: 1\nlevel: middle\nurl: ftp://a\ndata: '*'\nname: x\nauth: {method: basic, user: 1}\n"
    )
    #expect(found.count == 6)
    #expect(found.first == "c.yaml:1:1: /prot: unknown input `prot`; did you mean `port`?")
    #expect(
      found.map { $0.prefix(8) } == [
        "c.yaml:1", "c.yaml:2", "c.yaml:3", "c.yaml:4", "c.yaml:5", "c.yaml:6",
      ]
    )
    #expect(found.last == "c.yaml:6:29: /auth/user: expected a string, got 1")
  }

  @Test("shows no secret in a fault")
  func secrets() throws {
    let found = try faults(
      "password: abc\nauth: {method: basic, password: [hunter2]}\nkeys: hunter2\n"
    )
    #expect(found.count == 3)
    #expect(found.allSatisfy { !$0.contains("abc") && !$0.contains("hunter2") })
  }

  @Test("takes a reference to a secret everywhere, also where it decides what the rest means")
  func references() throws {
    #expect(
      try faults(
        """
        port: vault.secret(a:b.port)
        level: vault.secret(a:b.level)
        auth: {method: vault.secret(a:b.method), password: 'x vault.secret(a:b.c)'}
        limit: {a: vault.secret(a:b.c)}
        max_runtime: vault.secret(a:b.c)
        """
      ) == []
    )
    #expect(try faults("auth: vault.secret(a:b.c)") == [])
    let escaped = try faults("port: \\vault.secret(a:b.port)")
    #expect(escaped.count == 1)
  }

  @Test("refuses a reference that is none, and what is wrong beside one")
  func malformed() throws {
    #expect(
      try faults(
        "url: vault.secret(a:b)\nauth: {method: basic, user: [1], password: vault.secret(a:b.c)}\n"
      ).map { $0.prefix(14) } == ["c.yaml:1:6: /u", "c.yaml:2:29: /"]
    )
  }

  @Test("names the secrets that are written down, and not those that are referred to")
  func literals() {
    let value: ValueMap = [
      "password": "hunter2", "keys": ["a": "vault.secret(a:b.c)"],
      "auth": ["method": "basic", "user": "ada", "password": "vault.secret(a:b.c)"],
    ]
    #expect(validation.literalSecrets(in: value).map(\.description) == ["/password"])
    let other: ValueMap = ["keys": ["a": "x"], "auth": ["method": "basic", "password": 12345]]
    #expect(validation.literalSecrets(in: other).map(\.description) == ["/keys", "/auth/password"])
  }

  @Test("masks secrets and what it does not know, and shows references")
  func masked() {
    let value: ValueMap = [
      "url": "https://a", "password": "hunter2", "passwort": "hunter2", "max_runtime": 5,
      "auth": ["method": "basic", "password": "vault.secret(a:b.c)"],
    ]
    #expect(
      validation.masked(value) == [
        "url": "https://a", "password": "***", "passwort": "***", "max_runtime": 5,
        "auth": ["method": "basic", "password": "vault.secret(a:b.c)"],
      ]
    )
    #expect(
      ConnectorValidation.maskedAll(["a": "x", "b": ["vault.secret(a:b.c)", 1]])
        == ["a": "***", "b": ["vault.secret(a:b.c)", "***"]]
    )
  }

  @Test("finds the vault configurations that references name")
  func configurations() {
    let found = ConnectorValidation.vaultConfigurations(
      in: [
        "url": "https://vault.secret(one:a.b)/vault.secret(two:c.d)", "note": "vault.secret(key)",
      ]
    )
    #expect(found.map(\.configuration) == ["one", "two"])
    #expect(
      ConnectorValidation.reference(to: "a.b", at: SecretPath(configuration: "c", path: "p"))
        == "vault.secret(c:p.a\\.b)"
    )
  }
}
