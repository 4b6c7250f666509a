/// Which hosts may be connected to.
///
/// The name is checked before it is looked up, and the address before it is connected to. The
/// services that tell a cloud's machines their keys are denied unless an entry of `allow` names their
/// address, be it by a network that does not hold all addresses.
package struct HostPolicy: Equatable, Sendable {
  /// What a check comes to.
  package enum Verdict: Equatable, Sendable {
    /// By an entry; nil: there are none in `allow`.
    case allowed(by: String?)
    case denied(by: Denial)
    /// The name is in neither list, but its address may be in `allow`.
    case undecided
  }

  /// Why a host is denied.
  package enum Denial: Equatable, Sendable {
    /// An entry of `deny`.
    case entry(String)
    /// It is a cloud's service for keys, which no entry of `allow` names by address or network.
    case metadata
    /// It is not in `allow`.
    case unlisted
  }

  /// An entry that cannot be read.
  package struct Fault: Equatable, Sendable {
    /// Whether it is in `allow` and not in `deny`.
    package var isInAllow: Bool
    package var index: Int
    package var reason: String
  }

  /// The entries that cannot be read.
  package struct InvalidEntries: Error, Equatable {
    package var faults: [Fault]
  }

  private struct Entry: Equatable {
    var text: String
    var pattern: HostPattern
  }

  /// Everything but the services for keys.
  package static let standard = HostPolicy()

  private var allow: [Entry] = []
  private var deny: [Entry] = []

  private init() {}

  /// The policy of two lists; without entries in `allow` everything is allowed that is not denied.
  ///
  /// Entries are `api.example.org`, `*.example.org` (not `example.org` itself), an address, a
  /// network such as `192.0.2.0/24`, or `*`.
  ///
  /// - Throws: All entries of both lists that cannot be read.
  package init(allow: [String], deny: [String]) throws(InvalidEntries) {
    var faults: [Fault] = []
    self.allow = HostPolicy.entries(allow, isInAllow: true, &faults)
    self.deny = HostPolicy.entries(deny, isInAllow: false, &faults)
    if !faults.isEmpty { throw InvalidEntries(faults: faults) }
  }

  private static func entries(
    _ texts: [String],
    isInAllow: Bool,
    _ faults: inout [Fault]
  ) -> [Entry] {
    var entries: [Entry] = []
    for (index, text) in texts.enumerated() {
      do throws(HostPattern.Fault) {
        entries.append(Entry(text: text, pattern: try HostPattern(text)))
      } catch {
        faults.append(Fault(isInAllow: isInAllow, index: index, reason: error.reason))
      }
    }
    return entries
  }

  // MARK: - Checks

  /// Checks the host of a URL: a name, or an address with or without brackets.
  package func checkName(_ host: String) -> Verdict {
    let name = HostName.normalized(host)
    if let address = HostName.address(name) { return checkAddress(address) }
    if let entry = deny.first(where: { $0.pattern.matches(name: name) }) {
      return .denied(by: .entry(entry.text))
    }
    if allow.isEmpty { return .allowed(by: nil) }
    if let entry = allow.first(where: { $0.pattern.matches(name: name) }) {
      return .allowed(by: entry.text)
    }
    let hasAddresses = allow.contains { entry in
      if case .addresses = entry.pattern { true } else { false }
    }
    return hasAddresses ? .undecided : .denied(by: .unlisted)
  }

  /// Checks the address that is connected to.
  ///
  /// - Parameters:
  ///   - address: The address.
  ///   - name: What the check of the name came to that it was found by.
  /// - Returns: Never `.undecided`.
  package func checkAddress(
    _ address: NetworkAddress,
    name: Verdict = .undecided
  ) -> Verdict {
    if case .denied = name { return name }
    // Through a translator the IPv4 address is what is connected to.
    let addresses = [address] + (address.translated.map { [$0] } ?? [])
    if let entry = deny.first(where: { addresses.contains(where: $0.pattern.matches) }) {
      return .denied(by: .entry(entry.text))
    }
    if addresses.contains(where: { HostPolicy.metadata.contains($0) && !isNamed($0) }) {
      return .denied(by: .metadata)
    }
    if allow.isEmpty { return .allowed(by: nil) }
    if case .allowed = name { return name }
    if let entry = allow.first(where: { $0.pattern.matches(address) }) {
      return .allowed(by: entry.text)
    }
    return .denied(by: .unlisted)
  }

  /// Whether `allow` means an address: entries that hold all of them do not.
  private func isNamed(_ address: NetworkAddress) -> Bool {
    allow.contains { entry in
      guard case .addresses(let prefix) = entry.pattern else { return false }
      return !prefix.isEverything && prefix.contains(address)
    }
  }

  /// Where clouds hand out keys: AWS and most others, AWS's containers, both in IPv6, and Alibaba.
  private static let metadata = Set(
    [
      "169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23",
      "100.100.100.200",
    ].compactMap { NetworkAddress($0) }
  )
}
