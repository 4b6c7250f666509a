import DriverABI

/// What of a descriptor is for newer hosts than this one.
extension Descriptor {
  /// Why this host cannot use the driver, as in "the driver needs dh.x/1, …"; nil where it can.
  ///
  /// - Parameter interfaces: The ids that the host answers.
  /// - Returns: The reason and what to do, without a full stop.
  package func misfit(with interfaces: [String] = HostABI.interfaces) -> String? {
    if let unknownExecution {
      let known = Execution.allCases.map { "`\($0.rawValue)`" }.joined(separator: " and ")
      return "needs a newer host: this one knows the executions \(known), and not "
        + FaultText.name(unknownExecution)
    }
    guard abi.contains(DH_DRIVER_V1) else {
      return "answers \(abi.joined(separator: ", ")), this host calls \(DH_DRIVER_V1): "
        + "get a version of one that fits the other"
    }
    let missing = needs.filter { !interfaces.contains($0) }
    guard missing.isEmpty else {
      return "needs \(missing.joined(separator: ", ")), this host has "
        + "\(interfaces.joined(separator: ", ")): use a newer host, or an older version of the driver"
    }
    return nil
  }

  /// Refuses to call what this host does not know how to call.
  ///
  /// - Throws: `HostError` of stage `.driver` that says which word it does not know, and what to do.
  package func checkUse(of action: Action) throws(HostError) {
    guard let misfit = action.misfit else { return }
    throw HostError(
      .unsupported,
      stage: .driver,
      "the action \(FaultText.name(action.name)) of \(name) cannot be called: it \(misfit)"
    )
  }

  /// Whether a name is the standard's: no driver gives it a meaning of its own.
  package static func isReserved(_ name: String) -> Bool { name.utf8.starts(with: "dh_".utf8) }

  /// Why this host cannot run an action; nil where it can.
  ///
  /// - Parameters:
  ///   - action: The action.
  ///   - fields: What it was read from.
  ///   - input: An input of it whose name is the standard's.
  /// - Returns: The reason, without a full stop.
  static func misfit(
    of action: Action,
    _ fields: DescriptorFields,
    input: String?
  ) -> String? {
    if isReserved(action.name) { return newer("its name `\(action.name)`") }
    if action.kind == nil {
      return newer("its kind \(FaultText.name(fields.value("kind").stringValue ?? ""))")
    }
    let written = fields.value("channels").listValue ?? []
    for (channel, written) in zip(action.channels, written) {
      if isReserved(channel.name) { return newer("its channel `\(channel.name)`") }
      for (word, isKnown) in [
        ("direction", channel.direction != nil), ("content", channel.content != nil),
      ] where !isKnown {
        let name = FaultText.name(written[word].stringValue ?? "")
        return newer("the \(word) \(name) of its channel `\(channel.name)`")
      }
    }
    return input.map { newer("its input \(FaultText.name($0))") }
  }

  private static func newer(_ what: String) -> String {
    "needs a newer host: this one does not know \(what)"
  }

  /// The document, with `unusable` in actions that this host cannot run, which says why.
  package var markedDocument: ValueMap {
    var document = self.document.mapValue ?? [:]
    guard actions.contains(where: { $0.misfit != nil }) else { return document }
    document["actions"] = .list(
      (document["actions"]?.listValue ?? []).map { written in
        guard var members = written.mapValue, let name = members["name"]?.stringValue,
          let misfit = action(name)?.misfit
        else { return written }
        members["unusable"] = .string(misfit)
        return .map(members)
      }
    )
    return document
  }

  // MARK: - Names that are the standard's

  /// Notes a name that only the standard gives.
  static func noteReserved(
    _ name: String,
    _ what: String,
    at place: JSONPointer,
    _ findings: inout DescriptorFindings
  ) {
    guard isReserved(name) else { return }
    var fault = Fault(
      .invalid,
      at: place,
      "names that begin with `dh_` are the standard's: give the \(what) another one",
      got: DescriptorFields.quoted(name)
    )
    fault.rule = "DESC-9"
    findings.strange.append(fault)
  }

  /// An input whose name only the standard gives, of a type or an action; nil where there is none.
  static func reservedInput(
    _ fields: DescriptorFields,
    _ findings: inout DescriptorFindings
  ) -> String? {
    let schema = fields.value("inputs")
    var names = InputNames(schema)
    names.add(schema, at: fields.pointer.appending("inputs"))
    for found in names.reserved { noteReserved(found.name, "input", at: found.place, &findings) }
    return names.reserved.first?.name
  }
}

/// The names of inputs that a schema describes, without compiling it.
private struct InputNames {
  private let root: Value
  private var references: Set<String> = []
  /// Those that are the standard's, each once.
  private(set) var reserved: [(name: String, place: JSONPointer)] = []

  init(_ root: Value) { self.root = root }

  /// Adds those of a schema that holds for the inputs themselves.
  ///
  /// - Parameters:
  ///   - schema: The schema.
  ///   - place: Where it stands in the descriptor.
  mutating func add(_ schema: Value, at place: JSONPointer) {
    guard let keywords = schema.mapValue else { return }
    for (keyword, value) in keywords {
      let inner = place.appending(keyword)
      switch keyword {
      case "properties":
        for (name, _) in value.mapValue ?? [:] where Descriptor.isReserved(name) {
          if reserved.contains(where: { $0.name == name }) { continue }
          reserved.append((name, inner.appending(name)))
        }
      case "allOf", "anyOf", "oneOf":
        for (index, item) in (value.listValue ?? []).enumerated() {
          add(item, at: inner.appending(index))
        }
      case "if", "then", "else": add(value, at: inner)
      case "dependentSchemas":
        for (name, item) in value.mapValue ?? [:] { add(item, at: inner.appending(name)) }
      case "$ref":
        // Each is followed once: they may lead back.
        guard let text = value.stringValue, text.utf8.first == UInt8(ascii: "#"),
          let pointer = JSONPointer(text: String(text.dropFirst())),
          references.insert(text).inserted, let target = root[pointer]
        else { continue }
        add(target, at: inner)
      default: continue
      }
    }
  }
}
