extension Form {
  /// The form as one JSON document, as a page shows it; see below for its keys.
  ///
  /// A key is left out where there is nothing to say, unless it is marked `*`.
  ///
  /// The document: `version`* 1 · `connector_type`* · `title`* · `summary` · `default_action`* ·
  /// `actions`*, the default one first, each with `name`*, `title`*, `summary`, `kind`* (`run`
  /// or `analysis`; null where this host does not know it) and `unusable`, why it cannot be called
  /// · `groups`* · `unions`, the forms of all inputs together · and where a value
  /// was given `secrets`*, the JSON pointers of what is masked in it, and `unknown`*, its names
  /// that the type does not know.
  ///
  /// A group: `title`*, null for fields without a heading · `advanced`*, whether only experts
  /// need it · `host`*, whether it is the host's · `fields`*.
  ///
  /// A field, which is an input:
  /// - `name`* (empty for what has none, such as an item) · `pointer`, its place in the
  ///   connector's value; none inside of items and members without a name · `title`* · `summary`
  ///   · `actions`, those that have it, where it is not one of all ·
  /// - `kind`*: `null`, `boolean`, `integer`, `number`, `string`, `bytes` (base64), `decimal` (a
  ///   number as a string), `list`, `map`, `union`, `mixed`, `any` · `kinds`*, all sorts of
  ///   values that it takes · `type`* and `limits`, both in words ·
  /// - `required`* · `secret`* · `advanced`* · `multiline` · `deprecated` · `recursive`, where it
  ///   is a value such as the one that it stands in, and its fields are listed there · `default`
  ///   · `allowed`, all values that it may have · `examples` · `unit` · `address`, the part of an
  ///   address that it is · `suggestions`, where values are listed (an analysis action, the
  ///   output that has them, and the member of each, with dots in between) · `sink` and `source`, the
  ///   channel that it names a file for ·
  /// - `minimum`, `maximum`, `exclusive_minimum`, `exclusive_maximum`, `multiple_of`,
  ///   `minimum_length`, `maximum_length`, `format`, `pattern` (ECMA-262), `minimum_items`,
  ///   `maximum_items`, `unique_items`, `minimum_members`, `maximum_members` ·
  /// - `conditional`, where other inputs decide if it is there, and `condition`, what they must
  ///   be, where that is one test: `name`*, `values`* (empty: it is given) and `negated`* ·
  /// - `fields`, those inside a map · `element`, what each item or member without a name is ·
  ///   `unions`, of each of which its value has one form ·
  /// - where a value was given, `value`: what is stored. That of a secret is `{"secret": true,
  ///   "is_set": …}`, unless it is a reference to a vault.
  ///
  /// A union: `discriminator`, the name of the input that tells the forms apart, which is asked
  /// for first · `title`, what that input is called · `pointer` · `actions` · `selected`, the
  /// index of the form that the value has · `branches`*.
  ///
  /// A branch: `values`, those of the discriminator that select it · `title` · `summary` ·
  /// `required`, the inputs that must be there with it · `kinds`*, `type`* and everything else
  /// that a field has for its value · `effect` and `idempotent`, where a call with it does
  /// something else than its action says · `fields` · `element` · `unions`.
  ///
  /// - Parameter value: The value of a connector, as it is stored; nil for a form to begin with.
  /// - Returns: The document, version 1, free of secrets.
  package func document(_ value: ValueMap? = nil) -> Value {
    let shown = value.map { self.shown($0) }
    let writer = FormWriter(form: self, value: value.map { .map($0) }, shown: shown?.value)
    var document = FormObject()
    document["version"] = 1
    document["connector_type"] = .string(typeName)
    document["title"] = .string(title)
    document["summary"] = summary.map { .string($0) }
    document["default_action"] = actions.first.map { .string($0.name) }
    document["actions"] = .list(actions.map(Form.object))
    document["groups"] = .list(
      groups.map { group in
        [
          "title": group.title.map { .string($0) } ?? .null, "advanced": .bool(group.isAdvanced),
          "host": .bool(group.isOfHost), "fields": .list(group.fields.map { writer.object($0) }),
        ]
      }
    )
    document.set("unions", list: unions.map { writer.object($0, in: nil) })
    if let value, let shown {
      document["secrets"] = .list(shown.secrets.map { .string($0.description) })
      document["unknown"] = .list(unknown(in: value).map { .string($0) })
    }
    return .map(document.members)
  }

  /// The names of a value that neither the type nor the host knows.
  package func unknown(in value: ValueMap) -> [String] {
    let isOpen = schema.actions.values.contains(where: \.isOpen)
    return value.names.filter { name in
      schema.allNamesTable.index(of: name) == nil && !HostInputs.names.contains(name)
        && !(isOpen && !InputSchema.isReserved(name))
    }
  }

  private static func object(_ action: Descriptor.Action) -> Value {
    var object = FormObject()
    object["name"] = .string(action.name)
    object["title"] = .string(action.title)
    object["summary"] = action.summary.map { .string($0) }
    object["kind"] = action.kind.map { .string($0.rawValue) } ?? .null
    object.set("unusable", text: action.misfit)
    return .map(object.members)
  }
}

/// A map that leaves out what there is nothing to say of.
private struct FormObject {
  var members: ValueMap = [:]

  subscript(name: String) -> Value? {
    get { members[name] }
    set { members[name] = newValue }
  }

  mutating func set(_ name: String, list: [Value]) {
    if !list.isEmpty { members[name] = .list(list) }
  }

