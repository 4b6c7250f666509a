/// One input as a form asks for it: what the schema says of it, and where it goes.
@dynamicMemberLookup
package struct FormField: Sendable, Hashable {
  /// What a form shows to ask for it.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case null, boolean, integer, number, string, bytes, decimal, list, map
    /// One of several forms: see `unions`.
    case union
    /// Values of some kinds, which `kinds` lists.
    case mixed
    /// Any value.
    case any
  }

  /// What the schema says of it.
  package let input: InputField
  /// Its place in the connector's value; nil inside of what has no name of its own, such as the
  /// items of a list.
  package let pointer: JSONPointer?
  /// The actions that have it; empty for one of the type, which all actions have.
  package let actions: [String]
  /// Whether it is an input of the host, which means the same for every type.
  package let isOfHost: Bool

  /// What the schema says of it.
  package subscript<Fact>(dynamicMember path: KeyPath<InputField, Fact>) -> Fact {
    input[keyPath: path]
  }

  /// What a form shows to ask for it.
  ///
  /// A map that has inputs of its own beside those of its forms is a union too.
  package var kind: Kind {
    if unions.contains(where: \.hasContent) { return .union }
    if input.kinds == InputKind.any { return .any }
    // A null beside another kind stands for nothing.
    let kinds = input.kinds.count > 1 ? input.kinds.filter { $0 != .null } : input.kinds
    guard let kind = kinds.first, kinds.count == 1 else { return .mixed }
    return Kind(rawValue: kind.rawValue) ?? .mixed
  }

  /// The inputs inside a map.
  package var fields: [FormField] { input.fields.map { inside($0, pointer) } }

  /// What each member without a name of its own, and each item, is; one or none.
  package var elements: [FormField] { input.elements.map { inside($0, nil) } }

  /// The forms that its value may have.
  package var unions: [FormUnion] {
    input.unions.map {
      FormUnion($0, at: pointer, of: actions, isOfHost: isOfHost, isSecret: input.isSecret)
    }
  }

  private func inside(_ field: InputField, _ pointer: JSONPointer?) -> FormField {
    var field = field
    // All of a secret is secret.
    field.isSecret = field.isSecret || input.isSecret
    return FormField(
      input: field,
      pointer: field.name.isEmpty ? nil : pointer?.appending(field.name),
      actions: actions,
      isOfHost: isOfHost
    )
  }
}

/// The forms of a value, of which it has one.
package struct FormUnion: Sendable, Hashable {
  /// One form.
  @dynamicMemberLookup
  package struct Branch: Sendable, Hashable {
    /// What the schema says of it.
    package let input: InputUnion.Branch
    fileprivate let pointer: JSONPointer?
    fileprivate let actions: [String]
    fileprivate let isOfHost: Bool
    fileprivate let isSecret: Bool

    /// What the schema says of it.
    package subscript<Fact>(dynamicMember path: KeyPath<InputUnion.Branch, Fact>) -> Fact {
      input[keyPath: path]
    }

    /// Its name for people; nil where the schema gives none.
    package var title: String? { input.title }
    /// What it means: its own words, or those of the input that selects it.
    package var summary: String? { input.summary ?? input.selector?.summary }

    /// The form as an input, which stands where the union does.
    package func field(in outer: InputField) -> FormField {
      var field = InputField(name: outer.name, type: input.type)
      field.title = input.title
      field.summary = summary
      field.kinds = input.kinds
      field.limits = input.limits
      field.bounds = input.bounds
      field.pattern = input.pattern
      field.allowed = input.allowed
      field.fields = input.fields
      field.elements = input.elements
      field.unions = input.unions
      field.schema = input.schema
      field.unit = outer.unit
      field.isSecret = isSecret
      field.isMultiline = outer.isMultiline
      return FormField(input: field, pointer: pointer, actions: actions, isOfHost: isOfHost)
    }

    /// The inputs inside it, without the one that selects it.
    package var fields: [FormField] { field(in: InputField(name: "", type: "")).fields }
    /// What its items and unnamed members are; one or none.
    package var elements: [FormField] { field(in: InputField(name: "", type: "")).elements }
    /// The forms that a value of it may have in turn.
    package var unions: [FormUnion] { field(in: InputField(name: "", type: "")).unions }
  }

  /// The input that tells the forms apart; nil where the value itself does.
  package let discriminator: String?
  /// What that input is called; nil where the schema gives it no title.
  package let title: String?
  /// The forms, in the order of the schema.
  package let branches: [Branch]
  /// Where the value stands that has one of the forms.
  package let pointer: JSONPointer?
  /// The actions that have it; empty for all of them.
  package let actions: [String]

  init(
    _ union: InputUnion,
    at pointer: JSONPointer?,
    of actions: [String] = [],
    isOfHost: Bool = false,
    isSecret: Bool = false
  ) {
    discriminator = union.discriminator
    title = union.branches.lazy.compactMap { $0.selector?.title }.first
    branches = union.branches.map {
      Branch(
        input: $0,
        pointer: pointer,
        actions: actions,
        isOfHost: isOfHost,
        isSecret: isSecret
      )
    }
    self.pointer = pointer
    self.actions = actions
  }

  /// Whether its forms differ in more than in which of the inputs beside it they require.
  package var hasContent: Bool {
    discriminator != nil || Set(branches.map(\.input.kinds)).count > 1
      || branches.contains { branch in
        !branch.input.fields.isEmpty || !branch.input.elements.isEmpty
          || branch.unions.contains(where: \.hasContent) || !branch.input.allowed.isEmpty
      }
  }

  /// For each form what only it and not every other form requires; empty unless that is all that
  /// tells the forms apart.
  package var requirements: [[String]] {
    guard !hasContent else { return [] }
    let common = branches.dropFirst().reduce(into: Set(branches.first?.input.required ?? [])) {
      $0.formIntersection($1.input.required)
    }
    let names = branches.map { branch in branch.input.required.filter { !common.contains($0) } }
    return names.allSatisfy { !$0.isEmpty } ? names : []
  }
}

extension FormField {
  /// A field that stands for something without a name of its own, such as an item.
  ///
  /// - Parameters:
  ///   - input: What is known of it.
  ///   - element: The field that it is one of; nil where the schema says nothing of it.
  package init(item input: InputField, like element: FormField?) {
    self.init(
      input: input,
      pointer: nil,
      actions: element?.actions ?? [],
      isOfHost: element?.isOfHost ?? false
    )
  }
}
