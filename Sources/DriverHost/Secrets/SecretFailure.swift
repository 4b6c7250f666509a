/// Why a secret could not be had.
package struct SecretFailure: Error, Sendable {
  /// Five ways in which it fails, and what is wrong with the workspace or the vault's driver.
  package enum Reason: String, Sendable {
    /// The vault is sealed.
    case sealed
    /// It cannot be reached, or does not answer in time.
    case unreachable
    /// It does not let us in, or not to that path.
    case forbidden
    /// It has nothing at that path.
    case missingPath = "missing_path"
    /// It has something there, without that key.
    case missingKey = "missing_key"
    /// The workspace or the driver is at fault.
    case configuration
  }

  var reason: Reason
  var path: SecretPath
  var key: String?
  var message: String
  /// What the store's driver said.
  var cause: HostError?
  /// The input that wants it.
  var pointer: JSONPointer?
  var location: SourceLocation?

  /// The same for an input.
  func at(_ pointer: JSONPointer, _ location: SourceLocation?) -> SecretFailure {
    var failure = self
    failure.pointer = pointer
    failure.location = location
    return failure
  }

  static func missingKey(_ key: String, in path: SecretPath, _ keys: [String]) -> SecretFailure {
    let some = keys.sorted().prefix(20).joined(separator: ", ")
    let there = keys.isEmpty ? "it has no keys" : "it has \(some)"
    return SecretFailure(
      reason: .missingKey,
      path: path,
      key: key,
      message:
        "the secret \(path) has no key `\(key)`\(NearestName.hint(for: key, among: keys)); \(there)"
    )
  }

  /// What an error of a store's driver means.
  init(_ error: HostError, at path: SecretPath) {
    let vault = "the vault \(path.configuration)"
    let said = ": \(error.message)"
    cause = error
    self.path = path
    switch (error.code, error.stage) {
    case (.unavailable, .call) where error.vendorState == "sealed":
      reason = .sealed
      message = "\(vault) is sealed, so that `\(path.path)` cannot be read; unseal it and try again"
    case (.notFound, .call) where error.vendorState != "missing_key":
      reason = .missingPath
      message = "\(vault) has nothing at `\(path.path)`\(said)"
    case (.forbidden, .call), (.unauthenticated, .call):
      reason = .forbidden
      message = "\(vault) does not let us read `\(path.path)`\(said)"
    case (.unavailable, .call), (.timedOut, .call), (.dns, .call), (.tls, .call), (.lost, .call),
      (.protocolViolation, .call), (.rateLimited, .call):
      reason = .unreachable
      message = "\(vault) cannot be reached for `\(path.path)`\(said)"
    case (_, .secret):
      // Of a configuration that is opened by a secret of another one.
      reason = error.vendorState.flatMap(Reason.init) ?? .configuration
      message = "\(vault) cannot be opened for `\(path.path)`\(said)"
    default:
      reason = .configuration
      message = "\(vault) cannot be asked for `\(path.path)`\(said)"
    }
  }

  init(
    reason: Reason,
    path: SecretPath,
    key: String? = nil,
    message: String,
    cause: HostError? = nil
  ) {
    self.reason = reason
    self.path = path
    self.key = key
    self.message = message
    self.cause = cause
  }
}

extension SecretFailure {
  private var code: HostError.Code {
    switch reason {
    case .sealed: .unavailable
    case .missingPath, .missingKey: .notFound
    case .forbidden, .unreachable, .configuration: cause?.code ?? .invalidInput
    }
  }

  private var object: Value {
    [
      "reason": .string(reason.rawValue), "configuration": .string(path.configuration),
      "path": .string(path.path), "key": key.map { .string($0) } ?? .null,
      "pointer": pointer.map { .string($0.description) } ?? .null,
    ]
  }

  /// What an error of a store's driver means to whoever asked for a path of it.
  package static func error(_ error: HostError, at path: SecretPath) -> HostError {
    guard error.code != .cancelled, error.stage == .call else { return error }
    return self.error([SecretFailure(error, at: path)])
  }

  /// All failures of one call as one error, whose code and state are those of the first.
  static func error(_ failures: [SecretFailure]) -> HostError {
    guard let first = failures.first else {
      return HostError(.internal, stage: .secret, "no secret has failed")
    }
    let lines = failures.map { failure in
      let place = failure.location.map { "\($0): " } ?? ""
      return place + failure.message
    }
    var error = HostError(
      first.code,
      stage: .secret,
      failures.count == 1
        ? first.message
        : "\(failures.count) secrets cannot be had:\n  \(lines.joined(separator: "\n  "))",
      detail: first.cause?.detail
    )
    error.vendorState = first.reason.rawValue
    error.pointer = first.pointer
    error.location = first.location
    error.isRetryable = failures.allSatisfy { $0.cause?.isRetryable ?? false }
    error.retryAfter = failures.compactMap { $0.cause?.retryAfter }.max()
    error.status = first.cause?.status
    error.details = .list(failures.map(\.object))
    return error
  }
}