  mutating func set(_ name: String, list: [String]) {
    set(name, list: list.map { Value.string($0) })
  }

  mutating func set(_ name: String, text: String?) {
    if let text { members[name] = .string(text) }
  }

  mutating func set(_ name: String, number: Int?) {
    if let number { members[name] = .int(Int64(number)) }
  }

  /// A truth that goes without saying if it is none.
  mutating func set(_ name: String, flag: Bool) {
    if flag { members[name] = true }
  }
}

/// Writes fields, with the values that they have.
private struct FormWriter {
  let form: Form
  /// What is stored, and the same as it may be shown; nil where no values are to be written.
  let value: Value?
  let shown: ValueMap?

  /// The same, for what is not there in the value.
  private var withoutValue: FormWriter { FormWriter(form: form, value: nil, shown: nil) }

  func object(_ field: FormField) -> Value {
    var object = FormObject()
    object["name"] = .string(field.name)
    object.set("pointer", text: field.pointer?.description)
    object["title"] = .string(field.title ?? field.name)
    object.set("summary", text: field.summary)
    object.set("actions", list: field.actions)
    object["kind"] = .string(field.kind.rawValue)
    add(kinds: field.kinds, type: field.type, limits: field.limits, to: &object)
    object["required"] = .bool(field.isRequired)
    object["secret"] = .bool(field.isSecret)
    object["advanced"] = .bool(field.isAdvanced)
    object.set("multiline", flag: field.isMultiline)
    object.set("deprecated", flag: field.isDeprecated)
    object.set("recursive", flag: field.isRecursive)
    object["default"] = field.defaultValue
    object.set("allowed", list: field.allowed)
    object.set("examples", list: field.examples)
    object.set("unit", text: field.unit)
    object.set("address", text: field.address)
    object.set("suggestions", text: field.suggestions)
    object.set("sink", text: field.sink)
    object.set("source", text: field.source)
    add(field.bounds, field.pattern, to: &object)
    object.set("conditional", flag: field.isConditional)
    if let condition = field.condition {
      object["condition"] = [
        "name": .string(condition.name), "values": .list(condition.values),
        "negated": .bool(condition.isNegated),
      ]
    }
    object.set("fields", list: field.fields.map { self.object($0) })
    object["element"] = field.elements.first.map { self.object($0) }
    object.set("unions", list: field.unions.map { self.object($0, in: field) })
    object["value"] = stored(field)
    return .map(object.members)
  }

  /// The value that a field has, as it may be shown.
  private func stored(_ field: FormField) -> Value? {
    guard let pointer = field.pointer, let value, let shown else { return nil }
    guard field.isSecret else { return Value.map(shown)[pointer] }
    let secret = value[pointer] ?? .null
    if let text = secret.stringValue, ReferenceText.isWhole(text) { return secret }
    return Form.mark(isSet: !secret.isNull)
  }

  private func add(
    kinds: [InputKind],
    type: String,
    limits: [String],
    to object: inout FormObject
  ) {
    object["kinds"] = .list(kinds.map { .string($0.rawValue) })
    object["type"] = .string(type)
    object.set("limits", list: limits)
  }

  private func add(_ bounds: InputBounds, _ pattern: String?, to object: inout FormObject) {
    object["minimum"] = bounds.minimum
    object["maximum"] = bounds.maximum
    object["exclusive_minimum"] = bounds.exclusiveMinimum
    object["exclusive_maximum"] = bounds.exclusiveMaximum
    object["multiple_of"] = bounds.divisor
    object.set("minimum_length", number: bounds.minimumLength)
    object.set("maximum_length", number: bounds.maximumLength)
    object.set("format", text: bounds.format)
    object.set("pattern", text: pattern)
    object.set("minimum_items", number: bounds.minimumItems)
    object.set("maximum_items", number: bounds.maximumItems)
    object.set("unique_items", flag: bounds.areItemsUnique)
    object.set("minimum_members", number: bounds.minimumMembers)
    object.set("maximum_members", number: bounds.maximumMembers)
  }

  // MARK: Unions

  /// A union of a field, or of all inputs together.
  func object(_ union: FormUnion, in field: FormField?) -> Value {
    let selected = value == nil ? nil : form.selected(union, in: value, of: field)
    var object = FormObject()
    object.set("discriminator", text: union.discriminator)
    object.set("title", text: union.title)
    object.set("pointer", text: union.pointer?.description)
    object.set("actions", list: union.actions)
    object.set("selected", number: selected)
    object["branches"] = .list(
      union.branches.enumerated().map { index, branch in
        (index == selected ? self : withoutValue).object(branch)
      }
    )
    return .map(object.members)
  }

  private func object(_ branch: FormUnion.Branch) -> Value {
    var object = FormObject()
    object.set("values", list: branch.values)
    object.set("title", text: branch.title)
    object.set("summary", text: branch.summary)
    object.set("required", list: branch.required)
    add(kinds: branch.kinds, type: branch.type, limits: branch.limits, to: &object)
    object.set("allowed", list: branch.allowed)
    add(branch.bounds, branch.pattern, to: &object)
    object.set("effect", text: branch.effect?.rawValue)
    object["idempotent"] = branch.isIdempotent.map { .bool($0) }
    let field = branch.field(in: InputField(name: "", type: branch.type))
    object.set("fields", list: field.fields.map { self.object($0) })
    object["element"] = field.elements.first.map { self.object($0) }
    object.set("unions", list: field.unions.map { self.object($0, in: field) })
    return .map(object.members)
  }
}
