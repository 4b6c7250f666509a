/// Why a connection, or anything else that the host was asked for, did not succeed.
public struct HostError: Error, Sendable, Hashable {
  /// What sort of failure it is: the codes of the driver ABI.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Name: UInt32, Sendable {
      case invalidInput = 1
      case unauthenticated, forbidden, notFound, conflict, rateLimited, timedOut, cancelled
      case unavailable, dns, tls, hostKey, protocolViolation, remoteFailure, tooLarge, unsupported
      case `internal`, lost
    }

    private let name: Name

    private init(_ name: Name) { self.name = name }

    /// The code for a number of the ABI; `internal` for one that is not known.
    public init(number: UInt32) { name = Name(rawValue: number) ?? .internal }

    /// The number that the ABI gives it (`DH_ERROR_…`).
    public var number: UInt32 { name.rawValue }

    /// An input is wrong.
    public static let invalidInput = Code(.invalidInput)
    /// Who asks is not known.
    public static let unauthenticated = Code(.unauthenticated)
    /// Who asks is known and may not.
    public static let forbidden = Code(.forbidden)
    /// What is asked for does not exist.
    public static let notFound = Code(.notFound)
    /// It exists already, or has changed meanwhile.
    public static let conflict = Code(.conflict)
    /// Too many requests.
    public static let rateLimited = Code(.rateLimited)
    /// A wait ran out, or the deadline has passed.
    public static let timedOut = Code(.timedOut)
    /// The call was stopped.
    public static let cancelled = Code(.cancelled)
    /// Refused, unreachable or overloaded.
    public static let unavailable = Code(.unavailable)
    /// A name has no address.
    public static let dns = Code(.dns)
    /// No trusted encrypted connection.
    public static let tls = Code(.tls)
    /// An SSH host key is unknown or has changed.
    public static let hostKey = Code(.hostKey)
    /// The other side broke its protocol, or the connection was lost inside it.
    public static let protocolViolation = Code(.protocolViolation)
    /// The other side reports a failure.
    public static let remoteFailure = Code(.remoteFailure)
    /// Over a limit of size or count.
    public static let tooLarge = Code(.tooLarge)
    /// This driver, library or server cannot do it.
    public static let unsupported = Code(.unsupported)
    /// A fault in the driver or the host.
    public static let `internal` = Code(.internal)
    /// The process that ran the call died.
    public static let lost = Code(.lost)

    /// The stable name in JSON and in metrics: `timed_out`.
    public var description: String {
      switch name {
      case .invalidInput: "invalid_input"
      case .unauthenticated: "unauthenticated"
      case .forbidden: "forbidden"
      case .notFound: "not_found"
      case .conflict: "conflict"
      case .rateLimited: "rate_limited"
      case .timedOut: "timed_out"
      case .cancelled: "cancelled"
      case .unavailable: "unavailable"
      case .dns: "dns"
      case .tls: "tls"
      case .hostKey: "host_key"
      case .protocolViolation: "protocol"
      case .remoteFailure: "remote_failure"
      case .tooLarge: "too_large"
      case .unsupported: "unsupported"
      case .internal: "internal"
      case .lost: "lost"
      }
    }
  }

  /// Which part of the way was at fault.
  public enum Stage: String, Sendable, Hashable {
    /// What the user gave: a command line, a file, an input.
    case input
    /// A secret could not be had from its vault.
    case secret
    /// The driver could not be found, read or loaded.
    case driver
    /// The call ran and ended in an error.
    case call
  }

  /// All that there is to say.
  private struct Fields: Sendable, Hashable {
    var code: Code
    var stage: Stage
    var message: String
    var detail: String?
    var faults: [Fault] = []
    var pointer: JSONPointer?
    var location: SourceLocation?
    var isRetryable = false
    var retryAfter: Duration?
    var status: Int32?
    var vendorCode: Int64?
    var vendorState: String?
    var details: Value?
    var outputs: ValueMap = [:]
    var secretOutputs: [JSONPointer] = []
    var redactor: Redactor?
    var rule: String?
    var attempts = 1
    var execution: String?
  }

  /// Where it is kept: errors are rare and large, and whoever might throw one keeps room for it.
  private final class Box: @unchecked Sendable {
    // `@unchecked` because `fields` changes only while there is one reference.
    var fields: Fields

    init(_ fields: Fields) { self.fields = fields }
  }

  private var box: Box

  private mutating func change(_ body: (inout Fields) -> Void) {
    if !isKnownUniquelyReferenced(&box) { box = Box(box.fields) }
    body(&box.fields)
  }

  /// What sort of failure it is.
  public var code: Code {
    get { box.fields.code }
    set { change { $0.code = newValue } }
  }
  /// Which part of the way was at fault.
  public var stage: Stage {
    get { box.fields.stage }
    set { change { $0.stage = newValue } }
  }
  /// What happened and what to do.
  ///
  /// Free of secrets.
  public var message: String {
    get { box.fields.message }
    set { change { $0.message = newValue } }
  }
  /// All that is known, for an engineer.
  ///
  /// Free of secrets.
  public var detail: String? {
    get { box.fields.detail }
    set { change { $0.detail = newValue } }
  }
  /// All faults of the input, in document order; empty unless the input is at fault.
  public var faults: [Fault] {
    get { box.fields.faults }
    set { change { $0.faults = newValue } }
  }
  /// The input at fault.
  public var pointer: JSONPointer? {
    get { box.fields.pointer }
    set { change { $0.pointer = newValue } }
  }
  /// The place at fault in a file.
  public var location: SourceLocation? {
    get { box.fields.location }
    set { change { $0.location = newValue } }
  }
  /// Whether the same call may work later and trying again does no harm.
  public var isRetryable: Bool {
    get { box.fields.isRetryable }
    set { change { $0.isRetryable = newValue } }
  }
  /// How long to wait before trying again, where the other side said so.
  public var retryAfter: Duration? {
    get { box.fields.retryAfter }
    set { change { $0.retryAfter = newValue } }
  }
  /// The protocol's own number: HTTP status, FTP reply, exit code.
  public var status: Int32? {
    get { box.fields.status }
    set { change { $0.status = newValue } }
  }
  /// The library's or server's own number.
  public var vendorCode: Int64? {
    get { box.fields.vendorCode }
    set { change { $0.vendorCode = newValue } }
  }
  /// The library's or server's own state, such as an SQLSTATE.
  public var vendorState: String? {
    get { box.fields.vendorState }
    set { change { $0.vendorState = newValue } }
  }
  /// More of what the driver said, as a tree.
  public var details: Value? {
    get { box.fields.details }
    set { change { $0.details = newValue } }
  }
  /// What the call had put out before it failed.
  public var outputs: ValueMap {
    get { box.fields.outputs }
    set { change { $0.outputs = newValue } }
  }
  /// The places in `outputs` that the driver flagged as secret.
  public var secretOutputs: [JSONPointer] {
    get { box.fields.secretOutputs }
    set { change { $0.secretOutputs = newValue } }
  }
  /// The secrets among the inputs of the call, as texts.
  ///
  /// An engine keeps them out of its own log. Never to be shown.
  public var inputSecrets: [String] { redactor?.texts ?? [] }
  /// Knows the secrets among the inputs of the call.
  var redactor: Redactor? {
    get { box.fields.redactor }
    set { change { $0.redactor = newValue } }
  }

  /// How many attempts there were: the error is that of the last one.
  public var attempts: Int {
    get { box.fields.attempts }
    set { change { $0.attempts = newValue } }
  }
  /// The id of the execution that ended in it; nil where it did not come so far as to have one.
  public var execution: String? {
    get { box.fields.execution }
    set { change { $0.execution = newValue } }
  }
  /// The rule of the ABI that the driver breaks, where it is that.
  package var rule: String? {
    get { box.fields.rule }
    set { change { $0.rule = newValue } }
  }

  /// An error with a sentence for the user.
  public init(_ code: Code, stage: Stage, _ message: String, detail: String? = nil) {
    box = Box(Fields(code: code, stage: stage, message: message, detail: detail))
  }

  /// An error that holds all faults of an input.
  public init(faults: [Fault], of subject: String) {
    let lines = faults.map { "  \($0)" }.joined(separator: "\n")
    let count = faults.count == 1 ? "1 fault" : "\(faults.count) faults"
    self.init(.invalidInput, stage: .input, "\(subject) has \(count):\n\(lines)")
    self.faults = faults
    self.pointer = faults.first?.pointer
    self.location = faults.first?.location
  }

  /// Whether both say the same.
  public static func == (left: HostError, right: HostError) -> Bool {
    left.box === right.box || left.box.fields == right.box.fields
  }

  /// Hashes all that there is.
  public func hash(into hasher: inout Hasher) { hasher.combine(box.fields) }
}

extension HostError: CustomStringConvertible, CustomDebugStringConvertible {
  /// The sentence for the user, with the place at fault where that is known.
  public var description: String {
    guard faults.isEmpty, let location else { return message }
    return "\(location): \(message)"
  }

  /// Code, stage, sentence and everything else that is known.
  public var debugDescription: String {
    var text = "\(code) (\(stage.rawValue)): \(description)"
    if let status { text += " [status \(status)]" }
    if let vendorCode { text += " [\(vendorCode)\(vendorState.map { " " + $0 } ?? "")]" }
    if let detail { text += "\n\(detail)" }
    return text
  }
}
