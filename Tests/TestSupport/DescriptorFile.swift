package import DriverHost
import Foundation
package import Testing

/// A driver's descriptor.json, and what holds for those of all our drivers.
package struct DescriptorFile: Sendable {
  /// An option, also one inside of others or of one action only.
  package struct Option: Sendable, CustomTestStringConvertible {
    /// Its names from the outermost on, with the titles of unions' branches, between slashes.
    package let path: String
    package let schema: Value

    /// Its own name.
    package var name: String { path.split(separator: "/").last.map(String.init) ?? "" }
    package var testDescription: String { path }
  }

  private let folder: String
  package let document: Value
  package let descriptor: DriverHost.Descriptor
  package let schema: InputSchema
  /// All options, in the order of the file.
  package let options: [Option]

  /// The descriptor of a driver of Plugins, which must be one that the host takes.
  package init(_ type: String) throws {
    folder = "\(ThisPackage.folder)/Plugins/\(type)Driver"
    document = try JSON.parse(String(contentsOfFile: folder + "/descriptor.json", encoding: .utf8))
    descriptor = try DriverHost.Descriptor(document)
    schema = try InputSchema(descriptor)
    var options: [Option] = []
    func collect(_ properties: Value, _ path: String) {
      for (name, schema) in properties.mapValue ?? [:] {
        options.append(Option(path: path + name, schema: schema))
        collect(schema["properties"], path + name + "/")
        for branch in schema["oneOf"].listValue ?? [] {
          collect(branch["properties"], "\(path)\(name)/\(branch["title"].stringValue ?? "")/")
        }
      }
    }
    collect(document["inputs"]["properties"], "")
    for action in document["actions"].listValue ?? [] {
      collect(action["inputs"]["properties"], "")
    }
    self.options = options
  }

  /// The inputs that all actions have, by name.
  package var properties: ValueMap { document["inputs"]["properties"].mapValue ?? [:] }

  /// The names of the inputs that have a default.
  package var defaulted: Set<String> {
    Set(properties.filter { !$0.value["default"].isNull }.map(\.name))
  }

  /// The paths of the options of which a member of the schema is true, such as `x-secret`.
  package func paths(where member: String) -> [String] {
    options.filter { $0.schema[member] == true }.map(\.path)
  }

  /// Expects an option to have a title, a description, an order and examples that are valid.
  ///
  /// - Parameters:
  ///   - option: The option.
  ///   - isPlainNumber: Whether it is a number without a unit.
  ///   - sourceLocation: The test's.
  /// - Throws: That its schema is none.
  package func expectComplete(
    _ option: Option,
    isPlainNumber: Bool = false,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let schema = option.schema
    var faults: [String] = []
    if schema["title"].stringValue?.isEmpty != false { faults.append("no title") }
    if schema["description"].stringValue?.hasSuffix(".") != true { faults.append("no sentence") }
    if schema["x-order"].intValue == nil { faults.append("no order") }
    // A constant is its own example.
    let examples = schema["const"].isNull ? schema["examples"].listValue ?? [] : [schema["const"]]
    if examples.isEmpty { faults.append("no example") }
    let compiled = try JSONSchema(schema)
    for example in examples + (schema["default"].isNull ? [] : [schema["default"]])
    where !compiled.isValid(example) {
      faults.append("\(example) is not valid")
    }
    let isNumber = ["number", "integer"].contains(schema["type"].stringValue ?? "")
    if isNumber, !isPlainNumber, schema["x-unit"].stringValue == nil { faults.append("no unit") }
    #expect(faults.isEmpty, "\(option.path)", sourceLocation: sourceLocation)
  }

  /// The names of inputs that Swift files read from what the pattern's first group calls them.
  ///
  /// - Parameters:
  ///   - kit: Files of HTTPKit's inputs, without their ending; nil: all of them.
  ///   - pattern: What reads an input; its first group is the name.
  /// - Throws: That a file cannot be read.
  /// - Returns: The names.
  package func namesRead(
    kit: [String]?,
    by pattern: Regex<(Substring, Substring)>
  ) throws -> Set<String> {
    let manager = FileManager.default
    let kitFolder = "\(ThisPackage.folder)/Plugins/HTTPKit/Sources/Inputs"
    let kitFiles =
      try kit.map { $0.map { $0 + ".swift" } } ?? manager.contentsOfDirectory(atPath: kitFolder)
    let own = folder + "/Sources/Inputs"
    let files =
      try manager.contentsOfDirectory(atPath: own).map { "\(own)/\($0)" }
      + kitFiles.map { "\(kitFolder)/\($0)" }
    var names: Set<String> = []
    for file in files {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      for match in text.matches(of: pattern) { names.insert(String(match.1)) }
    }
    return names
  }

  /// The blocks of YAML in the driver's page, which show inputs.
  ///
  /// - Parameter page: Its name in Docs/drivers, without the ending.
  /// - Returns: The blocks.
  package static func examples(of page: String) -> [String] {
    let path = "\(ThisPackage.folder)/Docs/drivers/\(page).md"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "```yaml\n").dropFirst().map {
      String($0.prefix(upTo: $0.firstRange(of: "```")?.lowerBound ?? $0.endIndex))
    }
  }
}
