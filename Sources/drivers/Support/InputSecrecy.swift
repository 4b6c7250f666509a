import DriverHost

/// Which inputs a message may quote.
struct InputSecrecy {
  private let fields: [InputField]

  /// The inputs of an action of a driver; none may be quoted where the driver's schemas are wrong.
  init(_ descriptor: Descriptor, action: String) {
    let schema = try? InputSchema(descriptor)
    let union = schema?.union(action: action)
    fields = (schema?.fields(action: action) ?? []) + (union.map(InputSecrecy.fields) ?? [])
  }

  /// An error about an input file, with nothing of the file in the faults of what may not be quoted.
  func hiding(_ error: HostError, of subject: String) -> HostError {
    let isHidden = { (fault: Fault) in
      !fault.pointer.tokens.isEmpty && !isShown(fault.pointer.tokens)
    }
    guard error.faults.contains(where: isHidden) else { return error }
    let faults = error.faults.map { fault in
      guard isHidden(fault) else { return fault }
      return Fault(
        fault.kind,
        at: fault.pointer,
        "this cannot be read; it is not shown, since it may be a secret",
        location: fault.location
      )
    }
    return HostError(faults: faults, of: subject)
  }

  /// Whether the value at a path of names may be quoted: the schema knows it, and neither it nor
  /// anything around it or inside it is secret.
  func isShown(_ path: [String]) -> Bool {
    var known = fields
    var others: [InputField] = []
    for (depth, name) in path.enumerated() {
      // What is inside of a value that the schema leaves open is as the value itself.
      if depth > 0, known.isEmpty, others.isEmpty { return true }
      let named = known.filter { $0.name == name }
      let found = named.isEmpty ? others : named
      if found.isEmpty || found.contains(where: { $0.isSecret || $0.isRecursive }) { return false }
      known = found.flatMap(InputSecrecy.members)
      others = found.flatMap(InputSecrecy.elements)
    }
    return !(known + others).contains(where: InputSecrecy.holdsSecrets)
  }

  private static func holdsSecrets(_ field: InputField) -> Bool {
    field.isSecret || members(of: field).contains(where: holdsSecrets)
      || elements(of: field).contains(where: holdsSecrets)
  }

  private static func members(of field: InputField) -> [InputField] {
    field.fields + (field.union.map(fields) ?? [])
  }

  private static func elements(of field: InputField) -> [InputField] {
    field.elements + (field.union?.branches.flatMap(\.elements) ?? [])
  }

  private static func fields(of union: InputUnion) -> [InputField] {
    union.branches.flatMap(\.fields)
  }
}
