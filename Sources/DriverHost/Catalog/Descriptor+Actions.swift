extension Descriptor {
  /// Actions of every driver with sessions; the host asks for them itself.
  private static let reservedActions = ["open", "close", "reset", "check"]

  /// Reads the actions; those whose name is wrong are left out, with a fault.
  static func actions(_ fields: DescriptorFields, _ faults: inout [Fault]) -> [Action] {
    guard fields.require("actions", &faults) else { return [] }
    let before = faults.count
    let items = fields.items("actions", &faults)
    let place = fields.pointer.appending("actions")
    if items.isEmpty, faults.count == before {
      faults.append(Fault(.invalid, at: place, "it is empty: a driver has at least one action"))
    }
    var names = Set<String>(minimumCapacity: items.count)
    var actions: [Action] = []
    actions.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      let inner = DescriptorFields(item, at: place.appending(index), &faults)
      guard inner.isMap else { continue }
      let action = action(inner, &faults)
      guard !action.name.isEmpty else { continue }
      if !names.insert(action.name).inserted {
        faults.append(repeated("action", action.name, at: inner.pointer.appending("name")))
      }
      actions.append(action)
    }
    return actions
  }

  private static func action(_ fields: DescriptorFields, _ faults: inout [Fault]) -> Action {
    let name = fields.requiredText(
      "name",
      form: "an action's name: letters, digits, _ and -, a letter first",
      &faults,
      where: isMemberName
    )
    if reservedActions.contains(name) {
      faults.append(
        Fault(
          .invalid,
          at: fields.pointer.appending("name"),
          "`\(name)` is reserved for sessions: give the action another name",
          got: "\"\(name)\""
        )
      )
    }
    let kind: Action.Kind = fields.choice("kind", default: .run, &faults)
    return Action(
      name: name,
      title: fields.text("title", &faults) ?? name,
      summary: fields.text("summary", &faults),
      kind: kind,
      inputs: .map(fields.map("inputs", &faults)),
      outputs: fields.has("outputs") ? .map(fields.map("outputs", &faults)) : .null,
      // What does not say so must be taken to change something, unless it is there to look.
      effect: fields.choice("effect", default: kind == .analysis ? .read : .write, &faults),
      isIdempotent: fields.bool("idempotent", default: false, &faults),
      isCancellable: fields.bool("cancellable", default: true, &faults),
      outputKinds: fields.has("output_kinds") ? fields.choices("output_kinds", &faults) : [.value],
      channels: channels(fields, &faults)
    )
  }

  private static func channels(_ fields: DescriptorFields, _ faults: inout [Fault]) -> [Channel] {
    guard fields.has("channels") else { return [] }
    let place = fields.pointer.appending("channels")
    var names: Set<String> = []
    var channels: [Channel] = []
    for (index, item) in fields.items("channels", &faults).enumerated() {
      let inner = DescriptorFields(item, at: place.appending(index), &faults)
      guard inner.isMap else { continue }
      let name = inner.requiredText(
        "name",
        form: "a channel's name: letters, digits, _ and -, a letter first",
        &faults,
        where: isMemberName
      )
      if !name.isEmpty, !names.insert(name).inserted {
        faults.append(repeated("channel", name, at: inner.pointer.appending("name")))
      }
      _ = inner.require("direction", &faults)
      channels.append(
        Channel(
          name: name,
          direction: inner.choice("direction", default: .output, &faults),
          content: inner.choice("content", default: .bytes, &faults)
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
