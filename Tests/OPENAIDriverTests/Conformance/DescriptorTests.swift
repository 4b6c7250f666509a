import DriverHost
import DriverKit
import TestSupport
import Testing

@testable import HTTPKit
@testable import OPENAIDriver

@Suite("The descriptor")
struct DescriptorTests {
  @Test("is read by the host without a fault")
  func valid() {
    #expect(descriptorFile.descriptor.name == "OPENAI")
    #expect(descriptorFile.descriptor.defaultAction == "run")
    #expect(descriptorFile.descriptor.actions.map(\.name) == ["run", "test", "models"])
  }

  @Test(
    "declares each option once, with title, description, order and an example",
    arguments: descriptorFile.options
  )
  func complete(option: DescriptorFile.Option) throws {
    try descriptorFile.expectComplete(option, isPlainNumber: option.name == "temperature")
  }

  @Test("has a default for each option that the driver takes for granted")
  func defaults() throws {
    let inputs = try descriptorFile.schema.complete(["api_key": "k"], action: "run").values
    #expect(Set(inputs.names) == descriptorFile.defaulted.union(["api_key"]))
    #expect(inputs["mode"] == ["mode_name": "list_models"])
    #expect(inputs["base_url"] == "https://api.openai.com/v1")
  }

  @Test("marks what is secret, and who asks as what identifies a connection")
  func secrets() {
    #expect(descriptorFile.paths(where: "x-secret") == ["api_key", "network/proxy/password"])
    #expect(
      descriptorFile.paths(where: "x-session") == [
        "api_key", "organization", "project", "base_url", "tls",
      ]
    )
  }

  @Test("has calls that change nothing made three times, and says of each mode what it changes")
  func effects() throws {
    #expect(descriptorFile.document["defaults"]["retry"]["attempts"] == 3)
    let run = descriptorFile.document["actions"][0]
    #expect(run["effect"] == "read" && run["idempotent"] == true)
    let changing = (descriptorFile.properties["mode"]?["oneOf"].listValue ?? [])
      .filter { !$0["effect"].isNull }
    #expect(changing.map { $0["title"] } == ["Request"])
    #expect(changing.first?["effect"] == "write" && changing.first?["idempotent"] == false)
  }

  @Test("declares what the Swift inputs read, and nothing else")
  func names() throws {
    let read = try descriptorFile.namesRead(
      kit: ["NetworkSettings", "Proxy", "TLSSettings", "Timeouts"],
      by: #/(?:inputs|map|mode)(?:\.required\(|\[)"([a-z_]+)"/#
    )
    #expect(read == Set(descriptorFile.options.map(\.name)))
  }

  @Test(
    "and the Swift inputs agree on what each option is: another kind is refused at its pointer",
    arguments: descriptorFile.properties.map(\.name).filter { !["mode", "tls"].contains($0) }
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
