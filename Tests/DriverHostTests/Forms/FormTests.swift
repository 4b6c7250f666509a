import Testing

@testable import DriverHost

@Suite("The form of a connector type")
struct FormTests {
  @Test("has the fields of the type and of all actions in order, under their headings")
  func order() throws {
    let form = try FormFixture.form()
    #expect(form.actions.map(\.name) == ["go", "list", "look"])
    let groups = form.groups.map { ($0.title, $0.isAdvanced, $0.fields.map(\.name)) }
    #expect(
      groups.map(\.0) == ["Address", "Request", "Access", "Details", nil, "Limits"]
    )
    #expect(groups.map(\.1) == [false, false, false, true, false, true])
    #expect(
      groups.map(\.2) == [
        ["url", "host", "port"], ["model", "prefix"], ["auth"], ["wait", "price", "data"],
        [
          "strict", "level", "codes", "headers", "notes", "free", "limit", "keys", "reason", "mode",
          "depth",
        ],
        ["max_runtime", "retry", "rate_limit", "max_concurrency"],
      ]
    )
  }

  @Test("says which actions have a field, where not all of them do")
  func actions() throws {
    let form = try FormFixture.form()
    let fields = form.fields.filter { !$0.actions.isEmpty }
    #expect(fields.map(\.name) == ["model", "prefix", "mode", "depth"])
    // One field of two actions is required where the default action requires it.
    #expect(fields.map(\.actions) == [["go"], ["go", "list"], ["go"], ["look"]])
    #expect(fields.map(\.isRequired) == [true, true, false, false])
  }

  @Test("says what sort of answer each field asks for")
  func kinds() throws {
    let form = try FormFixture.form()
    let kinds = Dictionary(form.fields.map { ($0.name, $0.kind) }) { first, _ in first }
    #expect(
      kinds == [
        "url": .string, "host": .string, "port": .integer, "model": .string, "prefix": .string,
        "auth": .union, "wait": .number, "price": .decimal, "data": .bytes, "strict": .boolean,
        "level": .string, "codes": .list, "headers": .map, "notes": .string, "free": .any,
        "limit": .mixed, "keys": .map, "reason": .string, "mode": .integer, "depth": .integer,
        "max_runtime": .number,
        "retry": .union, "rate_limit": .union, "max_concurrency": .integer,
      ]
    )
  }

  @Test("leads into unions of unions, each field with its place")
  func unions() throws {
    let auth = try FormFixture.field("auth", of: FormFixture.form())
    let union = try #require(auth.unions.first)
    #expect(union.discriminator == "method" && union.title == "Method")
    #expect(union.branches.map(\.values) == [["none"], ["basic", "digest"], ["key"]])
    #expect(
      union.branches.map(\.summary) == ["Nobody is asked.", "A name and a password.", nil]
    )
    #expect(
      union.branches[1].fields.map { $0.pointer?.description } == ["/auth/user", "/auth/password"]
    )
    let inner = try #require(union.branches[2].unions.first)
    #expect(inner.branches.map(\.title) == ["Literal", "From a file"])
    #expect(inner.branches[0].fields.map { $0.pointer?.description } == ["/auth/key"])
    #expect(inner.branches[0].fields.map(\.isSecret) == [true])
  }

  @Test("knows a union that only says which of several inputs must be there")
  func requirements() throws {
    let form = try FormFixture.form()
    #expect(form.unions.map(\.hasContent) == [false])
    #expect(form.unions.map(\.requirements) == [[["url"], ["host"]]])
    #expect(form.unions.map(\.actions) == [[]])
    let auth = try FormFixture.field("auth", of: form)
    #expect(auth.unions.map(\.requirements) == [[]])
    let value = try #require(JSON.parse(#"{"host": "h"}"#).mapValue)
    #expect(form.branch(of: form.unions[0], for: .map(value), in: nil) == 1)
  }

  @Test("says of all that is inside a secret that it is secret too")
  func insideSecrets() throws {
    let keys = try FormFixture.field("keys", of: FormFixture.form())
    #expect(keys.isSecret && keys.fields.map(\.isSecret) == [true])
  }

  @Test("gives the host's group another heading where the type has taken its own")
  func headings() throws {
    let form = try FormFixture.form(
      #"{"properties": {"a": {"x-group": "Limits"}}}"#,
      defaults: ["retry": ["attempts": 3]]
    )
    #expect(form.groups.map(\.title) == ["Limits", "Limits of all calls"])
    #expect(form.groups.map(\.isOfHost) == [false, true])
    // What the descriptor says of the host's inputs is their default there.
    #expect(try FormFixture.field("retry", of: form).defaultValue == ["attempts": 3])
  }

  @Test("throws what is wrong with the schemas of a descriptor")
  func faults() throws {
    let descriptor = try InputSchemaFixture.descriptor(#"{"properties": {"a": {"type": "no"}}}"#)
    let error = #expect(throws: HostError.self) { try Form(descriptor) }
    #expect(error?.stage == .driver && error?.faults.isEmpty == false)
  }
}

