/// How one connection is run.
public struct CallOptions: Sendable {
  /// An action of the driver; nil: its default one.
  public var action: String?
  /// After how long the call is asked to stop, with all of its attempts; nil: what the input `max_runtime` or the
  /// driver's descriptor says, or never.
  public var timeout: Duration?
  /// When the call is made again; nil: what the input `retry` or the driver's descriptor says, or never.
  public var retry: RetryPolicy?
  /// How often calls of this connector begin; nil: what the input `rate_limit` says, or as they come.
  ///
  /// Shared by calls with the same connector name; without a name, by calls of one type that belong to one identity
  /// (equal `x-session` inputs).
  public var rateLimit: RateLimit?
  /// How many calls of this connector there are at once; nil: what the input `max_concurrency` says, or any number.
  ///
  /// Shared like `rateLimit`.
  public var maxConcurrency: Int?
  /// The connector's name, for logs and for the driver; empty where there is none.
  ///
  /// A call of a connector has its name, whatever stands here.
  public var connector = ""
  /// What the execution is called; empty: nothing.
  public var name = ""
  /// The execution that makes this one; nil: none does.
  public var parent: String?
  /// The secrets that are attached to this call, in place of those of its connector; nil: those of its connector.
  public var vaultSecrets: [SecretPath]?
  /// Whether texts in the inputs of this call that refer to secrets stand for them.
  ///
  /// Those in the connector always do. Inputs of a call often are other people's data, who could ask for any
  /// secret by them, so here it has to be said. Those to the secrets of `vaultSecrets` do where that is given.
  public var resolvesReferences = false
  /// The W3C trace context that the driver passes on: its header `traceparent`; empty where there is none.
  public var traceparent = ""
  /// The header `tracestate` beside it; empty where there is none.
  public var tracestate = ""
  /// Where the action's output channels go, by name.
  ///
  /// What is not named here goes nowhere, and the driver is told so.
  public var outputs: [String: ChannelDestination] = [:]
  /// Where the action's input channels come from, by name.
  public var sources: [String: ChannelOrigin] = [:]
  /// Takes each stream of rows while the call waits; nil: they become outputs, lists of maps, up to
  /// the host's limit.
  ///
  /// A stream is released when this returns; released before its end, the call is cancelled.
  public var onRows: (@Sendable (RowStream) async throws -> Void)?
  /// Hears how far the call is, on the driver's thread; returns at once.
  public var onProgress: (@Sendable (Progress) -> Void)?
  /// The names of vault configurations whose secrets are being looked up, which this call must not ask for any.
  var vaults: [String] = []
  /// Whether all that the call puts out is secret, whatever its driver says of it.
  package var hidesOutputs = false
  /// Whether what a driver flags as secret is masked in the values that go down a channel, which are printed then.
  package var masksChannels = false
  /// What the call's item of a fan-out has of its own; nil where it belongs to none.
  var ownInputs: ValueMap?
  /// Where inputs stand in files, for error messages.
  package var locations: (@Sendable (JSONPointer) -> SourceLocation?)?

  /// The default action without a time limit and with nothing connected.
  public init() {}
}

/// Where an output channel goes.
public enum ChannelDestination: Sendable {
  /// Memory, up to a number of bytes: an output of that name, for a channel of values a list.
  case collect(limit: Int)
  /// A file, which appears whole when the call has succeeded, and otherwise not at all.
  case file(String)
  /// A descriptor that stays open, such as a pipe.
  case descriptor(Int32)
  /// A function that takes bytes; it may wait, and holds the driver back while it does.
  case bytes(@Sendable ([UInt8]) throws -> Void)
  /// A function that takes values; it may wait, and holds the driver back while it does.
  case values(@Sendable (Value) throws -> Void)
  /// A task that reads bytes.
  case stream(ByteStream)
  /// A task that reads values.
  case valueStream(ValueStream)
}

/// Where an input channel comes from.
public enum ChannelOrigin: Sendable {
  /// Bytes in memory.
  case bytes([UInt8])
  /// A file.
  case file(String)
  /// A descriptor that stays open, such as a pipe.
  case descriptor(Int32)
  /// A function that gives about so many bytes, none at the end; it may wait.
  ///
  /// `length` is how many bytes come of it all in all, for protocols that say so first; nil: not known. Where
  /// fewer come, the call fails; more are not asked for.
  case handler(length: Int64? = nil, @Sendable (_ count: Int) throws -> [UInt8])
  /// An asynchronous sequence, which a task of the host's reads until the call has ended.
  ///
  /// `length` is as with `handler`.
  case sequence(any AsyncSequence<[UInt8], any Error> & Sendable, length: Int64? = nil)
}
