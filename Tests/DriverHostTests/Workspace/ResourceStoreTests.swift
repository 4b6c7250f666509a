import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("The connectors of a workspace")
struct ResourceStoreTests {
  private let folder: TemporaryFolder
  private let workspace: Workspace

  init() throws {
    folder = try TemporaryFolder()
    workspace = Workspace(folder: folder.path)
  }

  private func write(_ name: String, _ text: String) throws {
    let connectors = try folder.folder("connectors")
    try Data(text.utf8).write(to: URL(filePath: "\(connectors)/\(name).yaml"))
  }

  private func contents(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder.path)/connectors/\(name).yaml", encoding: .utf8)
  }

  private func error(_ body: () throws -> Void) -> HostError? {
    do {
      try body()
      return nil
    } catch {
      return error as? HostError
    }
  }

  private let orders = Connector(
    name: "orders",
    type: "REST",
    summary: "The shop's orders",
    value: [
      "url": "https://example.org", "authentication": ["username": "vault.secret(main:o.user)"],
    ],
    vaultSecrets: [SecretPath(configuration: "main", path: "orders")]
  )

  @Test("are files that nobody else may read, and come back as they were stored")
  func stored() throws {
    #expect(try workspace.connectors.names().isEmpty)
    try workspace.connectors.write(orders, if: .isNew)
    #expect(try workspace.connectors.names() == ["orders"])
    #expect(try workspace.connectors.load("orders").resource == orders)
    #expect(
      try contents("orders") == """
        connector_type: REST
        description: The shop's orders
        value:
          url: https://example.org
          authentication:
            username: vault.secret(main:o.user)
        vault_secrets: main:orders

        """
    )
    let mode =
      try FileManager.default.attributesOfItem(
        atPath: "\(folder.path)/connectors/orders.yaml"
      )[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/connectors") == [
        "orders.yaml"
      ]
    )
  }

  @Test("lose the mode that lets others read them when they are stored anew")
  func mode() throws {
    try write("orders", "connector_type: REST\n")
    let path = "\(folder.path)/connectors/orders.yaml"
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    #expect(try workspace.connectors.load("orders").isReadableByOthers)
    try workspace.connectors.write(orders, if: .always)
    #expect(try !workspace.connectors.load("orders").isReadableByOthers)
  }

  @Test("say which lines are lost when they are stored anew")
  func comments() throws {
    try write("a", "# about\nconnector_type: REST # kind\n\nvalue:\n  # none\n  url: x\n")
    let stored = try workspace.connectors.load("a")
    #expect(stored.droppedLines == [1, 5] && stored.cutLines == [2])
    #expect(stored.resource.value == ["url": "x"])
  }

  @Test("are read again when their file has changed, also in place")
  func changed() throws {
    try write("a", "connector_type: REST\nvalue: {port: 1}\n")
    #expect(try workspace.connectors.load("a").resource.value["port"] == 1)
    #expect(try workspace.connectors.load("a").resource.value["port"] == 1)
    try write("a", "connector_type: REST\nvalue: {port: 2}\n")
    #expect(try workspace.connectors.load("a").resource.value["port"] == 2)
  }

  @Test(
    "that are not as they should be are refused with every fault and its place, and stay byte for byte",
    arguments: [
      ("connector_type: [a\n", "a.yaml:2:1"),
      ("connector_type: REST\nconnector_type: SSH\n", "a.yaml:2:1"),
      ("value: {}\n", "`connector_type` is missing"),
      ("connector_type: REST\nvalues: {}\n", "did you mean `value`?"),
      ("connector_type: REST\nvalue: [1]\ndescription: 3\n", "2 faults"),
      ("connector_type: REST\nvault_secrets: [a, b:c]\n", "/vault_secrets/0"),
      ("- REST\n", "not a list"),
      ("connector_type: !!python/object:os.system x\n", "a.yaml:1:17"),
      (
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
        "alias"
      ),
    ]
  )
  func broken(text: String, message: String) throws {
    try write("a", text)
    let error = error { _ = try workspace.connectors.load("a") }
    #expect(error.map { "\($0)" }?.contains(message) ?? false, "\(error as Any)")
    #expect(throws: HostError.self) { try workspace.connectors.update("a") { $0.value["x"] = 1 } }
    #expect(try contents("a") == text)
  }

  @Test(
    "have no names that would lead elsewhere",
    arguments: ["", "../a", "a/b", ".a", "-a", " a", "a\n", String(repeating: "a", count: 201)]
  )
  func names(name: String) {
    #expect(error { _ = try workspace.connectors.load(name) }?.code == .invalidInput)
  }

  @Test("that are not there are answered with the nearest name")
  func unknown() throws {
    try workspace.connectors.write(orders, if: .isNew)
    let nearest = error { _ = try workspace.connectors.load("order") }
    #expect(
      nearest?.code == .notFound && nearest?.message.contains("did you mean `orders`?") ?? false
    )
    try Data().write(to: URL(filePath: "\(folder.path)/connectors/b.yml"))
    #expect(
      error { _ = try workspace.connectors.load("b") }?.message.contains("rename it to b.yaml")
        ?? false
    )
  }

  @Test("are stored only under the condition that their writer names")
  func conditions() throws {
    try workspace.connectors.write(orders, if: .isNew)
    let seen = try workspace.connectors.load("orders").bytes
    #expect(error { try workspace.connectors.write(orders, if: .isNew) }?.code == .conflict)
    try workspace.connectors.update("orders") { $0.value["port"] = 1 }
    let theirs = try contents("orders")
    #expect(
      error { try workspace.connectors.write(orders, if: .isUnchanged(seen)) }?.code == .conflict
    )
    #expect(try contents("orders") == theirs)
  }

  @Test("are renamed and removed, and never over another one")
  func renamed() throws {
    try workspace.connectors.write(orders, if: .isNew)
    try workspace.connectors.rename("orders", to: "shop")
    #expect(try workspace.connectors.load("shop").resource.value == orders.value)
    try workspace.connectors.write(orders, if: .isNew)
    #expect(error { try workspace.connectors.rename("shop", to: "orders") }?.code == .conflict)
    try workspace.connectors.remove("shop")
    #expect(try workspace.connectors.names() == ["orders"])
    #expect(error { try workspace.connectors.remove("shop") }?.code == .notFound)
  }

  @Test("changed by many at once lose no change")
  func manyWriters() async throws {
    try workspace.connectors.write(orders, if: .isNew)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          // A workspace of its own, as another process has.
          let mine = Workspace(folder: folder.path)
          for change in 0..<10 {
            try mine.connectors.update("orders") { $0.value["\(writer)-\(change)"] = 1 }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try workspace.connectors.load("orders").resource.value.count == orders.value.count + 80)
  }

  @Test("leave nothing of writers that were killed to the next one")
  func leftovers() throws {
    try workspace.connectors.write(orders, if: .isNew)
    let left = "\(folder.path)/connectors/.019ac000-0000-7000-8000-000000000000.part"
    let other = "\(folder.path)/connectors/.mine.part"
    try Data().write(to: URL(filePath: left))
    try Data().write(to: URL(filePath: other))
    try workspace.connectors.update("orders") { $0.summary = nil }
    #expect(!FileManager.default.fileExists(atPath: left))
    #expect(FileManager.default.fileExists(atPath: other))
  }
}
