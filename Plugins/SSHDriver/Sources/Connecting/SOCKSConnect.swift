internal import DriverKit
internal import Glibc

/// A connection by way of a SOCKS proxy of version 5 (RFC 1928), with user and password (RFC 1929).
///
/// Names go to the proxy as they are: only it may know them.
struct SOCKSConnect: ProxyDialogue {
  private enum Method {
    static let none: UInt8 = 0
    static let password: UInt8 = 2
    static let refused: UInt8 = 0xFF
  }

  /// What is waited for.
  private enum State {
    case method, login, reply
  }

  let opening: [UInt8]
  private let request: [UInt8]
  private let credentials: Proxy.Credentials?
  private let names: ProxyNames
  private var state = State.method
  private var answer: [UInt8] = []

  /// A dialogue.
  ///
  /// - Parameters:
  ///   - host: The server's name, or its address without brackets; 255 bytes at most.
  ///   - port: Its port.
  ///   - credentials: Who asks; nil: that is not told.
  ///   - names: For messages.
  init(_ host: String, _ port: Int, _ credentials: Proxy.Credentials?, _ names: ProxyNames) {
    opening = credentials == nil ? [5, 1, Method.none] : [5, 2, Method.none, Method.password]
    let number = UInt16(clamping: port)
    let place = SOCKSConnect.address(host) + [UInt8(number >> 8), UInt8(number & 0xFF)]
    // Version, CONNECT, reserved.
    request = [5, 1, 0] + place
    self.credentials = credentials
    self.names = names
  }

  /// The kind of an address, and the address (RFC 1928, 5).
  private static func address(_ host: String) -> [UInt8] {
    var four = in_addr()
    if unsafe inet_pton(AF_INET, host, &four) == 1 {
      return unsafe [1] + withUnsafeBytes(of: four) { unsafe Array($0) }
    }
    var six = in6_addr()
    if unsafe inet_pton(AF_INET6, host, &six) == 1 {
      return unsafe [4] + withUnsafeBytes(of: six) { unsafe Array($0) }
    }
    return [3, UInt8(clamping: host.utf8.count)] + host.utf8.prefix(255)
  }

  mutating func take(_ bytes: inout ArraySlice<UInt8>) throws(DriverError) -> ProxyStep {
    while true {
      let missing = try length() - answer.count
      guard missing > 0 else { break }
      guard !bytes.isEmpty else { return .wait }
      answer += bytes.prefix(missing)
      bytes = bytes.dropFirst(missing)
    }
    defer { answer = [] }
    switch state {
    case .method: return try chosen(answer[1])
    case .login:
      guard answer[1] == 0 else {
        throw names.refusal(
          .unauthenticated,
          "it does not take the user and the password",
          pointer: "/proxy/password"
        )
      }
      state = .reply
      return .say(request)
    case .reply: return .done
    }
  }

  /// How long the answer is, as far as it has come; what is wrong with it is seen as soon as it can be.
  private func length() throws(DriverError) -> Int {
    let version: UInt8 = state == .login ? 1 : 5
    if let first = answer.first, first != version {
      throw names.nonsense("it is no SOCKS proxy of version 5")
    }
    guard state == .reply else { return 2 }
    if answer.count >= 2, answer[1] != 0 { throw refusal(answer[1]) }
    guard answer.count >= 5 else { return 5 }
    // The address that it connects from, and its port, follow: of no interest, but of a length of its own.
    switch answer[3] {
    case 1: return 4 + 4 + 2
    case 4: return 4 + 16 + 2
    case 3: return 5 + Int(answer[4]) + 2
    default: throw names.nonsense("its answer has an address of the unknown kind \(answer[3])")
    }
  }

  private mutating func chosen(_ method: UInt8) throws(DriverError) -> ProxyStep {
    switch method {
    case Method.none:
      state = .reply
      return .say(request)
    case Method.password where credentials != nil:
      state = .login
      let (user, password) = (
        Array(credentials?.user.utf8 ?? "".utf8), Array(credentials?.password.utf8 ?? "".utf8)
      )
      return .say(
        [1, UInt8(clamping: user.count)] + user + [UInt8(clamping: password.count)] + password
      )
    case Method.refused:
      throw names.refusal(
        .unauthenticated,
        credentials == nil
          ? "it wants to know who asks: give proxy.username and proxy.password"
          : "it takes no user with a password, and nobody without one",
        pointer: "/proxy/username"
      )
    default: throw names.nonsense("it chooses the method \(method), which was not offered")
    }
  }

  /// The codes of RFC 1928, 6, by their names there.
  private func refusal(_ code: UInt8) -> DriverError {
    let what: (DriverError.Code, String, Bool) =
      switch code {
      case 1: (.unavailable, "general SOCKS server failure", true)
      case 2: (.forbidden, "connection not allowed by ruleset", false)
      case 3: (.unavailable, "network unreachable", true)
      case 4: (.unavailable, "host unreachable: check the name, which the proxy looks up", true)
      case 5: (.unavailable, "connection refused: check whether an SSH server listens there", true)
      case 6: (.unavailable, "TTL expired", true)
      case 7: (.unsupported, "command not supported", false)
      case 8: (.unsupported, "address type not supported", false)
      default: (.protocolViolation, "a code that SOCKS does not have", false)
      }
    var error = names.refusal(what.0, "\(what.1) (SOCKS code \(code))", isRetryable: what.2)
    error.vendorCode = Int64(code)
    return error
  }
}
