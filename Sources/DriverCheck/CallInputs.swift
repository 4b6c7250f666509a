internal import DriverHost

/// Inputs for the calls of a test, made of a driver's own examples, and kept on this machine.
struct CallInputs: Sendable {
  private let descriptor: Descriptor
  private let schema: InputSchema
  private let port: Int

  /// For calls whose x-address inputs lead to a port of this machine.
  init(_ descriptor: Descriptor, port: Int) throws(HostError) {
    self.descriptor = descriptor
    self.schema = try InputSchema(descriptor)
    self.port = port
  }

  /// Inputs that an action takes: the fewest of these that are valid; nil where none are.
  ///
  /// Paths that the host opens (x-source, x-sink) are left out: channels are connected in their place.
  func valid(for action: String) -> ValueMap? {
    let fields = (schema.fields(action: action) ?? []).filter { $0.source == nil && $0.sink == nil }
    let required = fields.filter(\.isRequired)
    let addresses = fields.filter { $0.address != nil }
    let withExamples = fields.filter { !$0.examples.isEmpty }
    for chosen in [required, required + addresses, addresses + withExamples, withExamples] {
      var inputs = ValueMap()
      // What is given anyhow must not lead out of this machine either.
      for field in chosen + addresses.filter({ $0.defaultValue != nil }) {
        inputs[field.name] = value(of: field)
      }
      if isValid(inputs, action) { return inputs }
    }
    return nil
  }

  /// Whether the host would give them to the driver.
  func isValid(_ inputs: ValueMap, _ action: String) -> Bool {
    (try? schema.complete(inputs, action: action)) != nil
  }

  /// An input's value: its first example, its default, or something of its type.
  func value(of field: InputField) -> Value {
    switch field.address {
    case "host": return "127.0.0.1"
    case "port": return .int(Int64(port))
    case "url":
      let text = field.examples.first?.stringValue ?? "http://localhost/"
      return .string(CallInputs.redirected(text, to: port))
    default: break
    }
    let example = field.examples.first ?? field.defaultValue ?? CallInputs.madeUp(field)
    guard case .map(var map) = example else { return example }
    for inner in field.fields where map[inner.name] != nil && inner.address != nil {
      map[inner.name] = value(of: inner)
    }
    return .map(map)
  }

  private static func madeUp(_ field: InputField) -> Value {
    if let first = field.allowed.first { return first }
    let type = field.type
    if type.contains("string") { return "x" }
    if type.contains("integer") { return 1 }
    if type.contains("number") { return 1.5 }
    if type.contains("boolean") { return true }
    if type.contains("list") { return [] }
    if type.contains("map") { return [:] }
    return .null
  }

  /// A URL with another authority (RFC 3986, section 3.2).
  private static func redirected(_ url: String, to port: Int) -> String {
    let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[1].isEmpty else { return "http://127.0.0.1:\(port)/" }
    let rest = parts.count > 3 ? "/" + parts[3] : ""
    return "\(parts[0])//127.0.0.1:\(port)\(rest)"
  }
}
