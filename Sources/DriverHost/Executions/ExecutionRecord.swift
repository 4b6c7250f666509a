/// What is known of one execution, as a history keeps it: one call of a connector or of a type.
///
/// `input` and `output` are masked: what the schema marks `x-secret`, what a vault supplied and what the
/// driver flags as secret is not in them, and neither is the text of a secret that an answer repeats. Where
/// an input was a reference to a vault's secret, the reference stands there.
public struct ExecutionRecord: Sendable, Hashable {
  /// A UUID of version 7: identifiers sort by the millisecond in which executions were created.
  public var id: String
  /// What the caller calls it; empty where nobody gave a name.
  public var name: String
  /// The connector; empty where it was defined on the fly.
  public var connectorName: String
  /// The connector type; empty where the connector could not be read.
  public var connectorType: String
  /// The action; empty where the driver's default was asked for and could not be found out.
  public var action: String
  /// The execution that made it; nil where none did.
  public var parent: String?
  /// Where it is on its way.
  public var status: ExecutionStatus
  /// What there is to say of its state: the error's message where it failed.
  ///
  /// Free of secrets.
  public var statusMessage: String?
  /// What sort of error it ended in; nil where it did not.
  public var errorCode: HostError.Code?
  /// When it was created.
  public var created: WallTime
  /// When its driver was first called, or it began to wait for its turn.
  public var started: WallTime?
  /// When it ended.
  public var ended: WallTime?
  /// From its creation to its end on a clock that does not jump; nil before that.
  public var duration: Duration?
  /// How many attempts there were.
  public var attempts: Int
  /// The driver's id; empty where none was found.
  public var driver: String
  /// The driver's version.
  public var driverVersion: String
  /// The inputs before masking, with references where there were any.
  var rawInput: ValueMap
  /// The outputs before masking.
  var rawOutput: ValueMap?
  /// What masks both.
  var mask: ExecutionMask?
  /// About how many bytes of memory the outputs took, where they were too large to be kept.
  public var droppedOutputSize: Int?

  /// A record from all of its parts, masked already: for histories that read one back.
  ///
  /// - Parameters:
  ///   - id: A UUID of version 7.
  ///   - status: Where it is on its way.
  ///   - created: When it was created.
  ///   - input: The inputs, masked.
  ///   - output: The outputs, masked; nil where there are none yet.
  public init(
    id: String,
    status: ExecutionStatus,
    created: WallTime,
    input: ValueMap = [:],
    output: ValueMap? = nil
  ) {
    self.id = id
    self.status = status
    self.created = created
    name = ""
    connectorName = ""
    connectorType = ""
    action = ""
    attempts = 0
    driver = ""
    driverVersion = ""
    rawInput = input
    rawOutput = output
  }

  /// The inputs as they were given and completed, masked.
  ///
  /// Masked anew at each look, off the path of the call.
  public var input: ValueMap { mask?.masking(input: rawInput) ?? rawInput }

  /// The outputs, masked; nil before the end, and where `droppedOutputSize` says how large they were.
  public var output: ValueMap? {
    rawOutput.map { mask?.masking(output: $0) ?? $0 }
  }

  /// The same with nothing in memory that the masks hide.
  package var masked: ExecutionRecord {
    guard mask != nil else { return self }
    var record = self
    record.rawInput = input
    record.rawOutput = output
    record.mask = nil
    return record
  }
}

/// Hides the secrets of one execution.
struct ExecutionMask: Sendable, Hashable {
  /// Places in the inputs, and what stands there instead: the mask, or the reference that the secret came from.
  var inputs: [Place]
  /// Places in the outputs that the driver flagged.
  var outputs: [JSONPointer] = []
  /// Hides the texts of the secrets wherever an output repeats them.
  var redactor: Redactor?

  /// One place in the inputs.
  struct Place: Sendable, Hashable {
    var pointer: JSONPointer
    var text: String
  }

  func masking(input: ValueMap) -> ValueMap {
    var value = Value.map(input)
    for place in inputs { value.replace(at: place.pointer.tokens[...], by: .string(place.text)) }
    return value.mapValue ?? [:]
  }

  func masking(output: ValueMap) -> ValueMap {
    let flagged = output.masking(outputs)
    return redactor.map { $0.masking(.map(flagged)).mapValue ?? [:] } ?? flagged
  }
}
