import Foundation
import TestSupport
import Testing

@testable import DriverHost

/// The header is all that an author reads: what it says of descriptors is what the host does.
@Suite("The header's section on descriptors")
struct DescriptorTextTests {
  private static let minimal: ValueMap = [
    "descriptor": 1, "name": "MINIMAL", "id": "org.example.minimal", "version": "1.0.0",
    "abi": ["dh.driver/1"], "execution": "blocking",
    "actions": [["name": "go", "channels": [["name": "body", "direction": "out"]]]],
  ]

  /// The section as one line.
  private let text: String

  init() throws {
    let header = try String(contentsOfFile: ThisPackage.headers + "/driver_abi.h", encoding: .utf8)
    let section = header.components(separatedBy: "// MARK: - The descriptor").last?
      .components(separatedBy: "#define DH_EMBED_DESCRIPTOR").first
    text = try #require(section).split(separator: "\n")
      .map { $0.drop { "/ ".contains($0) } }.joined(separator: " ")
  }

  private func sentence(from start: String) throws -> Substring {
    let range = try #require(text.range(of: start), "\(start)")
    return text[range.lowerBound...].prefix { $0 != "." }
  }

  @Test("lists the keys that are required, and no others")
  func required() throws {
    _ = try DriverHost.Descriptor(.map(Self.minimal))
    let sentence = try sentence(from: "Required: ")
    for (name, _) in Self.minimal {
      var document = Self.minimal
      document.remove(name)
      #expect(throws: HostError.self, "\(name)") { try DriverHost.Descriptor(.map(document)) }
      #expect(sentence.contains(name), "\(name)")
    }
    #expect(throws: HostError.self) {
      try descriptor(actions: [["title": "Nameless"]])
    }
    for channel: Value in [["name": "body"], ["direction": "in"]] {
      #expect(throws: HostError.self) {
        try descriptor(actions: [["name": "go", "channels": [channel]]])
      }
    }
    #expect(sentence.contains("of an action its name, of a channel name and direction"))
  }

  @Test("says when default_action is required")
  func defaultAction() throws {
    #expect(text.contains("required unless exactly one action is of kind \"run\""))
    let look: Value = ["name": "look", "kind": "analysis"]
    #expect(try descriptor(actions: [["name": "go"], look]).defaultAction == "go")
    #expect(throws: HostError.self) { try descriptor(actions: [["name": "go"], ["name": "stay"]]) }
    #expect(throws: HostError.self) { try descriptor(actions: [look]) }
  }

  @Test("says what is meant by what is left out")
  func defaults() throws {
    let sentence = try sentence(from: "Left out means: ")
    let descriptor = try DriverHost.Descriptor(.map(Self.minimal))
    #expect(descriptor.title == "MINIMAL" && sentence.contains("title as name"))
    #expect(descriptor.needs.isEmpty && sentence.contains("needs []"))
    #expect(descriptor.concurrency == .sessionSerial)
    #expect(sentence.contains("concurrency \"session-serial\""))
    #expect(descriptor.capabilities == .init() && sentence.contains("capabilities all false"))
    #expect(descriptor.inputs == [:] && sentence.contains("inputs {}"))
    #expect(descriptor.session == nil && sentence.contains("no sessions"))
    #expect(descriptor.grace == .milliseconds(2000) && sentence.contains("grace_ms 2000"))
    let action = descriptor.actions[0]
    #expect(action.kind == .run && sentence.contains("kind \"run\""))
    #expect(action.effect == .write && sentence.contains("effect \"write\""))
    let look = try self.descriptor(actions: [["name": "go"], ["name": "look", "kind": "analysis"]])
    #expect(look.actions[1].effect == .read)
    #expect(sentence.contains("\"read\" where kind is \"analysis\""))
    #expect(!action.isIdempotent && sentence.contains("idempotent false"))
    #expect(action.isCancellable && sentence.contains("cancellable true"))
    #expect(action.outputKinds == [.value] && sentence.contains("output_kinds [\"value\"]"))
    #expect(look.actions[1].channels.isEmpty && sentence.contains("channels []"))
    #expect(action.channels[0].content == .bytes && sentence.contains("content \"bytes\""))
    #expect(HostConfiguration().graceLimit == .milliseconds(10_000))
    #expect(text.contains("A host caps grace_ms (at 10000,"))
  }

  @Test("names what no action and no input may be called")
  func reserved() throws {
    for name in ["open", "close", "reset", "check"] {
      #expect(throws: HostError.self, "\(name)") {
        try descriptor(actions: [["name": .string(name)]])
      }
    }
    #expect(text.contains("No action is called open, close, reset or check"))
    let sentence = try sentence(from: "These belong to the host")
    for name in InputSchema.reservedNames {
      #expect(sentence.contains(try Regex("\\b\(name)(,|;|$)")), "\(name)")
      #expect(throws: HostError.self, "\(name)") {
        try inputs(["properties": .map([name: ["type": "string"]])])
      }
    }
  }

  @Test("says that one name has one schema")
  func oneSchema() throws {
    #expect(text.contains("One name has one schema in the whole descriptor"))
    let action: Value = ["name": "go", "inputs": ["properties": ["size": ["type": "integer"]]]]
    #expect(throws: HostError.self) {
      try inputs(["properties": ["size": ["type": "string"]]], actions: [action])
    }
    try inputs(["properties": ["size": ["type": "integer"]]], actions: [action])
  }

  @Test(
    "says which names a type and an action may have",
    arguments: [
      ("A", "a", true), ("A_1", "a-1_B", true), (name(64, "A"), name(64, "a"), true),
      ("1A", "go", false), ("_A", "go", false), ("Aa", "go", false), (name(65, "A"), "go", false),
      ("A", "1a", false), ("A", "-a", false), ("A", "a.b", false), ("A", name(65, "a"), false),
    ]
  )
  func names(type: String, action: String, isRight: Bool) throws {
    var document = Self.minimal
    document["name"] = .string(type)
    document["actions"] = [["name": .string(action)]]
    #expect(((try? DriverHost.Descriptor(.map(document))) != nil) == isRight)
    #expect(text.contains("the type's has capital letters, digits and _, a letter first"))
    #expect(text.contains("letters, digits, _ and -, a letter first; both are at most 64 bytes"))
  }

  private static func name(_ count: Int, _ letter: Character) -> String {
    String(repeating: letter, count: count)
  }

  private func descriptor(actions: Value) throws -> DriverHost.Descriptor {
    var document = Self.minimal
    document["actions"] = actions
    return try DriverHost.Descriptor(.map(document))
  }

  private func inputs(_ schema: Value, actions: Value = [["name": "go"]]) throws {
    var document = Self.minimal
    document["inputs"] = schema
    document["actions"] = actions
    _ = try InputSchema(try DriverHost.Descriptor(.map(document)))
  }
}
