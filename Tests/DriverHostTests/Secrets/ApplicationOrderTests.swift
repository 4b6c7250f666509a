@testable import DriverHost
import TestSupport
import Testing

/// With `echo.c`, whose outputs are its inputs.
@Suite("The inputs of a connector")
struct ApplicationOrderTests {
  @Test(
    "are the stored ones, then the secrets attached to it, then those of the call, key by key at the top"
  )
  func order() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write(
      "connectors/a.yaml",
      """
      connector_type: ECHO
      value:
        string: stored
        int: 1
        secret: stored-secret
        map: {a: 1, b: 2}
      vault_secrets: main:orders
      """
    )
    let plain = try await fixture.host.connect("a")
    #expect(plain["string"] == "stored" && plain["map"] == ["a": 1, "b": 2])
    // With their types, and what the type has no input for is not used.
    #expect(plain["secret"] == "s3cret-of-orders" && plain["int"] == .int(.max))
    #expect(plain["unused"] == .null && plain["deep"] == .null)
    let called = try await fixture.host.connect("a", ["int": 3, "map": ["c": 3]])
    #expect(
      called["int"] == 3 && called["map"] == ["c": 3] && called["secret"] == "s3cret-of-orders"
    )
    // A null at the call takes a stored input away.
    let unset = try await fixture.host.connect("a", ["string": nil])
    #expect(unset.outputs["string"] == nil)
  }

  @Test("with a null in the file are refused there")
  func nulls() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write(
      "connectors/a.yaml",
      "connector_type: ECHO\nvalue:\n  string: null\n  int: 1\n"
    )
    let error = await fixture.failure("a", ["int": nil])
    #expect(
      error?.faults.map { "\($0)" }.first?.contains("a.yaml:3:11: /string") ?? false,
      "\(error as Any)"
    )
    #expect(try await fixture.host.connect("a", ["string": nil])["int"] == 1)
  }

  @Test("that are wrong are all named, with the line of the file, and those of the call without")
  func faults() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write(
      "connectors/a.yaml",
      "connector_type: ECHO\nvalue:\n  int: many\n  bool: 3\n  sting: x\n  max_runtime: -1\n"
    )
    let error = await fixture.failure("a", ["bool": "yes", "doubel": 1])
    let faults = error?.faults ?? []
    #expect(error?.stage == .input && error?.execution != nil)
    #expect(
      Set(faults.map(\.pointer.description)) == [
        "/int", "/bool", "/sting", "/doubel", "/max_runtime",
      ]
    )
    #expect(faults.first { $0.pointer.tokens == ["int"] }?.location?.line == 3)
    #expect(faults.first { $0.pointer.tokens == ["bool"] }?.location == nil)
    #expect(faults.first { $0.pointer.tokens == ["sting"] }?.nearest == "string")
    #expect(faults.first { $0.pointer.tokens == ["doubel"] }?.nearest == "double")
    #expect(faults.first { $0.pointer.tokens == ["max_runtime"] }?.location?.line == 6)
  }

  @Test("of a connector that is not there, or of an unknown type, are not asked for")
  func unknown() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write("connectors/orders.yaml", "connector_type: ECOH\n")
    #expect(await fixture.failure("order")?.message.contains("did you mean `orders`?") ?? false)
    let type = await fixture.failure("orders")
    #expect(type?.stage == .driver && type?.message.contains("did you mean `ECHO`?") ?? false)
    let host = try FixtureHost("echo").host
    await #expect {
      try await host.connect("a")
    } throws: { ($0 as? HostError)?.message.contains("no workspace") ?? false }
  }

  @Test("go to the driver with the connector's name, and share its limits by it")
  func name() async throws {
    let fixture = try await ConnectorFixture()
    try fixture.write(
      "connectors/a.yaml",
      "connector_type: ECHO\nvalue: {rate_limit: {calls: 1000}}\n"
    )
    var options = CallOptions()
    options.action = "about"
    #expect(try await fixture.host.connect("a", options: options)["connector"] == "a")
  }
}
