/// Inputs as a driver gets them, and what the host must know of them.
package struct CompleteInputs: Sendable {
  /// A path that the host opens and connects to a channel.
  package struct ChannelPath: Sendable, Hashable {
    /// The channel's name.
    package var channel: String
    /// The file's path.
    package var path: String
  }

  /// What a session is opened with.
  package struct Session: Sendable {
    /// The `x-session` inputs, and those that hold secrets.
    package var values: ValueMap
    /// Where the secrets among them stand.
    package var secrets: [JSONPointer]
  }

  /// Valid, with defaults applied and every value of the kind that the schema names.
  package var values: ValueMap
  /// Where the secrets stand.
  package var secrets: [JSONPointer]
  /// Keys that belong to other actions of the type, which were left out.
  package var dropped: [String]
  /// Keys that a null at the call has unset.
  package var unset: [String]
  /// What came from defaults of the schema.
  package var defaulted: [JSONPointer]
  /// `x-sink` inputs.
  package var sinks: [ChannelPath]
  /// `x-source` inputs.
  package var sources: [ChannelPath]
  /// What the session for these inputs is opened with.
  package var sessionInputs: Session
}
