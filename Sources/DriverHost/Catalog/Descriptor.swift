/// What a driver says about itself, read without running a line of it.
///
/// The header `driver_abi.h`, section "The descriptor", is its specification.
public struct Descriptor: Sendable {
  /// How a driver runs its calls.
  public enum Execution: String, Sendable, Hashable, CaseIterable {
    /// Each call has a thread of the host's and may wait.
    case blocking
    /// Calls share the host's loops and return at once.
    case nonblocking
  }

  /// How many calls run at once.
  public enum Concurrency: String, Sendable, Hashable, CaseIterable {
    /// One for each session.
    case sessionSerial = "session-serial"
    /// Several for each session.
    case sessionConcurrent = "session-concurrent"
    /// One in the whole process.
    case driverSerial = "driver-serial"
  }

  /// What a driver reaches outside its process.
  public struct Capabilities: Sendable, Hashable {
    /// It opens network connections.
    public var network = false
    /// It reads or writes files.
    public var files = false
    /// It starts processes.
    public var processes = false
  }

  /// What a driver's sessions can do.
  public struct Session: Sendable, Hashable {
    /// They can be brought back to their first state.
    public var reset = false
    /// They can be asked whether they still work.
    public var check = false
  }

  /// The connector type that the driver serves: `HELLO`.
  public var name: String
  /// The driver's own name in the world, reverse DNS: `org.example.hello`.
  public var id: String
  /// The type's name for people: "Hello".
  public var title: String
  /// The driver's version.
  public var version: SemanticVersion
  /// Who made it.
  public var vendor: String?
  /// Under which licence it comes, as an SPDX expression where there is one.
  public var licence: String?
  /// What it does, in a sentence.
  public var summary: String?
  /// Where to read more.
  public var homepage: String?
  /// The interfaces that the driver answers: `dh.driver/1`.
  public var abi: [String]
  /// The interfaces of the host that it cannot do without.
  public var needs: [String]
  /// How it runs its calls; in a driver that `Catalog` gives out.
  public var execution: Execution
  /// The word in the place of that, where this host does not know it.
  package var unknownExecution: String?
  /// How many calls run at once.
  public var concurrency: Concurrency
  /// What it reaches outside the process.
  public var capabilities: Capabilities
  /// The JSON Schema of the inputs that all actions share.
  public var inputs: Value
  /// What its sessions can do; nil if it has none.
  public var session: Session?
  /// The action that runs when none is named.
  public var defaultAction: String
  /// How long after a stop a call may go on before it is given up, as the driver asks for.
  public var grace: Duration
  /// Better defaults for the host's own inputs, such as `max_runtime`.
  public var defaults: ValueMap
  /// What the driver can do, in the order of the descriptor.
  public var actions: [Action]
  /// The whole descriptor as it was written, with what this host does not know.
  public var document: Value
  /// Words and names in it that mean nothing to this host and would be a newer one's, each with the rule that it breaks
  /// where there is no such host.
  package var strange: [Fault]

  /// An action by its name.
  public func action(_ name: String) -> Action? {
    actions.first { $0.name == name }
  }

  /// An action by its name; without one, the default action.
  ///
  /// - Throws: `HostError` of stage `.input` that names what there is.
  package func existingAction(_ name: String?) throws(HostError) -> Action {
    let name = name ?? defaultAction
    if let action = action(name) { return action }
    throw Descriptor.unknownAction(name, of: self.name, among: actions.map(\.name))
  }

  /// What is said of an action that a type does not have.
  static func unknownAction(
    _ name: String,
    of type: String,
    among known: [String]
  ) -> HostError {
    let hint =
      NearestName.of(name, among: known).map { "did you mean `\($0)`?" }
      ?? "there are \(known.joined(separator: ", "))"
    return HostError(
      .invalidInput,
      stage: .input,
      "\(type) has no action \(FaultText.name(name)); \(hint)"
    )
  }
}

extension Descriptor {
  /// One thing that a driver can do.
  public struct Action: Sendable {
    /// What an action is for.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
      /// It does the connection's work.
      case run
      /// It finds something out: tests a connection, lists what is there.
      case analysis
    }

    /// What an action does to the other side.
    public enum Effect: String, Sendable, Hashable, CaseIterable {
      /// Nothing changes.
      case read
      /// Something is added or changed.
      case write
      /// Something is lost that cannot be had back.
      case destructive
    }

    /// The form that outputs have.
    public enum OutputKind: String, Sendable, Hashable, CaseIterable {
      /// Named values.
      case value
      /// A stream of bytes.
      case bytes
      /// Record batches.
      case rows
    }

    /// The action's name: `request`.
    public var name: String
    /// Its name for people.
    public var title: String
    /// What it does, in a sentence.
    public var summary: String?
    /// What it is for; nil for a word that this host does not know.
    public var kind: Kind?
    /// The JSON Schema of the inputs that this action has beyond the type's.
    public var inputs: Value
    /// The JSON Schema of what it puts out; null where it does not say.
    public var outputs: Value
    /// What it does to the other side; the worst for a word that this host does not know.
    public var effect: Effect
    /// Whether doing it twice is the same as doing it once.
    public var isIdempotent: Bool
    /// Whether it obeys a stop.
    public var isCancellable: Bool
    /// The forms that its outputs have, as far as this host knows them.
    public var outputKinds: [OutputKind]
    /// Its streams; a driver knows them by their index.
    public var channels: [Channel]
    /// The ids of what it means beyond its description.
    public var implements: [String]
    /// Whether its calls take a session, where the driver has sessions.
    public var takesSession: Bool
    /// Why this host cannot run it, as in "the action needs a newer host: …", without a full stop; nil where it can.
    public var misfit: String?
  }

  /// One stream of an action.
  public struct Channel: Sendable, Hashable {
    /// Which way a stream goes.
    public enum Direction: String, Sendable, Hashable, CaseIterable {
      /// From the driver.
      case output = "out"
      /// To the driver.
      case input = "in"
    }

    /// The channel's name: `body`.
    public var name: String
    /// Which way it goes; nil for a word that this host does not know.
    public var direction: Direction?
    /// What it carries; nil for a word that this host does not know.
    public var content: ChannelContent?
  }
}
