/// Inputs as a driver gets them, and what the host must know of them.
package struct CompleteInputs: Sendable {
  /// A path that the host opens and connects to a channel.
  package struct ChannelPath: Sendable, Hashable {
    /// The channel's name.
    package var channel: String
    /// The file's path.
    package var path: String
    /// The input that names it.
    package var pointer: JSONPointer
  }

  /// What tells the session of these inputs from others, and what it is opened with.
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
  /// How many of them, the last ones, are secret only because a vault supplied them.
  var countFromVaultOnly = 0
  /// Keys that belong to other actions of the type, which were left out.
  package var dropped: [String]
  /// Keys that a null at the call has unset.
  package var unset: [String]
  /// What came from defaults of the schema.
  package var defaulted: [JSONPointer] {
    partlyDefaulted + (flatDefaults.map { $0.flat.defaultPlaces($0.bits) } ?? [])
  }
  /// What is listed of it; most calls of flat inputs have nothing but bits.
  var partlyDefaulted: [JSONPointer]
  var flatDefaults: (flat: FlatInputs, bits: UInt64)?
  /// `x-sink` inputs.
  package var sinks: [ChannelPath] = []
  /// `x-source` inputs.
  package var sources: [ChannelPath] = []
  /// What this call does to the other side; nil where that is what the action says.
  package var effect: Descriptor.Action.Effect?
  /// Whether doing this call twice is the same as doing it once; nil where that is what the action
  /// says.
  package var isIdempotent: Bool?
  /// The schema that they were checked against.
  let schema: InputSchema

  /// The inputs that a session belongs to: calls with equal ones may share one, and go to the same
  /// loop.
  ///
  /// Empty for types that mark no input `x-session` and declare no sessions, whose calls are all
  /// alike. Made at each look, since not every call asks.
  package var sessionInputs: Session {
    let names = schema.sessionNames
    var session = Session(values: [:], secrets: [])
    if names.isEmpty { return session }
    for (name, value) in values where names.contains(ExactName(name)) {
      session.values[name] = value
    }
    session.secrets = secrets.filter { names.contains(ExactName($0.tokens.first ?? "")) }
    return session
  }
}
