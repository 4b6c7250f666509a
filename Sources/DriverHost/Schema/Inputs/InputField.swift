/// One input, as a form, a help page or a document shows it.
package struct InputField: Sendable, Hashable {
  /// The input's name.
  package var name: String
  /// Its name for people; nil where the schema gives none.
  package var title: String?
  /// What it means, in a sentence or more.
  package var summary: String?
  /// What it may be, in words: "a string", "an integer or null".
  package var type: String
  /// The same for programs; more than one where values of several kinds will do.
  package var kinds: [InputKind] = []
  /// What else holds for its value, in words: "at least 1", "2 to 8 characters", "a host name".
  package var limits: [String] = []
  /// The same for programs.
  package var bounds = InputBounds()
  /// What its number counts: "seconds".
  package var unit: String?
  /// The regular expression of ECMA-262 that its text matches; nil where there is none.
  package var pattern: String?
  /// All values that it may have; empty where there are more than can be listed.
  package var allowed: [Value] = []
  /// What it is when it is not given.
  package var defaultValue: Value?
  /// Values that show what is meant.
  package var examples: [Value] = []
  /// Whether it must be given: a required input with a default need not be.
  package var isRequired = false
  /// Whether it is never shown.
  package var isSecret = false
  /// Whether only experts need it.
  package var isAdvanced = false
  /// Whether its text has several lines.
  package var isMultiline = false
  /// Whether it should not be used any more.
  package var isDeprecated = false
  /// Whether other inputs decide if there is such an input.
  package var isConditional = false
  /// What they must be, where that is one plain test.
  package var condition: InputCondition?
  /// Whether it belongs to one action, not to the whole type.
  package var isOfAction = false
  /// Its place among the others; nil where the schema gives none, which is behind those.
  package var order: Int64?
  /// The heading that it stands under.
  package var group: String?
  /// Which part of an address it is: `host`, `port` or `url`.
  package var address: String?
  /// Where values for it are listed: an analysis action, the output that has them, and the member of each, with dots in
  /// between.
  package var suggestions: String?
  /// The channel whose bytes go to the file that it names.
  package var sink: String?
  /// The channel whose bytes come from the file that it names.
  package var source: String?
  /// The inputs inside a map.
  package var fields: [InputField] = []
  /// What each member of a map is that has no name of its own, and each item of a list; one or
  /// none.
  package var elements: [InputField] = []
  /// The forms that its value may have, where it is a union; a value may have one of each.
  package var unions: [InputUnion] = []
  /// Whether it is a value such as the one that it stands in, so that its inputs are shown there.
  package var isRecursive = false
  /// The schema that holds for its value.
  var schema = SchemaIndex()

  /// An input of which nothing else is known.
  package init(name: String, type: String) {
    self.name = name
    self.type = type
  }

  /// The first of its unions, which nearly all that have one have alone.
  package var union: InputUnion? { unions.first }
}

/// The forms that a value may have.
package struct InputUnion: Sendable, Hashable {
  /// One form.
  package struct Branch: Sendable, Hashable {
    /// The values of the discriminator that select it; empty where nothing does.
    package var values: [Value] = []
    /// Its name for people.
    package var title: String?
    /// What it means.
    package var summary: String?
    /// What it may be, in words.
    package var type: String
    /// The same for programs.
    package var kinds: [InputKind] = []
    /// What else holds for it, in words.
    package var limits: [String] = []
    /// The same for programs.
    package var bounds = InputBounds()
    /// The regular expression of ECMA-262 that its text matches; nil where there is none.
    package var pattern: String?
    /// All values that it may have.
    package var allowed: [Value] = []
    /// The inputs that must be there with it, its own and others.
    package var required: [String] = []
    /// What a call with it does to the other side; nil where that is what the action says.
    package var effect: Descriptor.Action.Effect?
    /// Whether doing a call with it twice is the same as doing it once; nil where that is what the
    /// action says.
    package var isIdempotent: Bool?
    /// The inputs inside it, without the discriminator.
    package var fields: [InputField] = []
    /// What its items and unnamed members are; one or none.
    package var elements: [InputField] = []
    /// The forms that a value of it may have in turn.
    package var unions: [InputUnion] = []
    /// The input that selects it, as this form describes it; nil where nothing does.
    package var selector: InputField?
    /// The schema of the form.
    var schema = SchemaIndex()
  }

  /// The input that tells the forms apart; nil where the value itself does.
  package var discriminator: String?
  /// The forms, in the order of the schema.
  package var branches: [Branch]
}

/// Where a schema stands in the program that it was compiled into.
///
/// All are equal: what an input is does not depend on it.
struct SchemaIndex: Sendable, Hashable {
  /// The place among the program's nodes; nil where no schema says what a value is.
  var node: Int?

  static func == (left: SchemaIndex, right: SchemaIndex) -> Bool { true }

  func hash(into hasher: inout Hasher) {}
}
