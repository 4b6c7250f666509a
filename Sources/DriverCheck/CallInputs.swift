internal import DriverHost

/// Inputs for the calls of a test: those that work where there are such, else made of a driver's own examples.
struct CallInputs: Sendable {
  private let descriptor: Descriptor
  private let schema: InputSchema
  private let calls: [CheckSettings.Call]
  /// Where x-address inputs lead; nil: where they say.
  private let redirection: AddressRedirection?
  /// What the schema says of each action that was asked about: to read it takes longer than a call.
  private let known = Lock<[String: [InputField]]>([:])

  /// For calls of a driver.
  ///
  /// - Parameters:
  ///   - descriptor: The driver's.
  ///   - calls: Calls that work.
  ///   - redirection: Where x-address inputs lead to, in the place of what they say; nil: where they say, which
  ///     is for calls that work only.
  /// - Throws: `HostError` where the inputs are no schema.
  init(
    _ descriptor: Descriptor,
    calls: [CheckSettings.Call],
    _ redirection: AddressRedirection?
  ) throws(HostError) {
    self.descriptor = descriptor
    self.schema = try InputSchema(descriptor)
    self.calls = calls
    self.redirection = redirection
  }

  /// The inputs of an action as its schema describes them.
  ///
  /// Paths that the host opens (x-source, x-sink) are left out: channels are connected in their place.
  func fields(of action: String) -> [InputField] {
    allFields(of: action).filter { $0.source == nil && $0.sink == nil }
  }

  private func allFields(of action: String) -> [InputField] {
    known.withLock { known in
      if let fields = known[action] { return fields }
      let fields = schema.fields(action: action) ?? []
      known[action] = fields
      return fields
    }
  }

  /// Inputs that an action takes: those that work, else the fewest that are valid; nil where none are.
  func valid(for action: String) -> ValueMap? {
    if let call = calls.first(where: { $0.action == action }) {
      return redirected(call.inputs, action)
    }
    // Without the place of its server a call goes nowhere.
    guard redirection != nil else { return nil }
    let fields = fields(of: action)
    let required = fields.filter(\.isRequired)
    let addresses = fields.filter { $0.address != nil }
    let withExamples = fields.filter { !$0.examples.isEmpty }
    for chosen in [required, required + addresses, addresses + withExamples, withExamples] {
      var inputs = ValueMap()
      for field in chosen { inputs[field.name] = CallInputs.value(of: field) }
      inputs = redirected(inputs, action)
      if isValid(inputs, action) { return inputs }
    }
    return nil
  }

  /// Inputs that an action takes, with each example of each input in turn.
  func variants(for action: String) -> [ValueMap] {
    guard let base = valid(for: action) else { return [] }
    var variants = [base]
    for field in fields(of: action) {
      for example in field.examples + field.allowed {
        var inputs = base
        inputs[field.name] = example
        inputs = redirected(inputs, action)
        if inputs != base, isValid(inputs, action) { variants.append(inputs) }
      }
    }
    return variants
  }

  /// Inputs as they are sent: nothing in them leads anywhere else.
  func redirected(_ inputs: ValueMap, _ action: String) -> ValueMap {
    guard let redirection else { return inputs }
    return redirection.applied(to: inputs, allFields(of: action))
  }

  /// Whether a call that works names a server that another one can stand in for.
  func isRedirected(_ call: CheckSettings.Call) -> Bool {
    redirected(call.inputs, call.action) != call.inputs
  }

  /// Whether the host would give them to the driver.
  func isValid(_ inputs: ValueMap, _ action: String) -> Bool { complete(inputs, action) != nil }

  /// Inputs as the driver gets them; nil where they are not valid.
  func complete(_ inputs: ValueMap, _ action: String) -> CompleteInputs? {
    try? schema.complete(inputs, action: action)
  }

  /// An input's value: its first example, its default, or something of its type.
  static func value(of field: InputField) -> Value {
    if let value = field.examples.first ?? field.defaultValue ?? field.allowed.first {
      return value
    }
    let type = field.type
    if field.address == "url" { return "http://localhost/" }
    if type.contains("string") { return "x" }
    if type.contains("integer") { return 1 }
    if type.contains("number") { return 1.5 }
    if type.contains("boolean") { return true }
    if type.contains("list") { return [] }
    if type.contains("map") { return [:] }
    return .null
  }
}
