import DriverHost
import DriverKit
import TestSupport
import Testing

@testable import HTTPKit
@testable import VAULTDriver

@Suite("The descriptor")
struct DescriptorTests {
  private static let required: ValueMap = [
    "url": "http://a/", "authentication": givenToken("t"), "path": "app",
  ]

  @Test("is read by the host without a fault")
  func valid() {
    #expect(descriptorFile.descriptor.name == "VAULT")
    #expect(descriptorFile.descriptor.defaultAction == "secret")
    #expect(
      descriptorFile.descriptor.actions.map(\.name) == [
        "secret", "read", "write", "patch", "delete", "undelete", "destroy", "list", "versions",
        "metadata_read", "metadata_write", "metadata_delete", "request", "test", "mounts",
      ]
    )
  }

  @Test(
    "declares each option once, with title, description, order and an example",
    arguments: descriptorFile.options
  )
  func complete(option: DescriptorFile.Option) throws {
    try descriptorFile.expectComplete(option)
  }

  @Test("has a default for each option that the driver takes for granted")
  func defaults() throws {
    let inputs = try descriptorFile.schema.complete(Self.required, action: "secret").values
    #expect(
      Set(inputs.names) == descriptorFile.defaulted.union(["url", "authentication", "path"])
    )
    #expect(inputs["engine_path"] == "secret" && inputs["auto_renew"] == true)
    #expect(inputs["enabled"] == true)
  }

  @Test("marks what is secret, and who asks as what identifies a connection")
  func secrets() {
    #expect(
      Set(descriptorFile.paths(where: "x-secret")) == [
        "authentication/Token/token", "authentication/AppRole/secret_id",
        "authentication/User and password/password", "client_certificate/private_key",
        "client_certificate/passphrase", "network/proxy/password", "data", "json", "text",
      ]
    )
    #expect(
      descriptorFile.paths(where: "x-session") == [
        "url", "namespace", "authentication", "auto_renew", "ca_certificate",
        "client_certificate", "tls",
      ]
    )
  }

  @Test(
    "says of each action what it changes, and whether it may be made again",
    arguments: descriptorFile.document["actions"].listValue ?? []
  )
  func effects(action: Value) throws {
    let name = try #require(action["name"].stringValue)
    let reading: Set = ["secret", "read", "list", "versions", "metadata_read", "test", "mounts"]
    let destroying: Set = ["delete", "destroy", "metadata_delete"]
    let repeatable: Set = ["undelete", "destroy", "metadata_write", "metadata_delete"]
    let effect =
      reading.contains(name) ? "read" : destroying.contains(name) ? "destructive" : "write"
    #expect(action["effect"].stringValue == effect)
    #expect(action["idempotent"] == .bool(reading.contains(name) || repeatable.contains(name)))
    let isAnalysis = ["test", "mounts"].contains(name)
    #expect(action["kind"].stringValue == (isAnalysis ? "analysis" : "run"))
  }

  @Test("declares what the Swift inputs read, and nothing else")
  func names() throws {
    let read = try descriptorFile.namesRead(
      kit: ["NetworkSettings", "Proxy", "TLSSettings", "Timeouts"],
      by: #/(?:inputs|map)(?:\.required\(|\[)"([a-z_]+)"/#
    )
    // The authorities have an input of their own here.
    #expect(read.subtracting(["ca_file"]) == Set(descriptorFile.options.map(\.name)))
  }

  @Test(
    "and the Swift inputs agree on what each option is: another kind is refused at its pointer",
    arguments: descriptorFile.properties.map(\.name).filter {
      !["authentication", "tls"].contains($0)
    }
  )
  func kinds(name: String) throws {
    var values = try descriptorFile.schema.complete(Self.required, action: "secret").values
    // No option takes this.
    values[name] = [["deeper": ["still": []]]]
    let error = #expect(throws: DriverError.self) {
      try withInputs(values) { map throws(DriverError) in _ = try VaultInputs(map) }
    }
    #expect(error?.code == .invalidInput)
    #expect(error?.pointer.hasPrefix("/\(name)") == true)
  }
}

@Suite("The page of the driver")
struct PageTests {
  static let examples = DescriptorFile.examples(of: "vault")

  @Test("shows inputs that are valid", arguments: examples)
  func valid(example: String) throws {
    let document = try YAML.parse(Array(example.utf8), file: "vault.md")
    var inputs = try #require(document.value.mapValue)
    // What a file of a connector has around its value.
    if let value = inputs["value"]?.mapValue { inputs = value }
    if inputs["url"] == nil { inputs["url"] = "https://vault.example.org:8200" }
    if inputs["authentication"] == nil { inputs["authentication"] = givenToken("t") }
    if inputs["path"] == nil { inputs["path"] = "app" }
    _ = try descriptorFile.schema.complete(inputs, action: "secret")
  }

  @Test("shows each method of authentication")
  func complete() throws {
    let authentication = descriptorFile.document["inputs"]["properties"]["authentication"]
    for variant in authentication["oneOf"].listValue ?? [] {
      let method = try #require(variant["properties"]["authentication_method"]["const"].stringValue)
      #expect(
        Self.examples.contains { $0.contains("authentication_method: \(method)") },
        "\(method)"
      )
    }
  }
}
