import DriverHost

/// A host as a handle has it.
final class EngineHost: Sendable {
  let host: Host
  /// How many bytes of outputs a call may hand back in memory.
  let outputLimit: Int
  /// Keeps the log's callback from running when the handle is released.
  private let logGate: CallGate

  init(_ host: Host, outputLimit: Int, logGate: CallGate) {
    self.host = host
    self.outputLimit = outputLimit
    self.logGate = logGate
  }

  /// The handle was released: closes the host in the background, and its log at once.
  func release() {
    logGate.closeAndWait()
    // Whoever holds an execution keeps the host alive, and it is to end all the same.
    Task { [host] in await host.close() }
  }
}
