internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// The tokens of one loop: each got by one log-in, however many calls wait for it, renewed while that is possible, and
/// held nowhere but here.
final class TokenStore {
  typealias Answer = Result<VaultToken, DriverError>

  /// What a refused token leads to.
  enum Refusal {
    /// There is another one to be tried.
    case another
    /// It has to be found out whether the token is not known any more, or may not.
    case unclear
    /// There is none but this.
    case final
  }

  /// How many identities have a token at most; beyond that one that nobody has used of late makes room.
  private static let limit = 1000

  private let client: HTTPClient
  private var entries: [VaultInputs.Identity: TokenEntry] = [:]
  private var lastID = 0

  init(_ client: HTTPClient) { self.client = client }

  /// The token that is there, also one that is given and not used so far; nil: one has to log in.
  ///
  /// - Throws: `.invalidInput` where a token was to be at hand and is not.
  func known(_ inputs: VaultInputs) throws(DriverError) -> VaultToken? {
    let entry = entry(inputs)
    let now = monotonicNanoseconds()
    if let token = entry.token {
      // One that is given is all there is: whether it still holds is the server's to say.
      guard token.isUsable(at: now) || !inputs.login.isRepeatable else { return nil }
      entry.isUsed = true
      entry.renewIfDue(at: now)
      return token
    }
    guard let value = try TokenSource.token(of: inputs.login) else { return nil }
    let token = VaultToken(given: value)
    entry.take(token, isUnknown: true)
    return token
  }

  /// Says that the server has answered who came with a token.
  func accept(_ inputs: VaultInputs) { entries[inputs.identity]?.accept() }

  /// Logs in once for all who wait; `receive` runs later, unless it is cancelled.
  ///
  /// - Returns: What `cancel` takes.
  /// - Throws: Why nobody can log in.
  func logIn(
    _ inputs: VaultInputs,
    _ receive: @escaping (Answer) -> Void
  ) throws(DriverError) -> Int {
    lastID += 1
    try entry(inputs).logIn(inputs, id: lastID, receive)
    return lastID
  }

  /// Takes back that somebody waits.
  func cancel(_ id: Int, _ inputs: VaultInputs) { entries[inputs.identity]?.cancel(id) }

  /// Says that the server has refused a request with a token (403), before another one was tried.
  ///
  /// - Throws: `.invalidInput` where the file of a token is not one any more.
  func refuse(_ token: VaultToken, _ inputs: VaultInputs) throws(DriverError) -> Refusal {
    let entry = entry(inputs)
    if let present = entry.token, present.value != token.value { return .another }
    switch inputs.login {
    case .token, .environment: return .final
    case .file:
      guard let value = try TokenSource.token(of: inputs.login), value != token.value else {
        return .final
      }
      entry.take(VaultToken(given: value), isUnknown: true)
      return .another
    case .appRole, .userPass:
      if token.isDoubted { return .unclear }
      entry.drop()
      return .another
    }
  }

  /// Says that a token is not known to the server any more.
  func forget(_ token: VaultToken, _ inputs: VaultInputs) {
    if let entry = entries[inputs.identity], entry.token?.value == token.value { entry.drop() }
  }

  /// Says that a token was refused right after it was issued, so that logging in does not help.
  func doubt(_ token: VaultToken, _ inputs: VaultInputs) {
    if let entry = entries[inputs.identity], entry.token?.value == token.value {
      entry.token?.isDoubted = true
    }
  }

  /// Ends what goes on for nobody, before the loop's end.
  func end() {
    for entry in entries.values { entry.end() }
    entries = [:]
  }

  private func entry(_ inputs: VaultInputs) -> TokenEntry {
    if let entry = entries[inputs.identity] { return entry }
    // Identities are the callers', so there is no limit to how many there are.
    if entries.count >= TokenStore.limit {
      let idle = entries.filter { $0.value.isIdle }
      if let last = idle.first(where: { !$0.value.isUsed }) ?? idle.first {
        last.value.end()
        entries[last.key] = nil
      }
    }
    let entry = TokenEntry(client, inputs)
    entries[inputs.identity] = entry
    return entry
  }
}
