/// What is known of one execution, as a history keeps it: one call of a connector or of a type.
///
/// `input` and `output` are masked: what the schema marks `x-secret`, what a vault supplied and what the
/// driver flags as secret is not in them, and neither is the text of a secret that an answer repeats. Where
/// an input was a reference to a vault's secret, the reference stands there.
public struct ExecutionRecord: Sendable, Hashable {
  /// A UUID of version 7: identifiers sort in the order in which a process has created executions.
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
  /// The inputs as they were given and completed, masked.
  ///
  /// A text that says how large it was stands in the place of one that takes over 16 KiB of memory.
  public var input: ValueMap
  static let inputLimit = 16 << 10
  /// The outputs before masking.
  var rawOutput: ValueMap?
  /// What masks them; nil: they are masked already, or hold no secret.
  var outputMask: OutputMask?
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
    self.input = input
    rawOutput = output
  }

  /// The outputs, masked; nil before the end, and where `droppedOutputSize` says how large they were.
  ///
  /// Masked anew at each look where there are secrets, off the path of the call.
  public var output: ValueMap? {
    rawOutput.map { outputMask?.masking($0) ?? $0 }
  }
}

extension ExecutionRecord {
  /// The same with nothing in memory that the mask hides.
  package var masked: ExecutionRecord {
    guard outputMask != nil else { return self }
    var record = self
    record.rawOutput = output
    record.outputMask = nil
    return record
  }
}

/// Hides the secrets in what one execution has put out.
struct OutputMask: Sendable, Hashable {
  /// Places that the driver flagged.
  var places: [JSONPointer] = []
  /// Hides the texts of the inputs' secrets wherever an output repeats them.
  var redactor: Redactor?

  func masking(_ outputs: ValueMap) -> ValueMap {
    if outputs.isEmpty { return outputs }
    let flagged = outputs.masking(places)
    return redactor.map { $0.masking(.map(flagged)).mapValue ?? [:] } ?? flagged
  }
}
