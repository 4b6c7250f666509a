extension Descriptor {
  /// The JSON Schema of all inputs that an action takes: the type's and its own, as one document.
  ///
  /// It is for people and forms, and says what the host says: an input that is checked goes through
  /// `InputSchema`.
  package func inputSchema(of action: Action) -> Value {
    InputDocument(self).schema(of: action)
  }
}