@Suite("The schema of the host's own inputs")
struct HostInputSchemaTests {
  private static let values: [(String, Value)] = [
    ("max_runtime", 1), ("max_runtime", 0.5), ("max_runtime", 0), ("max_runtime", "1"),
    ("max_runtime", 999_999_999), ("max_runtime", 1_000_000_000), ("max_runtime", -1),
    ("retry", true), ("retry", false), ("retry", [:]), ("retry", 3), ("retry", "on"),
    ("retry", ["attempts": 1]), ("retry", ["attempts": 0]), ("retry", ["attempts": 2_147_483_648]),
    ("retry", ["initial": 0]), ("retry", ["initial": -1]), ("retry", ["maximum": 1_000_000_000]),
    ("retry", ["multiplier": 1]), ("retry", ["multiplier": 0.5]), ("retry", ["multiplier": 1001]),
    ("retry", ["deadline": 0]), ("retry", ["jitter": false]), ("retry", ["jitter": 1]),
    ("retry", ["tries": 1]),
    ("rate_limit", 0.1), ("rate_limit", 0), ("rate_limit", 1_000_000_000),
    ("rate_limit", 1_000_000_001), ("rate_limit", [:]), ("rate_limit", ["calls": 5]),
    ("rate_limit", ["calls": 0]), ("rate_limit", ["calls": 5, "per": 0]),
    ("rate_limit", ["calls": 5, "per": 60, "burst": 2]), ("rate_limit", ["calls": 5, "burst": 0]),
    ("rate_limit", ["per": 5]), ("rate_limit", ["calls": 5, "each": 1]), ("rate_limit", "fast"),
    ("max_concurrency", 1), ("max_concurrency", 0), ("max_concurrency", 1.5),
    ("max_concurrency", 2_147_483_647), ("max_concurrency", 2_147_483_648),
  ]

  @Test("takes what the host takes, and refuses what it refuses", arguments: values)
  func agreement(name: String, value: Value) throws {
    let schema = try JSONSchema(HostInputs.schema)
    let isTaken = HostInputs.faults(in: [name: value]).isEmpty
    #expect(schema.isValid([name: value]) == isTaken)
  }

  @Test("names all of those inputs, with the defaults that they have")
  func complete() throws {
    let properties = HostInputs.schema["properties"]
    #expect(properties.mapValue?.names.sorted() == HostInputs.names)
    let policy = RetryPolicy()
    let retry = properties["retry"]["oneOf"][1]["properties"]
    #expect(retry["initial"]["default"].doubleValue.map { Duration.seconds($0) } == policy.initial)
    #expect(retry["maximum"]["default"].doubleValue.map { Duration.seconds($0) } == policy.maximum)
    #expect(retry["deadline"]["default"].doubleValue.map { .seconds($0) } == policy.deadline)
    #expect(retry["multiplier"]["default"].doubleValue == policy.multiplier)
    #expect(retry["jitter"]["default"].boolValue == policy.hasJitter)
    let rate = properties["rate_limit"]["oneOf"][1]["properties"]
    #expect(rate["per"]["default"].doubleValue.map { .seconds($0) } == RateLimit(calls: 1).period)
  }
}
