import TestSupport
import Testing

@testable import DriverHost

@Suite("Explaining a call")
struct ExplainTests {
  private let folder: TemporaryFolder
  private let workspace: Workspace
  private let fixture: FixtureHost

  init() throws {
    folder = try TemporaryFolder()
    let workspace = Workspace(folder: folder.path)
    self.workspace = workspace
    fixture = try FixtureHost("shop", "keeper") { $0.workspace = workspace }
    try folder.write(
      "connector_type: KEEPER\nvalue: {secrets: {a: {password: hunter2, extra: 1}}}\n",
      to: "vaults/prod.yaml"
    )
    try folder.write("connector_type: KEEPER\nvalue: {state: sealed}\n", to: "vaults/shut.yaml")
  }

  private func explain(
    _ connector: String,
    _ inputs: ValueMap = [:]
  ) async throws -> CallExplanation {
    try folder.write(connector, to: "connectors/c.yaml")
    return try await fixture.host.explain(.connector("c"), inputs)
  }

  @Test("tells where each input comes from, in the order in which they override each other")
  func origins() async throws {
    let explained = try await explain(
      "connector_type: SHOP\nvalue: {url: https://a, password: stored, note: b, prefix: p}\nvault_secrets: prod:a\n",
      ["note": .null, "item": "x"]
    )
    func origin(_ name: String) -> CallExplanation.Origin? {
      explained.inputs.first { $0.name == name }?.origin
    }
    let path = SecretPath(configuration: "prod", path: "a")
    #expect(origin("password") == .attached(path))
    #expect(origin("item") == .call && origin("count") == .schema)
    #expect(origin("max_runtime") == .driver)
    guard case .stored(let location?) = origin("url") else {
      Issue.record("\(explained)")
      return
    }
    #expect(location.line == 2 && location.column == 14)
    #expect(explained.ignored == ["prod:a.extra"] && explained.dropped == ["prefix"])
    #expect(explained.unset == ["note"] && explained.failures.isEmpty)
    #expect(!"\(explained.inputs)".contains("hunter2"))
  }

  @Test("says which secrets cannot be had, and goes on without them")
  func failures() async throws {
    let explained = try await explain(
      "connector_type: SHOP\nvalue: {url: vault.secret(shut:x.y), port: vault.secret(prod:a.none), password: abcdef}\n"
    )
    #expect(explained.failures.count == 3)
    #expect(explained.failures[0].contains("shut is sealed"))
    #expect(explained.failures[1].contains("no key `none`"))
    #expect(explained.failures[2].contains("without them the inputs are not complete"))
    let shown = Dictionary(uniqueKeysWithValues: explained.inputs.map { ($0.name, $0.value) })
    #expect(shown["url"] == "vault.secret(shut:x.y)" && shown["password"] == "***")
    #expect(shown["count"] == 1)
  }

  @Test("shows nothing that may be secret where the inputs are not complete without a secret")
  func incomplete() async throws {
    let explained = try await explain(
      """
      connector_type: SHOP
      value:
        url: https://a
        port: vault.secret(shut:x.y)
        password: "own-half vault.secret(shut:x.y)"
        note: "plain vault.secret(shut:x.y)"
        authentication: {method: none, password: of-the-other-branch}
      """
    )
    let shown = Dictionary(uniqueKeysWithValues: explained.inputs.map { ($0.name, $0.value) })
    #expect(shown["port"] == "vault.secret(shut:x.y)")
    #expect(shown["password"] == "***" && shown["authentication"] == "***")
    #expect(shown["note"] == "plain vault.secret(shut:x.y)")
  }

  @Test("fails for what is wrong whatever the secrets are")
  func wrong() async throws {
    await #expect(throws: HostError.self) {
      _ = try await explain("connector_type: SHOP\nvalue: {url: https://a, port: x}\n")
    }
    await #expect(throws: HostError.self) {
      _ = try await fixture.host.explain(.connector("nobody"))
    }
  }

  @Test("looks for the fault of an input of the call in no file, and for others in theirs")
  func places() async throws {
    try folder.write(
      "connector_type: SHOP\nvalue: {url: https://a, port: x}\n",
      to: "connectors/c.yaml"
    )
    do throws(HostError) {
      _ = try await fixture.host.connect("c", ["count": "y"])
      Issue.record("the call succeeded")
    } catch {
      #expect(error.faults.map(\.pointer.description) == ["/port", "/count"])
      #expect(error.faults.map { $0.location?.line } == [2, nil])
    }
  }

  @Test("leaves no execution of its own, and loads no driver that it looks no secret up in")
  func quiet() async throws {
    _ = try await explain("connector_type: SHOP\nvalue: {url: https://a}\n")
    #expect(try await fixture.host.history.executions(ExecutionQuery()).isEmpty)
    #expect(fixture.host.statistics.drivers.isEmpty)
  }
}
