/// What branches of an action's inputs say of what a call does, where that differs from the action.
struct CallEffect: Sendable, Hashable {
  /// What the call does to the other side; nil where no branch says.
  private(set) var effect: Descriptor.Action.Effect?
  /// Whether doing it twice is the same as doing it once; nil where no branch says.
  private(set) var isIdempotent: Bool?

  /// What no branch says anything of.
  init() {}

  /// What a schema says; nil if it says nothing.
  init?(_ schema: ValueMap) {
    // What is not known may do more harm than any that is.
    effect = schema["effect"]?.stringValue.map {
      Descriptor.Action.Effect(rawValue: $0) ?? .destructive
    }
    isIdempotent = schema["idempotent"]?.boolValue
    if effect == nil, isIdempotent == nil { return nil }
  }

  /// Adds what another branch of the same call says: the one that does more harm is right.
  mutating func formUnion(_ other: CallEffect) {
    if let more = other.effect, more.harm > effect?.harm ?? -1 { effect = more }
    if let other = other.isIdempotent { isIdempotent = other && isIdempotent != false }
  }

  /// What is wrong with what a schema says: the keyword and what it must be.
  static func problem(in schema: ValueMap) -> (keyword: String, expected: String)? {
    if let value = schema["effect"], value.stringValue == nil {
      let names = Descriptor.Action.Effect.allCases.map { Value.string($0.rawValue) }
      return ("effect", FaultText.allowed(names))
    }
    if let value = schema["idempotent"], value.boolValue == nil {
      return ("idempotent", "true or false")
    }
    return nil
  }
}

extension Descriptor.Action.Effect {
  fileprivate var harm: Int {
    switch self {
    case .read: 0
    case .write: 1
    case .destructive: 2
    }
  }
}
