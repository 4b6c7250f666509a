extension Descriptor {
  /// The descriptor that a document holds.
  ///
  /// Keys that are not known are ignored. Words that are not known spoil what they stand at: an action that has one
  /// cannot be used, and a driver of an unknown execution.
  ///
  /// - Throws: `HostError` of stage `.driver` with all faults at once.
  public init(_ document: Value) throws(HostError) {
    var findings = DescriptorFindings()
    let fields = DescriptorFields(document, at: JSONPointer(), &findings.faults)
    Descriptor.checkFormat(fields, &findings.faults)
    // In the order of the header's section, which is the order of the faults.
    let name = fields.requiredText(
      "name",
      form: "a type's name: capital letters, digits and _, a letter first",
      &findings.faults,
      where: Descriptor.isTypeName
    )
    self.name = name
    id = fields.requiredText(
      "id",
      form: "a name in reverse DNS, such as org.example.hello",
      &findings.faults,
      where: Descriptor.isReverseDNS
    )
    title = fields.text("title", &findings.faults) ?? name
    var version: SemanticVersion?
    _ = fields.requiredText(
      "version",
      form: "a version after semver.org, such as 1.4.0",
      &findings.faults,
      where: {
        version = SemanticVersion($0)
        return version != nil
      }
    )
    vendor = fields.text("vendor", &findings.faults)
    licence = fields.text("licence", &findings.faults)
    summary = fields.text("summary", &findings.faults)
    homepage = fields.text("homepage", &findings.faults)
    abi = Descriptor.interfaces(fields, &findings.faults)
    needs = fields.texts("needs", &findings.faults)
    _ = fields.require("execution", &findings.faults)
    let execution = fields.word("execution", default: Execution.blocking, &findings)
    self.execution = execution ?? .blocking
    unknownExecution = execution == nil ? fields.value("execution").stringValue : nil
    // What is not known may be stricter than any that is.
    concurrency = fields.word("concurrency", default: .sessionSerial, &findings) ?? .driverSerial
    capabilities = Descriptor.capabilities(fields, &findings.faults)
    // A schema is looked into when it is compiled; here it only has to be a map.
    inputs = .map(fields.map("inputs", &findings.faults))
    session = Descriptor.session(fields, &findings.faults)
    grace = .milliseconds(fields.count("grace_ms", &findings.faults) ?? 2000)
    defaults = fields.map("defaults", &findings.faults)
    // Later hosts may take more there, which is no reason to refuse the driver.
    findings.strange += HostInputs.faults(in: defaults).map { fault in
      var fault = fault
      fault.pointer = JSONPointer(["defaults"] + fault.pointer.tokens)
      fault.rule = "DESC-17"
      return fault
    }
    let actions = Descriptor.actions(fields, &findings)
    defaultAction = Descriptor.defaultAction(fields, of: actions, &findings.faults)
    self.actions = actions
    self.document = document
    strange = findings.strange
    // Without a version there is a fault, so the value in its place is never seen.
    guard let version, findings.faults.isEmpty else {
      var error = HostError(faults: findings.faults, of: "the descriptor")
      error.stage = .driver
      throw error
    }
    self.version = version
  }

  private static func checkFormat(_ fields: DescriptorFields, _ faults: inout [Fault]) {
    guard fields.require("descriptor", &faults), let format = fields.count("descriptor", &faults),
      format != 1
    else { return }
    faults.append(
      Fault(
        .invalid,
        at: fields.pointer.appending("descriptor"),
        "format \(format) is not known: this host reads format 1",
        expected: "1",
        got: "\(format)"
      )
    )
  }

  private static func interfaces(_ fields: DescriptorFields, _ faults: inout [Fault]) -> [String] {
    guard fields.require("abi", &faults) else { return [] }
    let before = faults.count
    let abi = fields.texts("abi", &faults)
    if abi.isEmpty, faults.count == before {
      faults.append(
        Fault(
          .invalid,
          at: fields.pointer.appending("abi"),
          "it is empty: it lists the interfaces that the driver answers, such as dh.driver/1"
        )
      )
    }
    return abi
  }

  private static func capabilities(
    _ fields: DescriptorFields,
    _ faults: inout [Fault]
  ) -> Capabilities {
    guard fields.has("capabilities") else { return Capabilities() }
    let inner = DescriptorFields(
      fields.value("capabilities"),
      at: fields.pointer.appending("capabilities"),
      &faults
    )
    return Capabilities(
      network: inner.bool("network", default: false, &faults),
      files: inner.bool("files", default: false, &faults),
      processes: inner.bool("processes", default: false, &faults)
    )
  }

  private static func session(_ fields: DescriptorFields, _ faults: inout [Fault]) -> Session? {
    guard fields.has("session") else { return nil }
    let inner = DescriptorFields(
      fields.value("session"),
      at: fields.pointer.appending("session"),
      &faults
    )
    return Session(
      reset: inner.bool("reset", default: false, &faults),
      check: inner.bool("check", default: false, &faults)
    )
  }

  private static func defaultAction(
    _ fields: DescriptorFields,
    of actions: [Action],
    _ faults: inout [Fault]
  ) -> String {
    let place = fields.pointer.appending("default_action")
    if let name = fields.text("default_action", &faults) {
      if !actions.contains(where: { $0.name == name }) {
        let nearest = NearestName.of(name, among: actions.map(\.name))
        faults.append(
          Fault(
            .invalid,
            at: place,
            "there is no action `\(name)`",
            got: "\"\(name)\"",
            nearest: nearest
          )
        )
      }
      return name
    }
    let usable = actions.filter { $0.misfit == nil }
    let runs = usable.filter { $0.kind == .run }
    if runs.count == 1 { return runs[0].name }
    // It is one of those that this host cannot use: which one, a newer host knows.
    if runs.isEmpty, usable.count < actions.count {
      let others = actions.filter { $0.misfit != nil }
      return (others.first { $0.kind == .run } ?? others[0]).name
    }
    // A missing list of actions, or one without a good action, has been named already.
    guard !fields.has("default_action"), !actions.isEmpty else { return "" }
    let why =
      runs.isEmpty
      ? "no action is of kind `run`"
      : "\(runs.count) actions are of kind `run` (\(runs.map(\.name).joined(separator: ", ")))"
    faults.append(
      Fault(.missing, at: place, "`default_action` is missing, and \(why): say which one it is")
    )
    return ""
  }

  package static func isTypeName(_ text: String) -> Bool {
    guard let first = text.utf8.first, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first,
      text.utf8.count <= nameLimit
    else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }

  package static func isReverseDNS(_ text: String) -> Bool {
    let (dot, hyphen) = (UInt8(ascii: "."), UInt8(ascii: "-"))
    guard text.utf8.count <= 253 else { return false }
    var hasDot = false
    // The beginning is as good as a dot.
    var last = dot
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        break
      case hyphen:
        if last == dot { return false }
      case dot:
        if last == dot || last == hyphen { return false }
        hasDot = true
      default: return false
      }
      last = byte
    }
    return hasDot && last != dot && last != hyphen
  }

  /// Names are columns of tables and parts of file names.
  static let nameLimit = 64
}
