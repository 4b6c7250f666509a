/// What a connector's value may hold, in the order and groups in which people are asked for it.
///
/// It covers the inputs of the type and of all its actions, of which a connector's value may hold
/// any, and the host's own that a connector may set. The terminal and the web page ask by it:
/// nothing of it is declared anywhere but in the type's descriptor.
package struct Form: Sendable {
  /// Fields under one heading.
  package struct Group: Sendable, Hashable {
    /// The heading; nil for those that have none.
    package var title: String?
    /// Whether only experts need what is in it.
    package var isAdvanced: Bool
    /// Whether its fields are the host's.
    package var isOfHost = false
    /// The fields in their order.
    package var fields: [FormField]
  }

  /// The connector type.
  package let typeName: String
  /// The type's name for people.
  package let title: String
  /// What the type does.
  package let summary: String?
  /// What the type can do, the default action first.
  package let actions: [Descriptor.Action]
  /// The groups in the order of their first fields; that of the host is the last one.
  package let groups: [Group]
  /// The forms that all inputs together may have, such as one of two being there.
  package let unions: [FormUnion]

  let schema: InputSchema
  let hostFacts: InputFactsTable

  /// Makes the form of a connector type.
  ///
  /// - Parameter descriptor: The type's descriptor.
  /// - Throws: At the stage `.driver`, what is wrong with its schemas.
  package init(_ descriptor: Descriptor) throws(HostError) {
    let schema = try InputSchema(descriptor)
    let hostSchema = try JSONSchema(HostInputs.schema)
    let isDefault = { (action: Descriptor.Action) in action.name == descriptor.defaultAction }
    let actions =
      descriptor.actions.filter(isDefault) + descriptor.actions.filter { !isDefault($0) }
    let fields = Form.fields(actions.map(\.name), schema)
    typeName = descriptor.name
    title = descriptor.title
    summary = descriptor.summary
    self.actions = actions
    self.schema = schema
    hostFacts = InputFactsTable(hostSchema.program)
    let groups = Form.groups(fields)
    self.groups = groups + [Form.hostGroup(hostSchema, descriptor.defaults, beside: groups)]
    unions = Form.unions(actions.map(\.name), schema)
  }

  /// All fields at the top, in order.
  package var fields: [FormField] { groups.flatMap(\.fields) }
}

// MARK: - Making

extension Form {
  /// The inputs of the type and of all actions, each once.
  private static func fields(_ actions: [String], _ schema: InputSchema) -> [FormField] {
    var found: [(input: InputField, actions: [String])] = []
    for action in actions {
      for input in schema.fields(action: action) ?? [] {
        // One name means one schema, in all actions.
        if let known = found.firstIndex(where: { $0.input.name == input.name }) {
          if input.isOfAction { found[known].actions.append(action) }
        } else {
          found.append((input, input.isOfAction ? [action] : []))
        }
      }
    }
    let order = found.enumerated().sorted {
      ($0.element.input.order ?? .max, $0.offset) < ($1.element.input.order ?? .max, $1.offset)
    }
    return order.map(\.element).map { input, actions in
      FormField(
        input: input,
        pointer: JSONPointer([input.name]),
        actions: actions,
        isOfHost: false
      )
    }
  }

  private static func groups(_ fields: [FormField]) -> [Group] {
    var groups: [Group] = []
    for field in fields {
      if let place = groups.firstIndex(where: { $0.title == field.group }) {
        groups[place].fields.append(field)
        groups[place].isAdvanced = groups[place].isAdvanced && field.isAdvanced
      } else {
        groups.append(Group(title: field.group, isAdvanced: field.isAdvanced, fields: [field]))
      }
    }
    return groups
  }

  private static func unions(_ actions: [String], _ schema: InputSchema) -> [FormUnion] {
    var found: [(union: InputUnion, actions: [String])] = []
    for action in actions {
      for union in schema.unions(action: action) {
        if let same = found.firstIndex(where: { $0.union == union }) {
          found[same].actions.append(action)
        } else {
          found.append((union, [action]))
        }
      }
    }
    return found.map { union, having in
      FormUnion(
        union,
        at: JSONPointer(),
        of: having.count == actions.count ? [] : having
      )
    }
  }

  /// The inputs of the host that a connector's value may hold.
  ///
  /// - Parameters:
  ///   - schema: Their schema.
  ///   - defaults: What the descriptor says of them.
  ///   - groups: The groups of the type, which may have taken the heading.
  /// - Returns: Their group.
  private static func hostGroup(
    _ schema: JSONSchema,
    _ defaults: ValueMap,
    beside groups: [Group]
  ) -> Group {
    let isTaken = groups.contains { $0.title == "Limits" }
    let fields = schema.fields.map { input in
      var input = input
      input.isAdvanced = true
      input.defaultValue = defaults[input.name] ?? input.defaultValue
      input.group = isTaken ? "Limits of all calls" : "Limits"
      return FormField(
        input: input,
        pointer: JSONPointer([input.name]),
        actions: [],
        isOfHost: true
      )
    }
    return Group(title: fields.first?.group, isAdvanced: true, isOfHost: true, fields: fields)
  }
}
