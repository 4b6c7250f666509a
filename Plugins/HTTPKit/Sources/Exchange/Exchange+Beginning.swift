internal import CCurl
internal import CurlKit
internal import DriverKit

/// What comes before a request: who may be asked, a token, the server's addresses.
extension Exchange {
  /// Begins the first request, or the one that a redirect asks for.
  func beginHop() {
    lookUpTime = 0
    addresses = []
    candidates = []
    denial = nil
    route = request.network.map { Route(to: request.url.authority, by: $0) }
    do throws(DriverError) {
      try checkName()
      if let grant = request.authentication.grant, token == nil {
        guard let known = client.tokens.known(grant) else {
          try getToken(grant)
          return
        }
        token = known
      }
    } catch {
      endHop(failure: .other(error))
      return
    }
    findAddresses()
  }

  private func findAddresses() {
    guard let target else {
      send()
      return
    }
    if target.isKnown {
      if let family = request.network?.family, family != .any, route?.proxy == nil {
        found(target.isNumeric ? [target.host] : ["127.0.0.1", "::1"])
      } else {
        send()
      }
      return
    }
    let known = client.names.known(target.host)
    if known.isEmpty { lookUp(target) } else { found(known) }
  }

  /// Goes on with a name's addresses.
  private func found(_ all: [String]) {
    let family = request.network?.family ?? .any
    guard family != .any, route?.proxy == nil else {
      addresses = all
      send()
      return
    }
    addresses = all.filter { $0.utf8.contains(UInt8(ascii: ":")) == (family == .ipv6) }
    candidates = addresses
    guard takeCandidate() else {
      let wanted = family == .ipv6 ? "IPv6" : "IPv4"
      let error = DriverError(
        .dns,
        "there is no \(wanted) address; it has \(all.joined(separator: ", "))"
      )
      endHop(failure: .name(error))
      return
    }
    send()
  }

  /// Takes the next address of the wanted family; false: there is none.
  ///
  /// libcurl's own choice holds for a name's addresses, which all requests share.
  private func takeCandidate() -> Bool {
    guard !candidates.isEmpty, let network = request.network else { return false }
    let next = candidates.removeFirst()
    route = Route(to: request.url.authority, by: network, candidate: next)
    return true
  }

  /// Tries the next address of the wanted family, if a connection could not be made to the one before.
  func triesAgain(_ error: CurlError) -> Bool {
    guard error.code == CURLE_COULDNT_CONNECT, takeCandidate() else { return false }
    send()
    return true
  }

  private func lookUp(_ target: Target) {
    hopBegan = monotonicNanoseconds()
    do throws(DriverError) {
      lookup = try client.names.lookUp(target.host) { [self] answer in
        // Answered already: there is nothing to be taken back.
        lookup = nil
        endWait()
        switch answer {
        case .success(let all): found(all)
        case .failure(let error): endHop(failure: .name(error))
        }
      }
      // Only a look-up that takes long needs it, and there is one for each name at most.
      try limitWait([request.timeouts.connect, remainingTime() ?? 0]) { [self] limit in
        endHop(failure: .nameTimeout(isTotal: limit != request.timeouts.connect))
      }
    } catch {
      endHop(failure: .other(error))
    }
  }

  /// Takes back what is waited for before the request, and what that holds of this.
  func endWait() {
    guard lookup != nil || waitTimer != nil || tokenRequest != nil else { return }
    hasWaited = true
    if let lookup, let target { client.names.cancel(lookup, of: target.host) }
    lookup = nil
    if let tokenRequest, let grant = request.authentication.grant {
      client.tokens.cancel(tokenRequest, of: grant)
    }
    tokenRequest = nil
    // Its closure holds this.
    waitTimer = nil
    lookUpTime = monotonicNanoseconds() - hopBegan
  }

  /// Ends what is waited for after the least of some limits, in milliseconds; 0: no limit.
  private func limitWait(
    _ limits: [Int],
    _ body: @escaping (_ limit: Int) -> Void
  ) throws(DriverError) {
    guard let limit = limits.filter({ $0 > 0 }).min() else { return }
    let timer = client.loop.timer { [self] in
      endWait()
      body(limit)
    }
    try timer.arm(afterNanoseconds: UInt64(limit) * 1_000_000)
    waitTimer = timer
  }

  // MARK: - The token

  private func getToken(_ grant: OAuth2Grant) throws(DriverError) {
    hopBegan = monotonicNanoseconds()
    tokenRequest = try client.tokens.get(grant, for: request, client) { [self] answer in
      tokenRequest = nil
      endWait()
      lookUpTime = 0
      switch answer {
      case .success(let value):
        token = value
        findAddresses()
      case .failure(let error): endHop(failure: .token(error))
      }
    }
    try limitWait([remainingTime() ?? 0]) { [self] _ in endHop(failure: .tokenTimeout) }
  }

  /// Whether an answer refuses a token in whose place another one can be asked for.
  func mayRenewToken(_ status: Int) -> Bool {
    status == 401 && token != nil && request.authentication.grant != nil && !hasRenewedToken
  }

  /// Begins anew with another token, where the server has refused this one; false: it has not, or has refused that too.
  func renewsToken(_ status: Int) -> Bool {
    guard mayRenewToken(status), let token, let grant = request.authentication.grant
    else { return false }
    do throws(DriverError) {
      guard try canSendBodyAgain()
      else { return false }
    } catch {
      return false
    }
    hasRenewedToken = true
    client.tokens.refuse(token, of: grant)
    self.token = nil
    beginHop()
    return true
  }

  /// What is left of the total timeout, in milliseconds, at least 1; nil: no limit.
  package func remainingTime() -> Int? {
    guard request.timeouts.total > 0 else { return nil }
    let spent = Int((monotonicNanoseconds() - began) / 1_000_000)
    return max(1, request.timeouts.total - spent)
  }
}
