/// What a connection put out.
public struct ConnectionResult: Sendable {
  /// All that there is to say.
  private struct Fields: Sendable {
    var outputs: ValueMap
    var execution: String
    var driver: String
    var driverVersion: String
    var duration: Duration
    var attempts = 1
    var secretOutputs: [JSONPointer]
    var redactor: Redactor?
  }

  /// Where it is kept: a result is handed from task to task, and each would copy all of it.
  private final class Box: @unchecked Sendable {
    // `@unchecked` because `fields` changes only while there is one reference.
    var fields: Fields

    init(_ fields: Fields) { self.fields = fields }
  }

  private var box: Box

  init(
    outputs: ValueMap,
    execution: String,
    driver: String,
    driverVersion: String,
    duration: Duration,
    secretOutputs: [JSONPointer],
    redactor: Redactor?
  ) {
    box = Box(
      Fields(
        outputs: outputs,
        execution: execution,
        driver: driver,
        driverVersion: driverVersion,
        duration: duration,
        secretOutputs: secretOutputs,
        redactor: redactor
      )
    )
  }

  private mutating func change(_ body: (inout Fields) -> Void) {
    if !isKnownUniquelyReferenced(&box) { box = Box(box.fields) }
    body(&box.fields)
  }

  /// The outputs by name, in the order in which the driver first set them.
  public var outputs: ValueMap {
    get { box.fields.outputs }
    set { change { $0.outputs = newValue } }
  }
  /// The execution's id, a UUID of version 7.
  public var execution: String { box.fields.execution }
  /// The driver's id.
  public var driver: String { box.fields.driver }
  /// The driver's version.
  public var driverVersion: String { box.fields.driverVersion }
  /// From the call to its end, with all that it waited.
  public var duration: Duration { box.fields.duration }
  /// How many attempts it took.
  public internal(set) var attempts: Int {
    get { box.fields.attempts }
    set { change { $0.attempts = newValue } }
  }
  /// The places in `outputs` that the driver flagged as secret.
  public var secretOutputs: [JSONPointer] {
    get { box.fields.secretOutputs }
    set { change { $0.secretOutputs = newValue } }
  }
  /// The secrets among the inputs of the call, as texts.
  ///
  /// An engine keeps them out of its own log, since a server may repeat them in any output. Never to be shown.
  public var inputSecrets: [String] { box.fields.redactor?.texts ?? [] }

  /// An output; null where there is none of that name.
  public subscript(name: String) -> Value { outputs[name] ?? .null }
}
