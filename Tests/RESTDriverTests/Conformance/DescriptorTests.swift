import DriverHost
import DriverKit
import Foundation
import TestSupport
import Testing

@testable import HTTPKit
@testable import RESTDriver

@Suite("The descriptor")
struct DescriptorTests {
  private static let properties = DescriptorFile.document["inputs"]["properties"].mapValue ?? [:]

  /// Every option, also those inside of others, with its pointer below `/inputs/properties`.
  private static let options: [(name: String, schema: Value)] = {
    var options: [(String, Value)] = []
    func collect(_ properties: Value, _ path: String) {
      for (name, schema) in properties.mapValue ?? [:] {
        options.append((path + name, schema))
        collect(schema["properties"], path + name + "/")
        for branch in schema["oneOf"].listValue ?? [] {
          collect(
            branch["properties"],
            path + name + "/" + (branch["title"].stringValue ?? "") + "/"
          )
        }
      }
    }
    collect(DescriptorFile.document["inputs"]["properties"], "")
    return options
  }()

  @Test("is read by the host without a fault")
  func valid() throws {
    #expect(DescriptorFile.descriptor.name == "REST")
    #expect(
      DescriptorFile.descriptor.actions.map(\.name) == [
        "request", "test", "openapi", "headers", "curl",
      ]
    )
    _ = try InputSchema(DescriptorFile.descriptor)
  }

  @Test(
    "declares each option once, with title, description, order and an example",
    arguments: options.map(\.name)
  )
  func complete(name: String) throws {
    let schema = try #require(Self.options.first { $0.name == name }?.schema)
    #expect(schema["title"].stringValue?.isEmpty == false)
    #expect(schema["description"].stringValue?.hasSuffix(".") == true)
    #expect(schema["x-order"].intValue != nil)
    // A constant is its own example.
    let examples = schema["const"].isNull ? schema["examples"].listValue ?? [] : [schema["const"]]
    #expect(!examples.isEmpty)
    let compiled = try JSONSchema(schema)
    for example in examples + (schema["default"].isNull ? [] : [schema["default"]]) {
      #expect(compiled.isValid(example), "\(example)")
    }
    let isNumber = ["number", "integer"].contains(schema["type"].stringValue ?? "")
    if isNumber, name != "port" { #expect(schema["x-unit"].stringValue != nil) }
  }

  @Test("has a default for each option that the driver takes for granted")
  func defaults() throws {
    let inputs = try DescriptorFile.schema.complete(["url": "http://a/"], action: "request").values
    let withDefault = Self.properties.filter { !$0.value["default"].isNull }.map(\.name)
    #expect(Set(inputs.names) == Set(withDefault + ["url"]))
  }

  @Test("marks what is secret")
  func secrets() {
    let secrets = Self.options.filter { $0.schema["x-secret"] == true }.map(\.name)
    #expect(
      secrets == [
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
    var read: Set<String> = []
    for file in try Self.sources() {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      for match in text.matches(of: #/(?:inputs|map|body)(?:\.required\(|\[)"([a-z_]+)"/#) {
        read.insert(String(match.1))
      }
      for match in text.matches(of: #/name\(at: index\)\.equals\("([a-z_]+)"\)/#) {
        read.insert(String(match.1))
      }
    }
    let declared = Set(
      Self.options.map { $0.name.split(separator: "/").last.map(String.init) ?? "" }
    )
    #expect(read.subtracting(Self.ofParts) == declared.subtracting(Self.ofHost))
  }

  /// Where inputs are read.
  private static func sources() throws -> [String] {
    try ["RESTDriver", "HTTPKit"].flatMap { target in
      let folder = ThisPackage.folder + "/Plugins/\(target)/Sources/Inputs"
      return try FileManager.default.contentsOfDirectory(atPath: folder).map { folder + "/" + $0 }
    }
  }

  /// Members of the parts of a form, which are declared for whatever name a part has.
  private static let ofParts: Set = ["content_type", "file_name", "value"]

  /// Options that the host itself acts on, by opening what they name.
  private static let ofHost: Set = ["destination"]

  @Test(
    "and the Swift inputs agree on what each option is: another kind is refused at its pointer",
    arguments: properties.map(\.name).filter {
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
  /// The blocks of YAML in the page, each with what is before it in the same block.
  static let examples: [String] = {
    let path = ThisPackage.folder + "/Docs/drivers/rest.md"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "```yaml\n").dropFirst().map {
      String($0.prefix(upTo: $0.firstRange(of: "```")?.lowerBound ?? $0.endIndex))
    }
  }()

  @Test("shows inputs that are valid", arguments: examples)
  func valid(example: String) throws {
    let document = try YAML.parse(Array(example.utf8), file: "rest.md")
    var inputs = try #require(document.value.mapValue)
    if inputs["url"] == nil { inputs["url"] = "https://api.example.org/" }
    _ = try DescriptorFile.schema.complete(inputs, action: "request")
  }

  @Test("shows each method of authentication and each kind of pagination")
  func complete() throws {
    let properties = DescriptorFile.document["inputs"]["properties"]
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
