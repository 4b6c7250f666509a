/// What a policy says, in words.
extension HostPolicy {
  /// Why a host must not be asked, by its name; nil: it may, or its address decides.
  func refusal(ofName host: String) -> String? { HostPolicy.reason(checkName(host)) }

  /// Why an address must not be connected to; nil: it may.
  ///
  /// - Parameters:
  ///   - address: The address.
  ///   - host: The name that it was found by.
  /// - Returns: The rule that says no.
  func refusal(ofAddress address: NetworkAddress, name host: String) -> String? {
    HostPolicy.reason(checkAddress(address, name: checkName(host))).map { "\(address): \($0)" }
  }

  /// Whether an address is at a glance none of those that the standard policy denies.
  ///
  /// It is asked for each request, and nearly every answer is yes.
  static func isOrdinary(_ address: String) -> Bool {
    // Those in IPv6 are rare enough to be looked at in full.
    !(address.utf8.contains(UInt8(ascii: ":")) || address.hasPrefix("169.254.")
      || address.hasPrefix("100.100."))
  }

  private static func reason(_ verdict: Verdict) -> String? {
    switch verdict {
    case .allowed, .undecided: nil
    case .denied(.entry(let text)): "network.denied_hosts has \(text)"
    case .denied(.metadata):
      "a cloud's service for keys is there; name it in network.allowed_hosts if it is meant"
    case .denied(.unlisted): "network.allowed_hosts does not have it"
    }
  }
}
