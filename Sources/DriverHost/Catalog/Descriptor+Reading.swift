extension Descriptor {
  /// The descriptor that a document holds.
  ///
  /// Keys that are not known are ignored.
  ///
  /// - Throws: `HostError` of stage `.driver` with all faults at once.
  public init(_ document: Value) throws(HostError) {
    var faults: [Fault] = []
    let fields = DescriptorFields(document, at: JSONPointer(), &faults)
    Descriptor.checkFormat(fields, &faults)
    // In the order of the header's section, which is the order of the faults.
    let name = fields.requiredText(
      "name",
      form: "a type's name: capital letters, digits and _, a letter first",
      &faults,
      where: Descriptor.isTypeName
    )
    self.name = name
    id = fields.requiredText(
      "id",
      form: "a name in reverse DNS, such as org.example.hello",
      &faults,
      where: Descriptor.isReverseDNS
    )
    title = fields.text("title", &faults) ?? name
    var version: SemanticVersion?
    _ = fields.requiredText(
      "version",
      form: "a version after semver.org, such as 1.4.0",
      &faults,
      where: {
        version = SemanticVersion($0)
        return version != nil
      }
    )
    vendor = fields.text("vendor", &faults)
    licence = fields.text("licence", &faults)
    summary = fields.text("summary", &faults)
    homepage = fields.text("homepage", &faults)
    abi = Descriptor.interfaces(fields, &faults)
    needs = fields.texts("needs", &faults)
    _ = fields.require("execution", &faults)
    execution = fields.choice("execution", default: .blocking, &faults)
    concurrency = fields.choice("concurrency", default: .sessionSerial, &faults)
    capabilities = Descriptor.capabilities(fields, &faults)
    // A schema is looked into when it is compiled; here it only has to be a map.
    inputs = .map(fields.map("inputs", &faults))
    session = Descriptor.session(fields, &faults)
    grace = .milliseconds(fields.count("grace_ms", &faults) ?? 2000)
    defaults = fields.map("defaults", &faults)
    faults += HostInputs.faults(in: defaults).map { fault in
      var fault = fault
      fault.pointer = JSONPointer(["defaults"] + fault.pointer.tokens)
      return fault
    }
    let actions = Descriptor.actions(fields, &faults)
    defaultAction = Descriptor.defaultAction(fields, of: actions, &faults)
    self.actions = actions
    self.document = document
    // Without a version there is a fault, so the value in its place is never seen.
    guard let version, faults.isEmpty else {
      var error = HostError(faults: faults, of: "the descriptor")
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
    let runs = actions.filter { $0.kind == .run }
    if runs.count == 1 { return runs[0].name }
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
