extension Descriptor {
  /// Actions of every driver with sessions; the host asks for them itself.
  private static let reservedActions = ["open", "close", "reset", "check"]

  /// Reads the actions; those whose name is wrong are left out, with a fault.
  static func actions(
    _ fields: DescriptorFields,
    _ findings: inout DescriptorFindings
  ) -> [Action] {
    guard fields.require("actions", &findings.faults) else { return [] }
    let before = findings.faults.count
    let items = fields.items("actions", &findings.faults)
    let place = fields.pointer.appending("actions")
    if items.isEmpty, findings.faults.count == before {
      findings.faults.append(
        Fault(.invalid, at: place, "it is empty: a driver has at least one action")
      )
    }
    // Each action has those.
    let common = reservedInput(fields, &findings)
    var names = Set<String>(minimumCapacity: items.count)
    var actions: [Action] = []
    actions.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      let inner = DescriptorFields(item, at: place.appending(index), &findings.faults)
      guard inner.isMap else { continue }
      var action = action(inner, &findings)
      guard !action.name.isEmpty else { continue }
      if !names.insert(action.name).inserted {
        findings.faults.append(
          repeated("action", action.name, at: inner.pointer.appending("name"))
        )
      }
      let own = reservedInput(inner, &findings)
      action.misfit = misfit(of: action, inner, input: own ?? common)
      actions.append(action)
    }
    return actions
  }

  private static func action(
    _ fields: DescriptorFields,
    _ findings: inout DescriptorFindings
  ) -> Action {
    let name = fields.requiredText(
      "name",
      form: "an action's name: letters, digits, _ and -, a letter first",
      &findings.faults,
      where: isMemberName
    )
    if reservedActions.contains(name) {
      var fault = Fault(
        .invalid,
        at: fields.pointer.appending("name"),
        "`\(name)` is reserved for sessions: give the action another name",
        got: "\"\(name)\""
      )
      fault.rule = "DESC-11"
      findings.faults.append(fault)
    }
    noteReserved(name, "action", at: fields.pointer.appending("name"), &findings)
    let kind = fields.word("kind", default: Action.Kind.run, &findings)
    // What does not say so must be taken to change something, unless it is there to look.
    let usual: Action.Effect = kind == .analysis ? .read : .write
    return Action(
      name: name,
      title: fields.text("title", &findings.faults) ?? name,
      summary: fields.text("summary", &findings.faults),
      kind: kind,
      inputs: .map(fields.map("inputs", &findings.faults)),
      outputs: fields.has("outputs") ? .map(fields.map("outputs", &findings.faults)) : .null,
      effect: fields.word("effect", default: usual, &findings) ?? .destructive,
      isIdempotent: fields.bool("idempotent", default: false, &findings.faults),
      isCancellable: fields.bool("cancellable", default: true, &findings.faults),
      outputKinds: fields.has("output_kinds") ? fields.words("output_kinds", &findings) : [.value],
      channels: channels(fields, &findings),
      implements: fields.texts("implements", &findings.faults),
      takesSession: fields.bool("session", default: true, &findings.faults)
    )
  }

  private static func channels(
    _ fields: DescriptorFields,
    _ findings: inout DescriptorFindings
  ) -> [Channel] {
    guard fields.has("channels") else { return [] }
    let place = fields.pointer.appending("channels")
    var names: Set<String> = []
    var channels: [Channel] = []
    for (index, item) in fields.items("channels", &findings.faults).enumerated() {
      let inner = DescriptorFields(item, at: place.appending(index), &findings.faults)
      guard inner.isMap else { continue }
      let name = inner.requiredText(
        "name",
        form: "a channel's name: letters, digits, _ and -, a letter first",
        &findings.faults,
        where: isMemberName
      )
      if !name.isEmpty, !names.insert(name).inserted {
        findings.faults.append(repeated("channel", name, at: inner.pointer.appending("name")))
      }
      noteReserved(name, "channel", at: inner.pointer.appending("name"), &findings)
      _ = inner.require("direction", &findings.faults)
      channels.append(
        Channel(
          name: name,
          direction: inner.word("direction", default: .output, &findings),
          content: inner.word("content", default: .bytes, &findings)
        )
      )
    }
    return channels
  }

  private static func repeated(_ what: String, _ name: String, at place: JSONPointer) -> Fault {
    Fault(
      .invalid,
      at: place,
      "there is another \(what) `\(name)`: names are unique",
      got: "\"\(name)\""
    )
  }

  private static func isMemberName(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first), text.utf8.count <= nameLimit else {
      return false
    }
    return text.utf8.allSatisfy { byte in
      isLetter(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
  }
}
