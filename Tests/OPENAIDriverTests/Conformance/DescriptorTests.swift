import DriverHost
import DriverKit
import Foundation
import TestSupport
import Testing

@testable import HTTPKit
@testable import OPENAIDriver

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
    for action in DescriptorFile.document["actions"].listValue ?? [] {
      collect(action["inputs"]["properties"], "")
    }
    return options
  }()

  @Test("is read by the host without a fault")
  func valid() throws {
    #expect(DescriptorFile.descriptor.name == "OPENAI")
    #expect(DescriptorFile.descriptor.defaultAction == "run")
    #expect(DescriptorFile.descriptor.actions.map(\.name) == ["run", "test", "models"])
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
    if isNumber, !name.hasSuffix("/temperature") { #expect(schema["x-unit"].stringValue != nil) }
  }

  @Test("has a default for each option that the driver takes for granted")
  func defaults() throws {
    let inputs = try DescriptorFile.schema.complete(["api_key": "k"], action: "run").values
    let withDefault = Self.properties.filter { !$0.value["default"].isNull }.map(\.name)
    #expect(Set(inputs.names) == Set(withDefault + ["api_key"]))
    #expect(inputs["mode"] == ["mode_name": "list_models"])
    #expect(inputs["base_url"] == "https://api.openai.com/v1")
  }

  @Test("marks what is secret, and who asks as what identifies a connection")
  func secrets() {
    let secrets = Self.options.filter { $0.schema["x-secret"] == true }.map(\.name)
    #expect(secrets == ["api_key", "network/proxy/password"])
    let session = Self.options.filter { $0.schema["x-session"] == true }.map(\.name)
    #expect(session == ["api_key", "organization", "project", "base_url", "tls"])
  }

  @Test("has calls that change nothing made three times, and says of each mode what it changes")
  func effects() throws {
    #expect(DescriptorFile.document["defaults"]["retry"]["attempts"] == 3)
    let run = DescriptorFile.document["actions"][0]
    #expect(run["effect"] == "read" && run["idempotent"] == true)
    let changing = (Self.properties["mode"]?["oneOf"].listValue ?? [])
      .filter { !$0["effect"].isNull }
    #expect(changing.map { $0["title"] } == ["Request"])
    #expect(changing.first?["effect"] == "write" && changing.first?["idempotent"] == false)
  }

  @Test("declares what the Swift inputs read, and nothing else")
  func names() throws {
    var read: Set<String> = []
    for file in try Self.sources() {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      for match in text.matches(of: #/(?:inputs|map|mode)(?:\.required\(|\[)"([a-z_]+)"/#) {
        read.insert(String(match.1))
      }
    }
    let declared = Set(
      Self.options.map { $0.name.split(separator: "/").last.map(String.init) ?? "" }
    )
    #expect(read == declared)
  }

  /// Where inputs are read.
  private static func sources() throws -> [String] {
    let folder = ThisPackage.folder + "/Plugins/OPENAIDriver/Sources/Inputs"
    let kit = ThisPackage.folder + "/Plugins/HTTPKit/Sources/Inputs"
    return try FileManager.default.contentsOfDirectory(atPath: folder).map { folder + "/" + $0 }
      + ["NetworkSettings", "Proxy", "TLSSettings", "Timeouts"].map { "\(kit)/\($0).swift" }
  }

  @Test(
    "and the Swift inputs agree on what each option is: another kind is refused at its pointer",
    arguments: properties.map(\.name).filter { !["mode", "tls"].contains($0) }
  )
  func kinds(name: String) throws {
    // No option takes this.
    let error = #expect(throws: DriverError.self) {
      _ = try uncheckedInputs([name: [["deeper": ["still": []]]]])
    }
    #expect(error?.code == .invalidInput)
    #expect(error?.pointer.hasPrefix("/\(name)") == true)
  }
}
