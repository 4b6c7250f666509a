/// The inputs of one action, compiled.
///
/// A class, so that a call takes one reference to it and not one to each of its parts.
final class InputAction: Sendable {
  /// The schema of all its inputs.
  let root: Int
  /// The names that it has, and for each whether null is a value of it.
  let names: NameTable
  let allowsNull: [Bool]
  /// The names as they stand in the schema.
  let listed: [String]
  /// Whether its schema takes members that it does not name.
  let isOpen: Bool
  let channels: [Descriptor.Channel]
  /// Nil where the kinds of its inputs depend on each other.
  let flat: FlatInputs?

  init(
    root: Int,
    listed: [String],
    allowsNull: [Bool],
    isOpen: Bool,
    channels: [Descriptor.Channel],
    flat: FlatInputs?
  ) {
    self.root = root
    names = NameTable(listed)
    self.allowsNull = allowsNull
    self.listed = listed
    self.isOpen = isOpen
    self.channels = channels
    self.flat = flat
  }
}
