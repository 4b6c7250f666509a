internal import CurlKit
package import DriverKit

/// Which way requests take through the network: the input `network`.
package final class NetworkSettings: Equatable {
  /// The version of HTTP that is spoken.
  package enum Version: String {
    /// What both sides can, over TLS; 1.1 otherwise.
    case any = "auto"
    case one = "1.1"
    case two = "2"
    /// 2 without asking, also where there is no TLS to ask within (RFC 9113, section 3.3).
    case twoAtOnce = "2-prior-knowledge"
  }

  /// An address that takes the place of a name's own.
  struct Override: Equatable {
    var host: String
    /// Nil: every port.
    var port: UInt16?
    var address: String
  }

  private(set) var proxy: Proxy?
  /// The path of a socket to connect to instead; empty: the network.
  private(set) var unixSocket = ""
  private(set) var overrides: [Override] = []
  /// A name or an address of this machine, as libcurl takes it; empty: any.
  private(set) var interface = ""
  private(set) var family = Lookup.Family.any
  private(set) var version = Version.any
  /// Whether connections stay open for later requests.
  private(set) var keepsConnections = true
  /// Which servers may be asked; nil: all but those that nobody means.
  private(set) var policy: HostPolicy?

  /// Reads the input.
  ///
  /// - Throws: `.invalidInput` that names the input at fault.
  package init(_ map: borrowing InputMap) throws(DriverError) {
    if let value = try map["proxy"]?.map() { proxy = try Proxy(value) }
    if let path = try map["unix_socket"]?.string() {
      guard path.utf8.count <= 107, !path.utf8.contains(0) else {
        throw DriverError(
          .invalidInput,
          "a socket's path has 107 bytes at most (unix(7))",
          pointer: "/network/unix_socket"
        )
      }
      unixSocket = path
    }
    if proxy != nil, !unixSocket.isEmpty {
      throw DriverError(
        .invalidInput,
        "a request goes through a proxy or to a socket of this machine: give one of them",
        pointer: "/network/unix_socket"
      )
    }
    if let value = try map["resolve"]?.map() { overrides = try NetworkSettings.overrides(value) }
    if let value = map["interface"] { interface = try NetworkSettings.interface(value) }
    switch try map.required("ip_family").text() {
    case let text where text.equals("ipv4"): family = .ipv4
    case let text where text.equals("ipv6"): family = .ipv6
    default: break
    }
    try refuseIdle()
    version = Version(rawValue: try map.required("http_version").string()) ?? .any
    if version == .two || version == .twoAtOnce, !CurlDefaults.has(.http2) {
      throw DriverError(
        .unsupported,
        "this machine's libcurl (\(CurlDefaults.version)) was built without HTTP/2: install one that has it",
        pointer: "/network/http_version"
      )
    }
    keepsConnections = try map.required("keep_alive").bool()
    var (allowed, denied): ([String]?, [String]?)
    if let value = map["allowed_hosts"] { allowed = try NetworkSettings.texts(value) }
    if let value = map["denied_hosts"] { denied = try NetworkSettings.texts(value) }
    if allowed != nil || denied != nil {
      policy = try NetworkSettings.policy(allow: allowed ?? [], deny: denied ?? [])
    }
  }

  private static func policy(
    allow: [String],
    deny: [String]
  ) throws(DriverError) -> HostPolicy {
    do throws(HostPolicy.InvalidEntries) {
      return try HostPolicy(allow: allow, deny: deny)
    } catch {
      let faults = error.faults.map {
        "\($0.isInAllow ? "allowed_hosts" : "denied_hosts")[\($0.index)]: \($0.reason)"
      }
      let first = error.faults.first
      throw DriverError(
        .invalidInput,
        faults.joined(separator: "; "),
        pointer:
          "/network/\(first?.isInAllow == true ? "allowed_hosts" : "denied_hosts")/\(first?.index ?? 0)"
      )
    }
  }

  /// Looks whether something was given that would do nothing.
  private func refuseIdle() throws(DriverError) {
    if proxy != nil, family != .any {
      throw DriverError(
        .invalidInput,
        "ip_family chooses among the addresses of servers, which a proxy looks up: leave one of them out",
        pointer: "/network/ip_family"
      )
    }
    guard !unixSocket.isEmpty else { return }
    for (isGiven, name) in [
      (family != .any, "ip_family"), (!interface.isEmpty, "interface"),
      (!overrides.isEmpty, "resolve"),
    ] where isGiven {
      throw DriverError(
        .invalidInput,
        "a request to a socket of this machine goes through no network: leave \(name) or unix_socket out",
        pointer: "/network/\(name)"
      )
    }
  }

  package static func == (left: NetworkSettings, right: NetworkSettings) -> Bool {
    if left === right { return true }
    return left.proxy == right.proxy && left.unixSocket == right.unixSocket
      && left.overrides == right.overrides && left.interface == right.interface
      && left.family == right.family && left.version == right.version
      && left.keepsConnections == right.keepsConnections && left.policy == right.policy
  }

  static func texts(_ value: borrowing InputValue) throws(DriverError) -> [String] {
    let list = try value.list()
    var texts: [String] = []
    for index in 0..<list.count { texts.append(try list[index].string()) }
    return texts
  }

  private static func overrides(
    _ map: borrowing InputMap
  ) throws(DriverError) -> [Override] {
    var overrides: [Override] = []
    for index in 0..<map.count {
      let value = map.value(at: index)
      let written = String(map.name(at: index))
      let name: Authority
      do throws(DriverError) {
        name = try Authority(Array(written.utf8), isEncrypted: false, pointer: value.pointer)
      } catch {
        throw DriverError(
          .invalidInput,
          "what is looked up elsewhere is a name, or a name and a port: \(error.message)",
          pointer: value.pointer
        )
      }
      let address = try value.string()
      guard NetworkAddress(address) != nil else {
        throw DriverError(
          .invalidInput,
          "\(value.pointer) must be an IPv4 or IPv6 address, without brackets and port",
          pointer: value.pointer
        )
      }
      let port = Authority.hasPort(written[...]) ? name.port : nil
      overrides.append(Override(host: name.host, port: port, address: address))
    }
    return overrides
  }

  private static func interface(_ value: borrowing InputValue) throws(DriverError) -> String {
    let name = try value.string()
    // libcurl would look a name up that is neither, and wait for it (CURLOPT_INTERFACE(3)).
    return NetworkAddress(name) == nil ? "if!\(name)" : "host!\(name)"
  }

  /// The address that takes the place of a server's own; nil: none does.
  func override(of server: Authority) -> String? {
    overrides.first { $0.host == server.host && ($0.port ?? server.port) == server.port }?.address
  }

  /// The proxy that a server is reached through; nil: none.
  func proxy(to server: Authority) -> Proxy? {
    guard let proxy, !proxy.exceptions.matches(server.host, port: Int(server.port)) else {
      return nil
    }
    return proxy
  }
}
