import DriverHost
import DriverKit
import TestSupport
import Testing

@testable import HTTPKit
@testable import RESTDriver

@Suite("The descriptor")
struct DescriptorTests {
  @Test("is read by the host without a fault")
  func valid() {
    #expect(descriptorFile.descriptor.name == "REST")
    #expect(
      descriptorFile.descriptor.actions.map(\.name) == [
        "request", "test", "openapi", "headers", "curl",
      ]
    )
  }

  @Test(
    "declares each option once, with title, description, order and an example",
    arguments: descriptorFile.options
  )
  func complete(option: DescriptorFile.Option) throws {
    try descriptorFile.expectComplete(option, isPlainNumber: option.path == "port")
  }

  @Test("has a default for each option that the driver takes for granted")
  func defaults() throws {
    let inputs = try descriptorFile.schema.complete(["url": "http://a/"], action: "request").values
    #expect(Set(inputs.names) == descriptorFile.defaulted.union(["url"]))
  }

  @Test("marks what is secret")
  func secrets() {
    #expect(
      descriptorFile.paths(where: "x-secret") == [
        "authentication/Basic/password", "authentication/Digest/password",
        "authentication/Bearer token/token", "authentication/API key/key",
        "authentication/NTLM/password", "authentication/OAuth 2 client credentials/client_secret",
        "authentication/OAuth 2 refresh token/refresh_token",
        "authentication/OAuth 2 refresh token/client_secret",
        "authentication/AWS signature/secret_access_key",
        "authentication/AWS signature/session_token",
        "authentication/Client certificate/private_key",
        "authentication/Client certificate/passphrase", "network/proxy/password",
      ]
    )
  }

  @Test("declares what the Swift inputs read, and nothing else")
  func names() throws {
    var read = try descriptorFile.namesRead(
      kit: nil,
      by: #/(?:inputs|map|body)(?:\.required\(|\[)"([a-z_]+)"/#
    )
    read.formUnion(
      try descriptorFile.namesRead(kit: nil, by: #/name\(at: index\)\.equals\("([a-z_]+)"\)/#)
    )
    let declared = Set(descriptorFile.options.map(\.name))
    #expect(read.subtracting(Self.ofParts) == declared.subtracting(Self.ofHost))
  }

  /// Members of the parts of a form, which are declared for whatever name a part has.
  private static let ofParts: Set = ["content_type", "file_name", "value"]

  /// Options that the host itself acts on, by opening what they name.
  private static let ofHost: Set = ["destination"]

  @Test(
    "and the Swift inputs agree on what each option is: another kind is refused at its pointer",
    arguments: descriptorFile.properties.map(\.name).filter {
      !["data", "body", "authentication", "tls"].contains($0) && !ofHost.contains($0)
    }
  )
  func kinds(name: String) throws {
    // No option takes this.
    let wrong: Value = [["deeper": ["still": []]]]
    var changes: ValueMap = [name: wrong]
    if ["scheme", "host", "port", "base_path", "path"].contains(name) {
      changes["url"] = .null
      if name != "host" { changes["host"] = "h" }
    }
    let error = #expect(throws: DriverError.self) { try uncheckedInputs(changes) }
    #expect(error?.code == .invalidInput)
    #expect(error?.pointer.hasPrefix("/\(name)") == true)
  }
}

@Suite("The page of the driver")
struct PageTests {
  static let examples = DescriptorFile.examples(of: "rest")

  @Test("shows inputs that are valid", arguments: examples)
  func valid(example: String) throws {
    let document = try YAML.parse(Array(example.utf8), file: "rest.md")
    var inputs = try #require(document.value.mapValue)
    if inputs["url"] == nil { inputs["url"] = "https://api.example.org/" }
    _ = try descriptorFile.schema.complete(inputs, action: "request")
  }

  @Test("shows each method of authentication and each kind of pagination")
  func complete() throws {
    let properties = descriptorFile.document["inputs"]["properties"]
    for (input, tag) in [
      ("authentication", "authentication_method"), ("pagination", "pagination_method"),
    ] {
      for variant in properties[input]["oneOf"].listValue ?? [] {
        let method = try #require(variant["properties"][tag]["const"].stringValue)
        if method == "none" { continue }
        #expect(Self.examples.contains { $0.contains("\(tag): \(method)") }, "\(method)")
      }
    }
  }
}
